"""Checks are kept, those at error level stop the run, and the message shows the rows at fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from regulars.engines.check_records import CheckRecords
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import ChecksFailed, InputError
from regulars.quality.checks import check, refuse_failed_build, refuse_unknown
from regulars.quality_settings import QualitySettings
from regulars.transform import CheckResult, Transformer

PASSED = CheckResult("key_orders", "orders", "error", "pass", 0, "", "")
WARNED = CheckResult("few_orders", "orders", "warn", "warn", 2, "Got 2 results", "day 1")
DRIFTED = CheckResult("volume_is_out", "", "error", "fail", 1, "Got 1 result", "for ann@example.org", "drift")
FAILED = CheckResult("every_order_is_converted", "", "error", "fail", 3, "Got 3 results", "currency USD")


class Finding:
    """A Transformer whose checks find what they are told to."""

    def __init__(self, *results: CheckResult) -> None:
        self.results = list(results)

    def test(self, on_progress: Callable[[str], None], without: Sequence[str] = ()) -> list[CheckResult]:
        on_progress("1 of 1")
        return [result for result in self.results if result.group not in without]


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


def _judged(engine: DuckDBEngine, *allow: str, **quality: Any) -> str:
    finding, settings = cast(Transformer, Finding(PASSED, DRIFTED)), QualitySettings(**quality)
    return check(engine, finding, "run-1", lambda words: None, settings, allow)


@pytest.mark.parametrize(
    ("allow", "quality"), [(("volume_is_out",), {}), (("drift",), {}), ((), {"allow": ["volume_is_out"]})]
)
def test_what_is_allowed_is_kept_as_such_and_stops_nothing(
    engine: DuckDBEngine, allow: tuple[str, ...], quality: dict[str, Any]
) -> None:
    assert _judged(engine, *allow, **quality) == "2 checks, 1 allowed: volume_is_out"
    assert {row["check_name"]: row["status"] for row in _kept(engine)}["volume_is_out"] == "allowed"
    with engine.build() as build:
        refuse_failed_build(build)


def test_drift_can_be_told_alone_or_not_looked_for(engine: DuckDBEngine) -> None:
    assert _judged(engine, drift="warn") == "2 checks, 1 warned: volume_is_out"
    assert _judged(engine, drift="off") == "1 checks passed"


def test_a_failed_build_does_not_go_live_by_itself(engine: DuckDBEngine) -> None:
    with engine.build() as build:
        refuse_failed_build(build)
    with pytest.raises(ChecksFailed, match="regulars run --allow volume_is_out"):
        _judged(engine)
    with engine.build() as build, pytest.raises(ChecksFailed, match="live warehouse stays"):
        refuse_failed_build(build)


def test_the_findings_of_a_failed_run_stay_without_addresses(engine: DuckDBEngine) -> None:
    with pytest.raises(ChecksFailed, match=r"for \*\*\*"):
        _judged(engine)
    run_id, found = CheckRecords(engine.journal).newest()
    assert (run_id, [record.sample for record in found]) == ("run-1", ["", "for ***"])


def test_nothing_is_allowed_that_is_no_check() -> None:
    refuse_unknown(["drift", "freshness_of_web", "key_orders"], ["key_orders"])
    with pytest.raises(InputError, match="There is no check `typo`"):
        refuse_unknown(["typo"], ["key_orders"])
