"""Which staged rows are the same record again, and which are newer versions of one (DECISIONS 12).

Customers, orders and events are known by (source, id): an equal row is an exact duplicate and leaves staging, a
changed one replaces the version before it. The lines of an order are one record: equal lines within it are kept, and a
load that brings the order again replaces them, unless it brings the very same lines. The statements run after the
load's rows are in staging, in its transaction.

A customer or event that is deleted at the source is a version like any other, and superseded from the start: no version
of it is current until one comes that is not deleted.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars import catalog
from regulars.engines.base import Session
from regulars.land.parse import quoted
from regulars.source_settings import Entity

RECORD_ID: dict[Entity, str] = {
    "customers": "source_customer_id", "orders": "order_id", "events": "event_id", "order_lines": "order_id"
}  # fmt: skip
ENTITY_NAME = {entity: table.name.partition(".")[2] for entity, table in catalog.STAGED.items()}


@dataclass(frozen=True)
class Versions:
    """What became of a load's rows: exact duplicates taken out, and older versions superseded by it."""

    duplicates: int
    superseded: int


def settle(session: Session, entity: Entity, source: str, load_id: int) -> Versions:
    """Takes exact duplicates out of a load's staged rows and marks the versions it replaces."""
    if entity == "order_lines":
        return _settle_lines(session, source, load_id)
    return _settle_records(session, entity, source, load_id)


def _settle_records(session: Session, entity: Entity, source: str, load_id: int) -> Versions:
    table, record_id = catalog.STAGED[entity].name, RECORD_ID[entity]
    content = ", ".join(c for c in catalog.STAGED[entity].column_names if c not in ("_load_id", "_row"))
    mine = f"source = {quoted(source)} and _load_id = {load_id}"
    earlier = f"source = {quoted(source)} and _load_id < {load_id}"
    is_deleted = "is_deleted" if "is_deleted" in catalog.STAGED[entity].column_names else "false"
    session.execute(
        f"create or replace temp table repeated_ids as"
        f" select {record_id} as record_id from {table} where {mine} and {record_id} is not null"
        f" group by 1 having count(*) > 1 or bool_or({is_deleted})"
    )
    if _count(session, f"select count(*) from (select 1 from {table} where {earlier} limit 1)"):
        session.execute(
            f"insert into repeated_ids select distinct {record_id} from {table} where {mine} and {record_id} in"
            f" (select {record_id} from {table} where {earlier})"
            f" and {record_id} not in (select record_id from repeated_ids)"
        )
    if not _count(session, "select count(*) from repeated_ids"):
        return Versions(0, 0)
    # The version before the load (the newest earlier row that nothing but its deletion supersedes) opens each sequence.
    session.execute(
        f"create or replace temp table sequenced as"
        f" select _load_id, _row, record_id, is_gone, content is not distinct from lag(content) over sequence"
        f"   as is_duplicate"
        f" from (select _load_id, _row, {record_id} as record_id, {is_deleted} as is_gone, row({content}) as content"
        f"   from {table} staged"
        f"   where source = {quoted(source)} and _load_id <= {load_id}"
        f"   and {record_id} in (select record_id from repeated_ids)"
        f"   and ({is_deleted} or not exists (select 1 from {catalog.SUPERSEDED.name} s"
        f"     where s.entity = {quoted(ENTITY_NAME[entity])} and s.source = staged.source"
        f"     and s.record_id = staged.{record_id} and s.load_id = staged._load_id"
        f"     and s.row_number = staged._row))) versions"
        f" window sequence as (partition by record_id order by _load_id, _row)"
    )
    duplicates = _count(session, f"select count(*) from sequenced where is_duplicate and _load_id = {load_id}")
    if duplicates:
        session.execute(
            f"delete from {table} where {mine} and _row in"
            f" (select _row from sequenced where is_duplicate and _load_id = {load_id})"
        )
    superseded = _mark(
        session,
        f"select {quoted(ENTITY_NAME[entity])} as entity, {quoted(source)} as source, record_id, _load_id as load_id,"
        f" _row as row_number from"
        f" (select *, row_number() over (partition by record_id order by _load_id desc, _row desc)"
        f" as newness from sequenced where not (is_duplicate and _load_id = {load_id}))"
        f" where case when is_gone then _load_id = {load_id} else newness > 1 end",
    )
    return Versions(duplicates, superseded)


def _settle_lines(session: Session, source: str, load_id: int) -> Versions:
    table = catalog.ORDER_LINES.name
    content = ", ".join(c for c in catalog.ORDER_LINES.column_names if c not in ("_load_id", "_row"))
    lines = (
        "select _load_id, order_id, count(*) as lines, sum(cast(hash(row("
        f"{content})) as hugeint)) as fingerprint from {table} staged"
    )
    mine = f"source = {quoted(source)} and _load_id = {load_id}"
    if not _count(
        session,
        f"select count(*) from"
        f" (select 1 from {table} where source = {quoted(source)} and _load_id < {load_id} limit 1)",
    ):
        return Versions(0, 0)
    session.execute(
        f"create or replace temp table again as with brought as ({lines} where {mine} group by all),"
        f" standing as ({lines} where source = {quoted(source)} and _load_id < {load_id}"
        f"   and order_id in (select order_id from brought)"
        f"   and not exists (select 1 from {catalog.SUPERSEDED.name} s where s.entity = 'order_lines'"
        f"     and s.source = staged.source and s.record_id = staged.order_id and s.load_id = staged._load_id)"
        f"   group by all)"
        f" select order_id, standing._load_id as standing_load, standing.lines = brought.lines"
        f"   and standing.fingerprint = brought.fingerprint as is_same from brought join standing using (order_id)"
    )
    duplicates = _count(
        session, f"select count(*) from {table} where {mine} and order_id in (select order_id from again where is_same)"
    )
    if duplicates:
        session.execute(f"delete from {table} where {mine} and order_id in (select order_id from again where is_same)")
    superseded = _mark(
        session,
        f"select 'order_lines' as entity, {quoted(source)} as source, order_id as record_id, standing_load as load_id,"
        f" cast(null as bigint) as row_number from again where not is_same",
    )
    return Versions(duplicates, superseded)


def _mark(session: Session, sql: str) -> int:
    marked = _count(session, f"select count(*) from ({sql})")
    if marked:
        session.execute(f"insert into {catalog.SUPERSEDED.name} by name {sql}")
    return marked


def _count(session: Session, sql: str) -> int:
    return int(session.query(sql).column(0)[0].as_py())
