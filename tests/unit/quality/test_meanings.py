"""Every check that the project has says what it means and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.quality.meanings import meaning_of

CHECKS = Path(__file__).resolve().parents[3] / "src" / "regulars" / "warehouse" / "tests"


@pytest.mark.parametrize("name", sorted(f.stem for f in CHECKS.rglob("*.sql") if f.parent.name != "generic"))
def test_every_check_means_something_and_has_advice(name: str) -> None:
    meaning = meaning_of(name)
    assert meaning.what.endswith(".") and meaning.advice and "See the rows, and" not in meaning.advice


def test_checks_that_are_made_for_models_and_sources_are_explained_too() -> None:
    assert "never there twice" in meaning_of("key_fct_orders_source__order_id").what
    assert "regulars sources list" in meaning_of("freshness_of_orders").advice
    assert meaning_of("of_my_own").what == "" and meaning_of("of_my_own").advice
