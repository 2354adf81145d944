"""The rows that a check of the newest run found, each by its load and number: also where nothing of it went live."""

from __future__ import annotations

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Engine, Session
from regulars.errors import InputError


def rows_at_fault(engine: Engine, check_name: str, run_id: str, limit: int) -> pa.Table:
    """What the check found, in the order of loads and rows: with the file, the reason and what stands there.

    Args:
        engine: The warehouse.
        check_name: A check that counts rows of loads.
        run_id: The run that was checked: the live one, or one that was held back and whose build is there still.
        limit: How many rows at most.

    Raises:
        InputError: Neither what is live nor the build is of that run.
        LockedError: The run was held back, and another one is going on.
    """
    if engine.has_live():
        with engine.live() as live:
            if _is_of(live, run_id):
                return _found(live, catalog.REJECTED_ROWS.name, check_name, limit)
    with engine.lock():
        if engine.has_build():
            with engine.build() as build:
                if _is_of(build, run_id):
                    return _found(build, f"durable.{catalog.REJECTED_ROWS.name}", check_name, limit)
    raise InputError(f"The tables of run {run_id} are gone. `regulars run` checks again; then ask again.")


def _is_of(session: Session, run_id: str) -> bool:
    if not session.columns(catalog.CHECKS.name) or not session.columns(marts.ROWS_AT_FAULT):
        return False
    return run_id in session.query(f"select distinct run_id from {catalog.CHECKS.name}").column(0).to_pylist()


def _found(session: Session, rejected: str, check_name: str, limit: int) -> pa.Table:
    return session.query(
        "select found.source, found.load_id, found.uri, found.row_number, found.record_id, found.field, found.reason,"
        f" rejected.value from {marts.ROWS_AT_FAULT} as found left join {rejected} as rejected"
        " on found.load_id = rejected.load_id and found.row_number = rejected.row_number"
        f" where found.check_name = $1 order by found.load_id, found.row_number limit {int(limit)}",
        (check_name,),
    )
