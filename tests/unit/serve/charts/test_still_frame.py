from __future__ import annotations

import builtins
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree

import pytest

from regulars.errors import InputError
from regulars.serve import charts
from regulars.serve.charts.basis import Words, missing
from regulars.serve.charts.still_frame import draw_gap, drawn
from regulars.serve.charts.theme import LIGHT
from regulars.serve.queries import Queries

WORDS = Words("A title of $5 to $10_x", "A subtitle", "The same")


def test_dollars_are_money_and_no_formulas() -> None:
    draw = draw_gap(missing("t", "Between $_5$ and $10", "$\\undefined$"), LIGHT)
    assert drawn(WORDS, LIGHT, draw).startswith(b"\x89PNG")


def test_an_svg_is_whole_xml_without_a_date_and_the_same_every_time(shop: Queries) -> None:
    words, image = charts.svg(shop, "segments")
    assert words.alt
    assert ElementTree.fromstring(image).tag.endswith("svg")
    assert b"matplotlib.org" not in image and b"<dc:date>" not in image
    assert image == charts.svg(shop, "segments")[1]


def test_threads_that_draw_in_two_themes_do_not_mix_them(shop: Queries) -> None:
    found = charts.read(shop, "segments")
    alone = {theme: charts.image("segments", found, theme=theme) for theme in ("light", "dark")}
    themes = ["light", "dark"] * 4
    with ThreadPoolExecutor(4) as pool:
        images = list(pool.map(lambda theme: charts.image("segments", found, theme=theme), themes))
    assert images == [alone[theme] for theme in themes]


def test_without_matplotlib_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def absent(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return load(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(InputError, match=r"pip install 'regulars\[report\]'"):
        drawn(WORDS, LIGHT, lambda figure: None)
