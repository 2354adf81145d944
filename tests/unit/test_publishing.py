"""What is published carries with it what readers need of the durable side."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from tests.unit.conftest import Published

from regulars import catalog, marts, publishing
from regulars.engines.duckdb import DuckDBEngine


def test_the_live_warehouse_accounts_for_every_row_of_every_load(published: Published) -> None:
    lines = published.queries.sql(
        "select source, line, rows from reconciliation where kind = 'rows' order by load_id, position"
    ).to_pylist()
    told = {(row["source"], row["line"]): row["rows"] for row in lines}
    assert (told["orders", "rows landed"], told["orders", "staged"], told["orders", "rejected"]) == (32, 31, 1)
    assert [rows for (_, line), rows in told.items() if line == "unaccounted for"] == [0, 0]


def test_the_live_warehouse_ties_revenue_to_the_total_of_the_source(published: Published) -> None:
    found = published.queries.sql("select line, amount from reconciliation where kind = 'money' order by position")
    money = {row["line"]: row["amount"] for row in found.to_pylist()}
    customers = published.queries.sql("select sum(lifetime_value) as v from customer_behavior_metrics").to_pylist()
    assert money["net revenue"] == money["gross"] == customers[0]["v"]


def test_the_live_warehouse_shows_rejected_rows_and_the_run_as_done(published: Published) -> None:
    [row] = published.queries.sql("select field, value, row_number from rejected_rows").to_pylist()
    assert (row["field"], row["value"]) == ("amount", "ninety")
    [run] = published.queries.sql("select run_id, status from runs").to_pylist()
    assert run == {"run_id": published.report.run_id, "status": "done"}


def test_a_load_with_very_many_rejected_rows_publishes_the_first_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "REJECTED_SHOWN", 2)
    engine = DuckDBEngine(tmp_path)
    engine.prepare()
    run_id = engine.journal.start_run("run")
    rejected = {"source": ["a"] * 4, "load_id": [1, 1, 1, 2], "row_number": [9, 7, 8, 1], "field": ["amount"] * 4}
    with engine.durable() as durable:
        durable.append("staging.rejected_rows", pa.table(rejected))
    with engine.build(fresh=True) as build:
        build.execute("create table marts.customer_segments as select 1 as customer_id")
        build.execute("create table marts.fct_customer_rfm as select 1 as customer_id, 'Loyal' as segment")
        build.execute(
            "create table intermediate.int_run_parameters as select date '2026-01-01' as as_of, 'r' as run_id,"
            " 'x' as rules"
        )
        build.execute(
            "create table marts.segment_events as select 1 as customer_id, '' as from_segment, '' as to_segment,"
            " '' as cause, '' as restated_by, false as is_restatement, date '2026-01-01' as as_of"
        )
        columns = ", ".join(f"{name} {kind}" for name, kind in catalog.SEGMENT_RESTATEMENTS.columns)
        build.execute(f"create table {marts.RESTATED} ({columns})")
        build.execute(
            "create table marts.revenue_reconciliation as select 'a' as source, 1 as line_number, 'gross' as line,"
            " 1::bigint as rows, 1::bigint as orders, 1::decimal(18, 2) as amount"
        )
        build.execute(
            "create table intermediate.int_orders__noted as select 'a' as source, 1 as note_number, 'b' as note,"
            " 1::bigint as rows, 1::bigint as orders, 1::decimal(18, 2) as amount"
        )
    assert publishing.publish(engine, run_id).startswith("1 customers live in")
    with engine.live() as live:
        shown = live.query("select load_id, row_number from rejected_rows order by load_id, row_number").to_pylist()
    assert [(row["load_id"], row["row_number"]) for row in shown] == [(1, 7), (1, 8), (2, 1)]
    assert not engine.has_build()
