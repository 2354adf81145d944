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


def test_checks_that_count_rows_of_loads_say_which_command_lists_them() -> None:
    assert meaning_of("dates_are_readable").rows == "regulars check --rows dates_are_readable"
    models = CHECKS.parent / "models" / "intermediate"
    listing = {f.stem for f in CHECKS.rglob("*.sql") if "loads_at_fault(" in f.read_text(encoding="utf-8")}
    rows = (models / "int_rows__at_fault.sql").read_text(encoding="utf-8")
    assert len(listing) == 8 and all(f"'{name}'" in rows and meaning_of(name).rows for name in listing)
    assert meaning_of("exports_are_whole").rows == meaning_of("of_my_own").rows == ""


def test_checks_that_are_made_for_models_and_sources_are_explained_too() -> None:
    assert "never there twice" in meaning_of("key_fct_orders_source__order_id").what
    assert "regulars sources list" in meaning_of("freshness_of_orders").advice
    assert meaning_of("of_my_own").what == "" and meaning_of("of_my_own").advice
