"""How old the word of each source is, as the model measured it, kept in `ops.freshness`; too old is a finding."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.engines.check_records import CheckRecord

FRESHNESS = "freshness"


def measure_freshness(build: Session, run_id: str, allowed: Collection[str] = ()) -> list[CheckRecord]:
    """Keeps the ages in the build, and gives a check for each source that has a limit.

    Args:
        build: The build, its models made.
        run_id: The run.
        allowed: Checks, or `freshness` for all of these, whose findings do not stop publishing.
    """
    if not build.columns(marts.SOURCE_FRESHNESS):
        return []
    columns = [name for name in catalog.FRESHNESS.column_names if name not in ("run_id", "message")]
    rows = build.query(f"select {', '.join(columns)} from {marts.SOURCE_FRESHNESS} order by source").to_pylist()
    for row in rows:
        row |= {"run_id": run_id, "message": _words(row)}
    build.replace(catalog.FRESHNESS.name, pa.Table.from_pylist(rows, _schema()))
    return [_record(row, allowed) for row in rows if row["status"] != "no limit"]


def _record(row: dict[str, Any], allowed: Collection[str]) -> CheckRecord:
    name = f"{FRESHNESS}_of_{row['source']}"
    severity = "error" if row["error_after_hours"] is not None else "warn"
    status = {"pass": "pass", "warn": "warn", "error": "fail"}[row["status"]]
    if status == "fail" and {name, FRESHNESS} & set(allowed):
        status = "allowed"
    late = "" if status == "pass" else f"source {row['source']}, load {row['last_load_id']}"
    return CheckRecord(name, severity, status, int(bool(late)), row["message"] if late else "", late)


def _words(row: dict[str, Any]) -> str:
    """What a person reads of a source's age."""
    if row["data_through"] is None:
        return f"{row['source']} never said anything that can be dated"
    told = (
        f"{row['source']} is known through {row['data_through']:%Y-%m-%d %H:%M}, which is {_age(row['age_hours'])} ago"
    )
    limits = [
        f"{word} after {_age(row[column])}"
        for word, column in (("late", "warn_after_hours"), ("stops publishing", "error_after_hours"))
        if row[column] is not None
    ]
    return told + (f"; {', '.join(limits)}" if limits else "; no limit is set")


def _age(hours: float) -> str:
    if hours < 1:
        return "less than an hour"
    return f"{hours:,.0f} hours" if hours < 72 else f"{hours / 24:,.0f} days"


def _schema() -> pa.Schema:
    types = {"timestamp": pa.timestamp("us"), "bigint": pa.int64(), "double": pa.float64()}
    return pa.schema([(name, types.get(kind, pa.string())) for name, kind in catalog.FRESHNESS.columns])
