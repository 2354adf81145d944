"""Rows that a feed gave again: what the source landed before, and what did not change since, is not kept twice.

Staging has settled by then which rows say anything new (DECISIONS 12). Of those that do not, raw keeps the ones whose
received columns differ from what it holds; the others leave raw, as if they had not come.
"""

from __future__ import annotations

import dataclasses

from regulars import catalog
from regulars.engines.base import Session
from regulars.land import ledger, raw
from regulars.source_settings import Entity

# What makes a staged row one that says something new. Only an event without an id is staged again whenever it comes:
# nothing but its content tells it apart.
SAID_ANEW: dict[Entity, str] = {
    "customers": "", "orders": "", "order_lines": "", "events": "and event_id is not null"
}  # fmt: skip


def forget_known(session: Session, load: ledger.Load, entity: Entity) -> ledger.Load:
    """Takes the rows that landed before out of a staged load, and returns the load with its counts."""
    table, staging = raw.raw_table(load.source), catalog.STAGED[entity].name
    if not session.query(f"select 1 from {table} where _load_id < {load.load_id} limit 1").num_rows:
        return load
    columns = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in raw.received_columns(session, load.source)]
    listed = ", ".join(columns)

    def same(one: str, other: str) -> str:
        return " and ".join(f"{one}.{column} is not distinct from {other}.{column}" for column in columns)

    session.execute(
        "create or replace temp table known_rows as"
        f" with brought as (select {listed}, _row, row_number() over (partition by {listed} order by _row) as copy"
        f"   from {table} where _load_id = {load.load_id}),"
        f" standing as (select {listed}, count(*) as copies from (select {listed} from {table} old semi join brought"
        f"   on {same('old', 'brought')} where old._load_id < {load.load_id}) landed group by {listed})"
        f" select brought._row from brought join standing on {same('brought', 'standing')}"
        f" where copy <= copies and brought._row not in"
        f" (select _row from {staging} where source = $1 and _load_id = $2 {SAID_ANEW[entity]})",
        (load.source, load.load_id),
    )
    known = _count(session, "select count(*) from known_rows")
    if not known:
        return load
    mine, here = (load.source, load.load_id), "(select _row from known_rows)"
    staged = _count(
        session, f"select count(*) from {staging} where source = $1 and _load_id = $2 and _row in {here}", mine
    )
    rejected = _count(
        session,
        f"select count(*) from {catalog.REJECTED_ROWS.name}"
        f" where source = $1 and load_id = $2 and row_number in {here}",
        mine,
    )
    session.execute(f"delete from {table} where _load_id = $1 and _row in {here}", (load.load_id,))
    session.execute(f"delete from {staging} where source = $1 and _load_id = $2 and _row in {here}", mine)
    session.execute(
        f"delete from {catalog.REJECTED_ROWS.name} where source = $1 and load_id = $2 and row_number in {here}", mine
    )
    return dataclasses.replace(
        load,
        rows=load.rows - known,
        staged=load.staged - staged,
        rejected=load.rejected - rejected,
        duplicates=load.duplicates - (known - staged - rejected),
    )


def _count(session: Session, sql: str, params: tuple[str | int, ...] = ()) -> int:
    return int(session.query(sql, params).column(0)[0].as_py())
