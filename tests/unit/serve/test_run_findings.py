"""What stops a run is told with what it means, what to do, and what allows it where something can be allowed."""

from __future__ import annotations

from pathlib import Path

from regulars.engines.check_records import CheckRecord, CheckRecords
from regulars.engines.duckdb import DuckDBEngine
from regulars.serve import run_findings

PASSED = CheckRecord("key_dim_customers_customer_id", "error", "pass", 0, "", "")
WARNED = CheckRecord("emails_are_well_formed", "warn", "warn", 3, "Got 3 results", "")
LATE = CheckRecord("freshness_of_web", "error", "fail", 1, "web is known through May", "source web")
TWICE = CheckRecord("key_fct_orders_order_key", "error", "fail", 2, "Got 2 results", "order 7")
BROKEN = CheckRecord("every_order_is_converted", "error", "error", 0, "Catalog Error: no such table", "")


def test_only_what_stops_is_told_and_each_in_its_words(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path)
    CheckRecords(engine.journal).keep("run-1", [PASSED, WARNED, LATE, TWICE, BROKEN])
    late, twice, broken = run_findings.stopping(engine, "run-1")
    assert (late["message"], late["failures"]) == ("web is known through May", None)
    assert "[sources.web]" in late["advice"] and late["allowed_by"] == "regulars run --allow freshness_of_web"
    assert twice["message"].startswith("The key of ") and (twice["failures"], twice["sample"]) == (2, "order 7")
    assert broken["message"] == "Catalog Error: no such table" and broken["allowed_by"] is None


def test_a_run_without_findings_has_none(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path)
    CheckRecords(engine.journal).keep("run-1", [PASSED])
    assert run_findings.stopping(engine, "run-1") == run_findings.stopping(engine, "another") == []
