"""A model is a file that says what it was trained on, and is refused when anything about it is wrong."""

from __future__ import annotations

import json

import pytest

from regulars.errors import ModelError
from regulars.identity.person_model import comparisons, load_model, shipped_model


def test_the_shipped_model_says_what_it_was_trained_on_and_settled() -> None:
    model = shipped_model()
    assert "made-up shop" in model.trained_on
    assert model.records > 40_000
    assert model.converged
    for comparison in comparisons():
        chances = model.chances[comparison.name]
        assert len(chances) == len(comparison.levels)
        assert sum(one.m for one in chances) == pytest.approx(1, abs=1e-4)
        assert sum(one.u for one in chances) == pytest.approx(1, abs=1e-4)
        # What is the same speaks for one person, what is different against it.
        assert chances[0].m > chances[0].u
        assert chances[-1].m < chances[-1].u


def test_a_saved_model_is_read_as_it_was(tmp_path) -> None:
    shipped_model().save(tmp_path / "model.json")
    again = load_model(tmp_path / "model.json")
    assert again == shipped_model()
    assert again.fingerprint == shipped_model().fingerprint


def _changed(text: str, **changes) -> str:
    return json.dumps({**json.loads(text), **changes})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text[: len(text) // 2], "cut off"),
        (lambda text: "", "cut off"),
        (lambda text: "[]", "no model of persons"),
        (lambda text: _changed(text, format="splink"), "no model of persons"),
        (lambda text: _changed(text, version=2), "of version 2; this is version 1"),
        (lambda text: _changed(text, records=7), "altered"),
        (lambda text: text.replace('"m": 0.', '"m": 1.', 1), "altered"),
    ],
)
def test_a_spoiled_model_is_refused_with_the_repair(tmp_path, spoil, message) -> None:
    path = tmp_path / "model.json"
    shipped_model().save(path)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    with pytest.raises(ModelError, match=message) as refused:
        load_model(path)
    assert "regulars identity train" in str(refused.value)


def test_a_missing_model_is_named(tmp_path) -> None:
    with pytest.raises(
        ModelError, match=r"There is no model .*nothing\.json. Train one with `regulars identity train`"
    ):
        load_model(tmp_path / "nothing.json")
