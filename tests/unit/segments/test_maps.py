"""Maps are found by name or path, and refused with all their problems at once."""

from decimal import Decimal

import numpy as np
import pytest

from regulars.errors import SettingsError
from regulars.segments import load_map, shipped_maps
from regulars.settings import MetricScoring, RfmSettings

# Machado, Oliveira, Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}
# Ottosson's OKLab: from linear RGB to cone response, and from its cube root to L, a, b.
TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_LAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "own.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("name", "bins", "cuts"),
    [("eleven", 5, ()), ("ten", 5, ()), ("eight", 5, (30, 60, 90, 180)), ("seven", 4, ()), ("six", 3, (180, 365))],
)
def test_shipped_maps_say_how_scores_are_made(name, bins, cuts):
    segment_map = load_map(name)
    assert (segment_map.name, segment_map.bins) == (name, bins)
    assert segment_map.recency.cuts == cuts
    assert segment_map.recency.method == ("cuts" if cuts else "quantile")
    assert segment_map.frequency.method == segment_map.monetary.method == "quantile"


@pytest.mark.parametrize("name", shipped_maps())
def test_every_segment_of_a_shipped_map_says_what_to_do(name):
    for segment in load_map(name).segments:
        assert all([segment.description, segment.colour, segment.playbook, segment.channel, segment.goal]), segment


def test_a_segment_has_one_colour_in_all_shipped_maps():
    pairs = {(s.name, s.colour) for name in shipped_maps() for s in load_map(name).segments}
    assert len(pairs) == len({segment for segment, _ in pairs})


def test_all_problems_of_a_map_come_at_once(tmp_path):
    path = written(tmp_path, "segment,codes,colour\nBest,55* 555,red\nRest,,#12345\n")
    with pytest.raises(SettingsError) as caught:
        load_map(path)
    message = str(caught.value)
    assert caught.value.exit_code == 2
    assert message.startswith(f"4 problem(s) in the segment map {path}:")
    for words in ("Code 555 is listed twice", "`red`", "`#12345`", "Rest (line 3) has neither codes nor a rule"):
        assert words in message


def test_settings_replace_the_scoring_of_the_map():
    cuts = MetricScoring(method="cuts", cuts=(Decimal(2), Decimal(3), Decimal(5), Decimal(9)))
    segment_map = load_map("eleven", RfmSettings(frequency=cuts, monetary=MetricScoring(method="ntile")))
    assert segment_map.recency.method == "quantile"
    assert segment_map.frequency == cuts
    assert segment_map.monetary.method == "ntile"


def test_settings_cannot_change_the_scores_a_map_is_made_for():
    assert load_map("seven", RfmSettings(bins=4)).bins == 4
    with pytest.raises(SettingsError, match=r"rfm\.bins is 4, the map is made for scores 1 to 5"):
        load_map("eleven", RfmSettings(bins=4))


def test_settings_with_too_few_cut_points_are_refused():
    with pytest.raises(SettingsError, match="recency has 1 cut points for 5 scores: give 4"):
        load_map("ten", RfmSettings(recency=MetricScoring(method="cuts", cuts=(Decimal(90),))))


def test_a_misspelled_name_is_told_the_nearest():
    with pytest.raises(SettingsError, match="Did you mean `eleven`"):
        load_map("elevn")


def test_a_folder_or_missing_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(SettingsError, match="Give one of eleven, ten, eight, seven, six"):
            load_map(path)


def test_a_file_that_is_not_utf8_is_told_how_to_save(tmp_path):
    with pytest.raises(SettingsError, match="Save it as CSV UTF-8"):
        load_map(written(tmp_path, "segment,rule\nTreue Käufer,rest\n", "cp1252"))


def test_unreadable_columns_are_not_buried_under_holes(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load_map(written(tmp_path, "name,score\nBest,555\n"))
    assert "a map needs segment, and codes or rule" in str(caught.value)
    assert "in no segment" not in str(caught.value)


def linear_light(colours):
    values = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", shipped_maps())
def test_segments_of_a_map_can_be_told_apart(name, vision):
    seen = np.clip(linear_light([s.colour for s in load_map(name).segments]) @ np.array(VISIONS[vision]).T, 0, 1)
    lab = np.cbrt(seen @ np.array(TO_CONES).T) @ np.array(TO_LAB).T
    distances = np.linalg.norm(lab[:, None] - lab[None], axis=-1)
    assert distances[np.triu_indices(len(lab), 1)].min() > 0.08


@pytest.mark.parametrize("name", shipped_maps())
def test_segments_stand_out_on_white(name):
    """WCAG 2.2, 1.4.11: graphics need a contrast of 3 to 1."""
    luminance = linear_light([s.colour for s in load_map(name).segments]) @ np.array([0.2126, 0.7152, 0.0722])
    assert (1.05 / (luminance + 0.05)).min() >= 3
