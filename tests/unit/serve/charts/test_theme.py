from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from regulars.errors import InputError
from regulars.serve.charts.theme import (
    CLUSTER_COLOURS,
    DARK,
    LIGHT,
    MARKERS,
    Theme,
    contrast,
    marker,
    on_scale,
    text_on,
    theme_named,
)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#FFFFFF", "#777777") == pytest.approx(4.48, abs=0.005)  # the example that just fails AA


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_and_marks_can_be_seen_on_the_background(theme: Theme) -> None:
    assert contrast(theme.text, theme.background) >= 7
    assert contrast(theme.text_soft, theme.background) >= 4.5
    assert contrast(theme.mark, theme.background) >= 3
    assert contrast(theme.warning, theme.background) >= 3
    assert min(contrast(colour, theme.background) for colour in CLUSTER_COLOURS) >= 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_segment_of_any_map_has_an_edge_or_a_contrast_to_the_background(theme: Theme) -> None:
    playbooks = (files("regulars.segments") / "playbooks.csv").read_text(encoding="utf-8").splitlines()
    colours = {row["colour"] for row in csv.DictReader(playbooks)}
    assert len(colours) > 8
    for colour in colours:
        seen = max(contrast(colour, theme.background), contrast(theme.outline, theme.background))
        assert seen >= 2.5, f"{colour} cannot be seen on {theme.background}"
        assert contrast(text_on(colour), colour) >= 4.5


def test_text_can_be_read_on_every_step_of_a_scale() -> None:
    for theme in (LIGHT, DARK):
        colours = [on_scale(step / 40, theme) for step in range(41)]
        assert (colours[0], colours[-1]) == (theme.scale[0], theme.scale[-1])
        assert min(contrast(text_on(colour), colour) for colour in colours) >= 4.5


def test_groups_of_one_chart_differ_by_more_than_their_colour() -> None:
    assert len({marker(place) for place in range(len(MARKERS))}) == len(MARKERS)


def test_an_unknown_theme_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"no theme `pink`.*light, dark"):
        theme_named("pink")
