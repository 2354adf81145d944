from __future__ import annotations

from collections.abc import Callable

from tests.unit.conftest import Published

from regulars.serve import warehouse_views
from regulars.serve.queries import Queries


def test_every_row_that_was_landed_is_accounted_for(published: Published) -> None:
    with published.queries.session() as live:
        sources = {row["source"]: row for row in warehouse_views.sources(live).to_pylist()}
        loads = warehouse_views.loads(live).to_pylist()
        rows = warehouse_views.reconciliation(live).to_pylist()
    assert set(sources) == {"customers", "orders"} and len(loads) == 2
    assert sources["orders"]["rejected"] == 1 and sources["orders"]["staged"] == 31
    assert sum(row["rows"] for row in rows if row["line"] == "unaccounted for") == 0
    assert [load["load_id"] for load in loads] == sorted((load["load_id"] for load in loads), reverse=True)


def test_rejected_rows_are_counted_by_reason_and_listed(published: Published) -> None:
    with published.queries.session() as live:
        [why] = warehouse_views.rejected(live).to_pylist()
        [row] = warehouse_views.rejected_rows(live, why["source"], why["field"], why["reason"]).to_pylist()
        assert warehouse_views.rejected_rows(live, "no such source").num_rows == 0
    assert (why["source"], why["rows"]) == ("orders", 1)
    assert row["value"] == "ninety"


def test_the_checks_are_those_of_the_published_run(published: Published) -> None:
    with published.queries.session() as live:
        checks = warehouse_views.checks(live)
        [counted, *_] = warehouse_views.check_history(live).to_pylist()
    assert counted["run_id"] == published.report.run_id
    assert counted["checks"] == checks.num_rows == counted["passed"] + counted["warned"] + counted["failed"]
    statuses = checks["status"].to_pylist()
    assert statuses == sorted(statuses, key=lambda status: status == "pass")


def test_what_a_warehouse_does_not_keep_is_empty(published: Published, without: Callable[..., Queries]) -> None:
    hidden = ("ops.loads", "ops.checks", "staging.rejected_rows", "ops.reconciliation", "ops.freshness")
    with without(published, *hidden).session() as live:
        assert warehouse_views.freshness(live) is None
        for question in ("sources", "loads", "checks", "check_history", "rejected", "rejected_rows", "reconciliation"):
            assert getattr(warehouse_views, question)(live).num_rows == 0
