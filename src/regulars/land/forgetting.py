"""The rows of erased persons leave a source: raw, staging, the rejected rows and the ledger's counts.

Which rows they are is found by the tombstones alone, in what was staged and in all of raw, mapped as it is mapped now:
so rows that were rejected or came twice are found too, and doing it again finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.scratch import ScratchSpace
from regulars.land import conform, ledger, raw
from regulars.land.desk import desk_for
from regulars.land.load import Target
from regulars.land.sieve import sieve_of
from regulars.land.tombstones import copy_to, is_forgotten, tombstones
from regulars.land.versions import ENTITY_NAME, RECORD_ID

_FOUND = "found_rows"
_REJECTED = catalog.REJECTED_ROWS.name


@dataclass(frozen=True)
class ForgottenRows:
    """How many rows of a source were taken out, by where they lay; a row of raw lies in one of the others too."""

    source: str
    raw: int = 0
    staged: int = 0
    rejected: int = 0
    superseded: int = 0


def find_rows(session: Session, target: Target, space: ScratchSpace | None = None) -> None:
    """Makes the temporary table `found_rows` (load_id, row_number) of a source's rows of erased persons.

    Args:
        session: The durable warehouse, with a transaction open on it.
        target: The source with its present mapping.
        space: What a scratch database may take up, where one is needed.
    """
    session.execute(f"drop table if exists {_FOUND}")
    session.execute(f"create temporary table {_FOUND} (load_id bigint, row_number bigint)")
    table = catalog.STAGED[target.entity]
    theirs = is_forgotten(table.column_names, session.dialect)
    session.execute(
        f"insert into {_FOUND} select _load_id, _row from {table.name} where source = $1 and {theirs}", (target.source,)
    )
    for load in ledger.loads_of(session, target.source):
        for rows in _in_raw(session, load.load_id, target, space):
            session.append(_FOUND if session.dialect == "duckdb" else f"pg_temp.{_FOUND}", rows)
    unreadable = _unreadable(session, target, space)
    if unreadable.num_rows:
        session.append(_FOUND if session.dialect == "duckdb" else f"pg_temp.{_FOUND}", unreadable)


def received_rows(session: Session, source: str) -> pa.RecordBatchReader:
    """The raw rows that `find_rows` found, as they came, under the received names."""
    columns = raw.stored_columns(session, source)
    listed = ", ".join(f"r.{raw.quoted(stored)}" for stored in columns.values())
    rows = session.stream(
        f"select {listed} from {raw.raw_table(source)} r join (select distinct * from {_FOUND}) found"
        " on found.load_id = r._load_id and found.row_number = r._row order by r._load_id, r._row"
    )
    return raw.under_names(rows, list(columns))


def rejected_rows(session: Session, source: str) -> pa.RecordBatchReader:
    """The rows among those that `find_rows` found which were set aside, with the reason."""
    columns = ", ".join(f"s.{name}" for name in catalog.REJECTED_ROWS.column_names)
    return session.stream(
        f"select {columns} from {_REJECTED} as s join (select distinct * from {_FOUND}) found"
        " on found.load_id = s.load_id and found.row_number = s.row_number where s.source = $1"
        " order by s.load_id, s.row_number",
        (source,),
    )


def forget_found(session: Session, target: Target) -> ForgottenRows:
    """Takes the rows that `find_rows` found out of the source, and counts them as forgotten in the ledger."""
    source, staged = target.source, catalog.STAGED[target.entity]
    mine = (source,)

    def found(load: str, row: str) -> str:
        return f"exists (select 1 from {_FOUND} found where found.load_id = {load} and found.row_number = {row})"

    in_raw = f"from {raw.raw_table(source)} as r where {found('r._load_id', 'r._row')}"
    in_staging = f"from {staged.name} as s where s.source = $1 and {found('s._load_id', 's._row')}"
    in_rejected = f"from {_REJECTED} as s where s.source = $1 and {found('s.load_id', 's.row_number')}"
    has_raw = bool(session.columns(raw.raw_table(source)))
    raw_rows = _count(session, in_raw) if has_raw else 0
    staged_rows, rejected_rows = _count(session, in_staging, mine), _count(session, in_rejected, mine)
    if not (raw_rows or staged_rows or rejected_rows):
        return ForgottenRows(source)
    _recount(session, source, in_raw if has_raw else None, in_staging, in_rejected)
    superseded = _forget_versions(session, target)
    if has_raw:
        session.execute(f"delete {in_raw}")
    session.execute(f"delete {in_staging}", mine)
    session.execute(f"delete {in_rejected}", mine)
    return ForgottenRows(source, raw_rows, staged_rows, rejected_rows, superseded)


def _in_raw(session: Session, load_id: int, target: Target, space: ScratchSpace | None) -> Iterator[pa.Table]:
    """The rows of one load that are theirs by the present mapping."""
    if not session.columns(raw.raw_table(target.source)):
        return
    with desk_for(session, target.source, space) as desk:
        desk.bring_received(load_id)
        if session.dialect != "duckdb":
            known = tombstones(session)
            for table in (catalog.ERASURES, catalog.ERASURE_KEY):
                columns = ", ".join(f"{name} {kind}" for name, kind in table.columns)
                desk.session.execute(f"create table if not exists {table.name} ({columns})")
            if known is None:
                return
            copy_to(desk.session, known)
        whose = (target.entity, target.fields, target.settings, target.shop)
        typed = conform.conformer(target.source, raw.raw_table(target.source), load_id, *whose).typed
        theirs = is_forgotten(catalog.STAGED[target.entity].column_names, "duckdb")
        yield desk.session.query(f"select _load_id as load_id, _row as row_number from ({typed}) typed where {theirs}")


def _unreadable(session: Session, target: Target, space: ScratchSpace | None) -> pa.Table:
    """Lines that could not be read, and stand among the rejected rows alone."""
    sql = f"select load_id, row_number, payload from {_REJECTED} where source = $1 and field is null"
    known, parts = (
        tombstones(session),
        [pa.table({"load_id": pa.array([], pa.int64()), "row_number": pa.array([], pa.int64())})],
    )
    if known is None or not _count(session, f"from ({sql}) as lines", (target.source,)):
        return parts[0]
    whose = (target.source, target.entity, target.fields, target.settings, target.shop)
    with sieve_of(known, *whose, space) as sieve:
        for batch in session.stream(sql, (target.source,)):
            lines = pa.Table.from_batches([batch])
            is_theirs = sieve.speaks_of_them(lines.column("payload"))
            parts.append(lines.filter(is_theirs).select(["load_id", "row_number"]))
    return pa.concat_tables(parts)


def _recount(session: Session, source: str, in_raw: str | None, in_staging: str, in_rejected: str) -> None:
    """Rows of the ledger stay what they were; what was staged, rejected or a duplicate is now forgotten."""
    parts = [
        f"select s._load_id as load_id, 0 as of_raw, 1 as of_staged, 0 as of_rejected, 0 as of_none {in_staging}",
        "select s.load_id as load_id, 0 as of_raw, 0 as of_staged, case when s.field is null then 0 else 1 end"
        f" as of_rejected, case when s.field is null then 1 else 0 end as of_none {in_rejected}",
    ]
    if in_raw is not None:
        parts.append(
            f"select r._load_id as load_id, 1 as of_raw, 0 as of_staged, 0 as of_rejected, 0 as of_none {in_raw}"
        )
    session.execute(
        f"update {catalog.LOADS.name} as loads set staged = loads.staged - gone.staged,"
        " rejected = loads.rejected - gone.rejected - gone.unreadable,"
        " duplicates = loads.duplicates - (gone.raw_rows - gone.staged - gone.rejected),"
        " forgotten = coalesce(loads.forgotten, 0) + gone.raw_rows + gone.unreadable"
        " from (select load_id, cast(sum(of_raw) as bigint) as raw_rows, cast(sum(of_staged) as bigint) as staged,"
        " cast(sum(of_rejected) as bigint) as rejected, cast(sum(of_none) as bigint) as unreadable"
        f" from ({' union all '.join(parts)}) as counted group by load_id) as gone"
        " where gone.load_id = loads.load_id and loads.source = $1",
        (source,),
    )


def _forget_versions(session: Session, target: Target) -> int:
    """What is noted of versions that go; of an order's lines, when none of the load is left."""
    name, staged = catalog.SUPERSEDED.name, catalog.STAGED[target.entity].name
    mine = f"{name}.source = $1 and {name}.entity = '{ENTITY_NAME[target.entity]}'"
    if target.entity == "order_lines":
        record_id = RECORD_ID[target.entity]
        of_order = (
            f"line.source = {name}.source and line.{record_id} = {name}.record_id and line._load_id = {name}.load_id"
        )
        is_found = (
            f"exists (select 1 from {_FOUND} found where found.load_id = line._load_id"
            " and found.row_number = line._row)"
        )
        gone = (
            f"exists (select 1 from {staged} as line where {of_order} and {is_found})"
            f" and not exists (select 1 from {staged} as line where {of_order} and not {is_found})"
        )
    else:
        gone = (
            f"exists (select 1 from {_FOUND} found where found.load_id = {name}.load_id"
            f" and found.row_number = {name}.row_number)"
        )
    superseded = _count(session, f"from {name} where {mine} and {gone}", (target.source,))
    session.execute(f"delete from {name} where {mine} and {gone}", (target.source,))
    return superseded


def _count(session: Session, clause: str, params: tuple[str, ...] = ()) -> int:
    return int(session.query(f"select count(*) as n {clause}", params).column(0)[0].as_py())
