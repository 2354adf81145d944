"""What is known of the data itself: what was landed and when, what was rejected and why, and what the checks found."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Session

FRESHNESS = "ops.freshness"
RECONCILIATION = "ops.reconciliation"
_LOAD_COLUMNS = (
    "load_id",
    "source",
    "entity",
    "uri",
    "rows",
    "staged",
    "rejected",
    "duplicates",
    "superseded",
    "status",
    "error",
    "started_at",
    "finished_at",
)
_CHECK_COLUMNS = ("check_name", "severity", "status", "failures", "message", "sample")


def sources(live: Session) -> pa.Table:
    """Each source with its loads, rows and the day and time of the last one, the last landed first."""
    if not live.columns(catalog.LOADS.name):
        return pa.table({"source": pa.array([], pa.string())})
    return live.query(
        "select source, entity, count(*) as loads, cast(sum(rows) as bigint) as rows,"
        " cast(sum(staged) as bigint) as staged, cast(sum(rejected) as bigint) as rejected,"
        " cast(sum(duplicates) as bigint) as duplicates, max(finished_at) as last_landed_at"
        f" from {catalog.LOADS.name} where status in ('landed', 'mapped') group by source, entity"
        " order by max(finished_at) desc nulls last, source"
    )


def loads(live: Session, limit: int = 200) -> pa.Table:
    """The newest loads, newest first."""
    if not live.columns(catalog.LOADS.name):
        return pa.table({"load_id": pa.array([], pa.int64())})
    return live.query(
        f"select {', '.join(_LOAD_COLUMNS)} from {catalog.LOADS.name} order by load_id desc limit {int(limit)}"
    )


def freshness(live: Session) -> pa.Table | None:
    """How old the word of each source is, as the run found it; None = this warehouse does not keep it."""
    if not live.columns(FRESHNESS):
        return None
    columns = live.columns(FRESHNESS)
    newest = f" where run_id = (select run_id from {marts.RUN_PARAMETERS})" if "run_id" in columns else ""
    listed = ", ".join(f'"{name}"' for name in columns if name != "run_id")
    return live.query(f"select {listed} from {FRESHNESS}{newest} order by 1")


def checks(live: Session) -> pa.Table:
    """The checks of the run that made what is published, what failed first."""
    if not live.columns(catalog.CHECKS.name):
        return pa.table({"check_name": pa.array([], pa.string())})
    return live.query(
        f"select {', '.join(_CHECK_COLUMNS)} from {catalog.CHECKS.name}"
        f" where run_id = (select run_id from {marts.RUN_PARAMETERS})"
        " order by case when status = 'pass' then 1 else 0 end, severity, check_name"
    )


def check_history(live: Session, limit: int = 30) -> pa.Table:
    """How many checks passed, warned and failed in each of the newest runs that the warehouse keeps checks of."""
    if not live.columns(catalog.CHECKS.name):
        return pa.table({"run_id": pa.array([], pa.string())})
    return live.query(
        "select run_id, count(*) as checks, count(*) filter (where status = 'pass') as passed,"
        " count(*) filter (where status <> 'pass' and severity <> 'error') as warned,"
        " count(*) filter (where status <> 'pass' and severity = 'error') as failed"
        f" from {catalog.CHECKS.name} group by run_id order by run_id desc limit {int(limit)}"
    )


def rejected(live: Session) -> pa.Table:
    """Why rows were set aside: how many by source, field and reason, the most first."""
    if not live.columns(catalog.REJECTED_ROWS.name):
        return pa.table({"source": pa.array([], pa.string())})
    return live.query(
        "select source, field, reason, count(*) as rows, max(load_id) as last_load_id"
        f" from {catalog.REJECTED_ROWS.name} group by source, field, reason"
        " order by count(*) desc, source, field, reason"
    )


def rejected_rows(
    live: Session, source: str | None = None, field: str | None = None, reason: str | None = None, limit: int = 200
) -> pa.Table:
    """The newest rows that were set aside, of one kind or of all."""
    if not live.columns(catalog.REJECTED_ROWS.name):
        return pa.table({"source": pa.array([], pa.string())})
    conditions, params = ["1 = 1"], list[Any]()
    for column, value in (("source", source), ("field", field), ("reason", reason)):
        if value is not None:
            params.append(value)
            conditions.append(f"{column} = cast(${len(params)} as varchar)")
    return live.query(
        f"select {', '.join(catalog.REJECTED_ROWS.column_names)} from {catalog.REJECTED_ROWS.name}"
        f" where {' and '.join(conditions)} order by load_id desc, row_number, field limit {int(limit)}",
        params,
    )


def reconciliation(live: Session) -> pa.Table:
    """That nothing is lost: of each source the rows, and the money from what was landed to what is published."""
    if not live.columns(RECONCILIATION):
        return pa.table({"kind": pa.array([], pa.string())})
    return live.query(
        "select kind, source, position, line, cast(sum(rows) as bigint) as rows, cast(sum(orders) as bigint) as orders,"
        f" cast(sum(amount) as decimal(18, 2)) as amount from {RECONCILIATION}"
        " group by kind, source, position, line order by kind desc, source, position, line"
    )
