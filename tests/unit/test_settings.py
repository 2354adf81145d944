"""Settings come from the file and the environment, and every problem is told at once with its place."""

from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

from regulars.cluster_settings import ClusterFeature
from regulars.errors import SettingsError
from regulars.learn.feature_query import FEATURES
from regulars.settings import Settings, load_settings, overridden


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert (settings.rfm.window_days, settings.rfm.map, settings.clusters.k) == (365, "eleven", "auto")


def test_a_variable_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text('[rfm]\nwindow_days = 90\nmap = "ten"\n')
    monkeypatch.setenv("REGULARS_RFM__WINDOW_DAYS", "180")
    assert load_settings(file).rfm.window_days == 180
    assert load_settings(file).rfm.map == "ten"


def test_every_problem_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text('colour = "red"\n[shop]\ntimezone = "Mars/Olympus"\n[rfm]\nwindow_days = 0\n')
    with pytest.raises(SettingsError) as error:
        load_settings(file)
    message = str(error.value)
    assert "3 problem(s)" in message
    assert "colour: no such setting" in message
    assert "shop.timezone: `Mars/Olympus` is no time zone" in message
    assert "rfm.window_days" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("review_threshold = 0.97", "review_threshold 0.97 is above match_threshold 0.95"),
        ("keys = [[]]", "a key needs at least one field"),
        ('keys = [["shoe_size"]]', "identity.keys.0.0"),
        ("match_threshold = 1.5", "identity.match_threshold"),
    ],
)
def test_identity_settings_that_cannot_be_are_refused(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text(f"[identity]\n{content}\n")
    with pytest.raises(SettingsError) as error:
        load_settings(file)
    assert words in str(error.value)


@pytest.mark.parametrize("content", ["[rfm\n", '[rfm]\nmap = "ten'])
def test_a_broken_file_is_told_by_its_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text(content)
    with pytest.raises(SettingsError, match=r"regulars\.toml is no valid TOML"):
        load_settings(file)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There is no settings file"):
        load_settings(tmp_path / "other.toml")


@pytest.mark.parametrize(
    "scoring",
    [{"method": "cuts"}, {"method": "quantile", "cuts": [1]}, {"method": "cuts", "cuts": [3, 2]}],
)
def test_cuts_belong_to_the_method_cuts_and_rise(scoring: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        overridden(Settings(), rfm={"recency": scoring})


def test_overriding_leaves_the_rest_and_ignores_what_was_not_given() -> None:
    settings = overridden(Settings(), rfm={"window_days": 30, "map": None}, clusters={"k": None})
    assert (settings.rfm.window_days, settings.rfm.map, settings.clusters.k) == (30, "eleven", "auto")
    cuts = overridden(Settings(), rfm={"recency": {"method": "cuts", "cuts": ["30", "60.5"]}}).rfm.recency
    assert cuts is not None
    assert cuts.cuts == (Decimal(30), Decimal("60.5"))


@pytest.mark.parametrize(
    ("clusters", "message"),
    [
        ('algorithm = "kmean"', "'kmeans', 'gaussian_mixture', 'agglomerative', 'spectral', 'dbscan', 'hdbscan'"),
        ('features = ["recency", "shoe_size"]', "clusters.features.1: Input should be 'recency', 'frequency'"),
        ('features = ["age", "age"]', "features names age twice; keep one"),
        ("features = []", "at least 1 item"),
        ('scaler = "quantile"', "'robust', 'standard', 'minmax' or 'none'"),
        ('algorithm = "dbscan"\nk = 4', 'dbscan finds the number of clusters itself; write k = "auto"'),
        ("k = 1", "k = 1: write 2 or more"),
    ],
)
def test_settings_of_clusters_that_make_no_sense_are_told_with_what_there_is(
    tmp_path: Path, clusters: str, message: str
) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text(f"[clusters]\n{clusters}\n")
    with pytest.raises(SettingsError) as error:
        load_settings(file)
    assert message in str(error.value)


def test_the_features_of_the_settings_are_those_that_the_marts_have() -> None:
    known = [name for names in FEATURES.values() for name in names]
    assert sorted(known) == sorted(get_args(ClusterFeature))
