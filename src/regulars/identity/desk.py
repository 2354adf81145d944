"""Where people are found: in the durable warehouse itself if it is DuckDB, else at a scratch database beside it.

The scratch database gets all that resolving looks at and no more: current customer records, the distinct contacts of
orders, found by the warehouse, and what was resolved and decided before. What has changed there is written back, row by
row that differs, in the warehouse's own transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.scratch import ScratchSpace, scratch_session
from regulars.identity import exact

# What a resolution or a decision writes, and by what its rows are known; a table of one row has no key.
_WRITTEN: dict[catalog.Table, tuple[str, ...]] = {
    catalog.IDENTITY_IDS: ("customer_id",),
    catalog.IDENTITY_DECISIONS: ("decision", "left_key", "right_key", "decided_at"),
    catalog.IDENTITY_RECORDS: ("source", "source_customer_id"),
    catalog.CUSTOMER_KEYS: ("customer_key",),
    catalog.IDENTITY_CHANGES: ("change_id",),
    catalog.IDENTITY_MATCHES: ("left_key", "right_key"),
    catalog.IDENTITY_RESOLUTION: (),
}


@dataclass(frozen=True)
class Desk:
    """`session` speaks DuckDB and has the durable tables that identity looks at; `warehouse` is the durable side."""

    session: Session
    warehouse: Session

    def write_back(self) -> None:
        """Brings the warehouse to what the desk says now, inside a transaction that is open on the warehouse."""
        if self.session is self.warehouse:
            return
        for table, key in _WRITTEN.items():
            columns, before = ", ".join(table.column_names), _before(table)
            gone = f"select {columns} from {before} except all select {columns} from {table.name}"
            if self.session.query(f"select 1 from ({gone}) as gone limit 1").num_rows:
                self._delete(table, key, gone)
            new = f"select {columns} from {table.name} except all select {columns} from {before}"
            self.warehouse.append(table.name, self.session.stream(new))

    def _delete(self, table: catalog.Table, key: tuple[str, ...], gone: str) -> None:
        if not key:
            self.warehouse.execute(f"delete from {table.name}")
            return
        kinds = dict(table.columns)
        self.warehouse.execute(f"create temporary table gone ({', '.join(f'{name} {kinds[name]}' for name in key)})")
        self.warehouse.append("pg_temp.gone", self.session.stream(f"select {', '.join(key)} from ({gone}) as gone"))
        self.warehouse.execute("analyze gone")
        same = " and ".join(f"gone.{name} = standing.{name}" for name in key)
        self.warehouse.execute(f"delete from {table.name} as standing using pg_temp.gone as gone where {same}")
        self.warehouse.execute("drop table gone")


@contextmanager
def desk_of(durable: Session, space: ScratchSpace | None = None) -> Iterator[Desk]:
    """The desk of a warehouse; what is changed there stays there until it is written back.

    Args:
        durable: The durable warehouse.
        space: What a scratch database may take up, where one is needed.
    """
    if durable.dialect == "duckdb":
        yield Desk(durable, durable)
        return
    staged = (catalog.CUSTOMER_RECORDS, catalog.ORDERS, catalog.ORDER_LINES, catalog.SUPERSEDED, catalog.LOADS)
    with scratch_session((*staged, *_WRITTEN), space) as session:
        session.append(catalog.CUSTOMER_RECORDS.name, durable.stream(exact.current_records()))
        session.append(catalog.SUPERSEDED.name, durable.stream(exact.EARLIER_VERSIONS))
        for table, entity in ((catalog.ORDERS, "orders"), (catalog.ORDER_LINES, "order_lines")):
            session.append(table.name, _evidence(durable, table, entity))
        for table in (catalog.LOADS, *_WRITTEN):
            session.append(table.name, durable.stream(f"select {', '.join(table.column_names)} from {table.name}"))
        for table in _WRITTEN:
            session.execute(f"create table {_before(table)} as from {table.name}")
        yield Desk(session, durable)


def _evidence(durable: Session, table: catalog.Table, entity: str) -> pa.RecordBatchReader:
    """One row for each customer of the orders and contact of theirs, which says the same as all of their orders."""
    return durable.stream(
        "select source, customer_key, email, phone, first_load_id as _load_id"
        f" from ({exact.ordering_customers(table.name, entity)}) as ordering"
    )


def _before(table: catalog.Table) -> str:
    return f"before_{table.name.replace('.', '_')}"
