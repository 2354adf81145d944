"""Checks are kept, those at error level stop the run, and the message shows the rows at fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import ChecksFailed
from regulars.quality.checks import check
from regulars.transform import CheckResult, Transformer

PASSED = CheckResult("key_orders", "orders", "error", "pass", 0, "", "")
WARNED = CheckResult("few_orders", "orders", "warn", "warn", 2, "Got 2 results", "day 1")
FAILED = CheckResult("every_order_is_converted", "", "error", "fail", 3, "Got 3 results", "currency USD")


class Finding:
    """A Transformer whose checks find what they are told to."""

    def __init__(self, *results: CheckResult) -> None:
        self.results = list(results)

    def test(self, on_progress: Callable[[str], None]) -> list[CheckResult]:
        on_progress("1 of 1")
        return self.results


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    engine = DuckDBEngine(tmp_path)
    engine.prepare()
    with engine.build(fresh=True):
        pass
    return engine


def _checked(engine: DuckDBEngine, *results: CheckResult) -> str:
    return check(engine, cast(Transformer, Finding(*results)), "run-1", lambda words: None)


def _kept(engine: DuckDBEngine) -> list[dict[str, Any]]:
    with engine.build() as build:
        return build.query("select check_name, status, failures from ops.checks order by check_name").to_pylist()


def test_checks_that_pass_are_counted_and_warnings_are_told(engine: DuckDBEngine) -> None:
    assert _checked(engine, PASSED) == "1 checks passed"
    assert _checked(engine, PASSED, WARNED) == "2 checks, 1 warned: few_orders"
    assert [row["check_name"] for row in _kept(engine)] == ["few_orders", "key_orders"]


def test_a_failed_check_stops_the_run_and_is_kept_with_its_rows(engine: DuckDBEngine) -> None:
    with pytest.raises(ChecksFailed, match=r"1 check\(s\) failed.*live warehouse stays") as error:
        _checked(engine, PASSED, WARNED, FAILED)
    assert "every_order_is_converted: Got 3 results\n    e.g. currency USD" in str(error.value)
    assert "few_orders" not in str(error.value)
    assert {"check_name": "every_order_is_converted", "status": "fail", "failures": 3} in _kept(engine)
