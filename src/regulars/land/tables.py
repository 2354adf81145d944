"""Tables that already lie in the warehouse take part where they lie: nothing of them is copied.

The views `staging.known_<entity>` show what was staged and the typed rows of the mapped tables; whoever reads staging
reads them. The ledger has one entry per table with a stamp of it: how many rows it had, how many of them are used or
set aside, and the newest time among them. Rows that are set aside are listed with their reason, a few of each table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Engine, Session
from regulars.engines.journal import ledger_time
from regulars.errors import InputError, SettingsError
from regulars.land import ledger
from regulars.land.stage import forget_source
from regulars.land.table_place import MappedTable, find_table
from regulars.land.table_sql import TableSql, table_sql
from regulars.land.tombstones import is_forgotten, tombstones
from regulars.settings import Settings

# Rows set aside of one table that are listed; the ledger counts them all.
SET_ASIDE_SHOWN = 1_000


@dataclass
class TablesReport:
    """The stamps of the tables that are mapped, and what the user should know of them."""

    loads: list[ledger.Load] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """A few words for the journal and the terminal; none when no table is mapped."""
        if not self.loads:
            return ""
        rows, rejected = sum(load.rows for load in self.loads), sum(load.rejected for load in self.loads)
        words = f"{len(self.loads)} table(s) mapped, {rows:,} rows"
        return words + (f", {rejected:,} rejected" if rejected else "")

    def added_to(self, landed: str) -> str:
        """What landed and what is mapped, in one line."""
        if not self.loads:
            return landed
        return self.summary if landed == "nothing to land" else f"{landed}; {self.summary}"


def map_tables(
    session: Session,
    engine: Engine,
    settings: Settings,
    on_progress: Callable[[str], None] = lambda words: None,
    *,
    refresh: bool = False,
    rest: bool = False,
) -> TablesReport:
    """Maps every source of `kind = "table"`, all or none, and forgets those that are no longer among the settings.

    It comes before landing, because an API may be asked about the customers of a table too.

    Args:
        session: The durable warehouse; no transaction is open on it.
        engine: The warehouse, which says whose SQL it is and how it reports what it cannot run.
        settings: All settings.
        on_progress: Told in words how far it is.
        refresh: Forget what a source landed before it became a table.
        rest: Leave everything as it is, as when nothing but topics is followed.

    Raises:
        InputError: A table is missing, lacks a column, has an id twice, or an expression fails on a row.
        SettingsError: A field does not work, or a source of the name has landed rows.
    """
    report = TablesReport()
    if rest:
        return report
    before = {load.source: load for load in ledger.stamps(session)}
    if not before and all(source.table is None for source in settings.sources.values()):
        return report
    with engine.mapped_tables(session) as tables:
        found = []
        for name, source in settings.sources.items():
            if source.table is not None:
                on_progress(f"{name}: looking at {source.table}")
                found.append(find_table(tables, engine, name, source))
        with session.transaction():
            forgotten = tombstones(session)
            # Spark reads the tables in a place from which it cannot look up the tombstones.
            beside = None if tables is session else forgotten
            selections: dict[str, list[str]] = {entity: [] for entity in catalog.KNOWN}
            for table in found:
                if refresh:
                    forget_source(session, table.source)
                _refuse_if_landed(session, table)
                load_id = ledger.mapped_since(session, table.source) or ledger.next_load_id(session)
                sql = statements(table, settings, load_id)
                if forgotten is not None:
                    columns = catalog.STAGED[table.entity].column_names
                    sql = dataclasses.replace(sql, forgotten=is_forgotten(columns, tables.dialect, beside))
                on_progress(f"{table.source}: counting")
                load = stamp(tables, engine, table, sql)
                _enter(session, tables, load, before.get(table.source), sql)
                selections[table.entity].append(sql.kept())
                report.loads.append(load)
                report.notes += _odd(session, table, load)
            for name in sorted(before.keys() - {table.source for table in found}):
                _retire(session, name)
            engine.show_mapped(session, tables, selections)
    return report


def statements(table: MappedTable, settings: Settings, load_id: int = 0) -> TableSql:
    """The SQL of a table that was found."""
    return table_sql(
        table.source,
        table.relation,
        table.entity,
        table.fields,
        table.kinds,
        table.settings,
        settings.shop,
        table.dialect,
        load_id,
    )


def stamp(session: Session, engine: Engine, table: MappedTable, sql: TableSql) -> ledger.Load:
    """Counts the rows of a table, those that are used, and those that are set aside.

    Raises:
        InputError: An expression fails on a row, or two rows have one id.
    """
    started = ledger_time()
    try:
        [counts] = session.query(sql.stamp()).to_pylist()
        repeated = session.query(sql.repeated()).to_pylist() if table.entity != "order_lines" else []
    except engine.query_errors as error:
        raise InputError(
            f"A field of [sources.{table.source}.fields] fails on a row of {table.name}:"
            f" {str(error).strip().splitlines()[0]} Mend the expression, so that it gives null where there is no value."
        ) from None
    if repeated:
        ids = ", ".join(f"{row['record_id']} ({row['rows']} times)" for row in repeated)
        raise InputError(
            f"{table.name} has {sql.record_id} more than once, such as {ids}. A table has one row per record and no"
            " order that tells the newest: make a view of the newest of each, and map that."
        )
    newest = counts["newest"]
    return ledger.Load(
        load_id=sql.load_id,
        source=table.source,
        entity=table.entity,
        uri=table.name,
        content_hash="",
        bytes=0,
        started_at=started,
        rows=counts["all_rows"],
        staged=counts["all_rows"] - counts["rejected"] - counts["forgotten"],
        rejected=counts["rejected"],
        forgotten=counts["forgotten"],
        status=ledger.MAPPED,
        watermark=newest.isoformat(sep=" ") if newest is not None else None,
    )


def _refuse_if_landed(session: Session, table: MappedTable) -> None:
    landed = ledger.loads_of(session, table.source)
    if landed:
        raise SettingsError(
            f"[sources.{table.source}] maps {table.name}, and {len(landed)} load(s) of that name have landed, which"
            " would count twice. Give the source another name, or run once with --full-refresh, which forgets them."
        )


def _enter(session: Session, tables: Session, load: ledger.Load, before: ledger.Load | None, sql: TableSql) -> None:
    """Enters a stamp if it says something new, and lists the rows that are set aside."""
    facts = ("entity", "uri", "rows", "staged", "rejected", "forgotten", "watermark")
    if before is None or any(getattr(load, fact) != getattr(before, fact) for fact in facts):
        ledger.outdate(session, load.source)
        ledger.enter(session, dataclasses.replace(load, load_id=_free_id(session, load, before)))
    session.execute(f"delete from {catalog.REJECTED_ROWS.name} where source = $1", (load.source,))
    if load.rejected:
        rows = tables.query(sql.set_aside(SET_ASIDE_SHOWN))
        more: dict[str, Any] = {"source": load.source, "load_id": load.load_id, "row_number": None}
        kinds = {"source": pa.string(), "load_id": pa.int64(), "row_number": pa.int64()}
        for name, value in more.items():
            rows = rows.append_column(name, pa.repeat(pa.scalar(value, kinds[name]), rows.num_rows))
        session.append(catalog.REJECTED_ROWS.name, rows)


def _free_id(session: Session, load: ledger.Load, before: ledger.Load | None) -> int:
    """The first stamp of a table has the number that its rows bear; later ones have numbers of their own."""
    is_first = before is None and ledger.mapped_since(session, load.source) is None
    return load.load_id if is_first else ledger.next_load_id(session)


def _retire(session: Session, source: str) -> None:
    ledger.outdate(session, source)
    session.execute(f"delete from {catalog.REJECTED_ROWS.name} where source = $1", (source,))


def _odd(session: Session, table: MappedTable, load: ledger.Load) -> list[str]:
    if load.rows == 0:
        return [f"{table.name} has no rows."]
    if load.rejected == 0:
        return []
    [reason] = session.query(
        f"select reason, count(*) as of_it from {catalog.REJECTED_ROWS.name} where source = $1"
        " group by reason order by of_it desc, reason limit 1",
        (load.source,),
    ).to_pylist()
    return [
        f"{table.name}: {load.rejected:,} of {load.rows:,} rows are left out, most of them because {reason['reason']}."
    ]
