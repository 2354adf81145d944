"""Where a load is conformed: text is parsed by DuckDB, whatever the warehouse (DECISIONS 9).

A warehouse that is DuckDB is its own desk, and nothing is copied. Any other has a scratch database beside it, which
holds the load's rows and of what landed before only what they are compared with: the versions of the records that came
again, and rows just like those that came. What is decided there is handed over in the warehouse's own transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.scratch import ScratchSpace, scratch_session
from regulars.land import ledger, raw
from regulars.land.overlap import SAID_ANEW
from regulars.land.versions import ENTITY_NAME, RECORD_ID
from regulars.source_settings import Entity

# Below this the planner's old picture of a table serves; it takes a third of a second to make a new one.
_WORTH_ANALYZING = 10_000
_STANDING = "standing_superseded"


class Desk(Protocol):
    """One source's load on its way into the warehouse; `session` speaks DuckDB, with the schemas of the warehouse."""

    session: Session

    def bring_received(self, load_id: int) -> None:
        """Brings the raw rows of a load that landed before."""
        ...

    def bring_versions(self, load_id: int, entity: Entity) -> None:
        """Brings the earlier versions of the records that the load has staged, and what superseded them."""
        ...

    def bring_equals(self, load_id: int, entity: Entity) -> None:
        """Brings the raw rows of earlier loads that are equal to rows of this one which say nothing new."""
        ...

    def hand_over_received(self, load_id: int) -> None:
        """Keeps the load's raw rows in the warehouse."""
        ...

    def hand_over_staged(self, load_id: int, entity: Entity) -> None:
        """Keeps what the load staged, set aside and superseded."""
        ...


@contextmanager
def desk_for(durable: Session, source: str, space: ScratchSpace | None = None) -> Iterator[Desk]:
    """The desk for one load of a source; the warehouse has its raw table, and a transaction is open on it.

    Args:
        durable: The durable warehouse.
        source: The source.
        space: What a scratch database may take up, where one is needed.
    """
    if durable.dialect == "duckdb":
        yield _OwnDesk(durable)
        return
    tables = (*catalog.STAGED.values(), catalog.REJECTED_ROWS, catalog.SUPERSEDED)
    with scratch_session(tables, space) as session:
        yield _ScratchDesk(session, durable, source)


class _OwnDesk:
    """The warehouse itself: everything is there, and belongs there."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def bring_received(self, load_id: int) -> None:
        """Nothing to do."""

    def bring_versions(self, load_id: int, entity: Entity) -> None:
        """Nothing to do."""

    def bring_equals(self, load_id: int, entity: Entity) -> None:
        """Nothing to do."""

    def hand_over_received(self, load_id: int) -> None:
        """Nothing to do."""

    def hand_over_staged(self, load_id: int, entity: Entity) -> None:
        """Nothing to do."""


class _ScratchDesk:
    """A scratch database beside the warehouse."""

    def __init__(self, session: Session, durable: Session, source: str) -> None:
        self.session, self._durable, self._source = session, durable, source
        self._columns = raw.stored_columns(durable, source)
        received = ", ".join(f"{raw.quoted(name)} {raw.kind_of(name)}" for name in self._columns)
        session.execute(f"create table {raw.raw_table(source)} ({received})")
        session.execute(f"create table {_STANDING} as from {catalog.SUPERSEDED.name}")

    def bring_received(self, load_id: int) -> None:
        """Reads the load from the warehouse's raw table."""
        rows = self._durable.stream(
            f"select {self._received('r')} from {self._raw} r where r._load_id = $1", (load_id,)
        )
        self.session.append(self._raw, rows)

    def bring_versions(self, load_id: int, entity: Entity) -> None:
        """Finds them by their ids, for which the warehouse gets an index when it is first asked."""
        if not self._landed_before(load_id):
            return
        table, record_id = catalog.STAGED[entity], RECORD_ID[entity]
        ids = self.session.stream(
            f"select distinct {record_id} as record_id from {table.name}"
            f" where _load_id = {load_id} and {record_id} is not null"
        )
        for looked_up in (table, catalog.SUPERSEDED):
            self._durable.query("select staging.index_records($1)::text", (looked_up.name.partition(".")[2],))
        with self._looked_for("record_id varchar", ids) as brought:
            columns = ", ".join(f"staged.{column}" for column in table.column_names)
            versions = self._durable.stream(
                f"select {columns} from {brought} brought join {table.name} staged"
                f" on staged.{record_id} = brought.record_id where staged.source = $1 and staged._load_id < $2",
                (self._source, load_id),
            )
            self.session.append(table.name, versions)
            columns = ", ".join(f"superseded.{column}" for column in catalog.SUPERSEDED.column_names)
            superseded = self._durable.stream(
                f"select {columns} from {brought} brought join {catalog.SUPERSEDED.name} superseded"
                " on superseded.record_id = brought.record_id"
                " where superseded.source = $1 and superseded.entity = $2",
                (self._source, ENTITY_NAME[entity]),
            )
            self.session.append(_STANDING, superseded)
        self.session.execute(f"insert into {catalog.SUPERSEDED.name} from {_STANDING}")

    def bring_equals(self, load_id: int, entity: Entity) -> None:
        """Finds them by a hash of all that was received, for which raw gets an index when it is first asked."""
        if not self._landed_before(load_id):
            return
        received = [name for name in self._columns if name not in raw.OWN_COLUMNS]
        listed = ", ".join(f"{raw.quoted(name)} as {raw.quoted(self._columns[name])}" for name in received)
        rows = self.session.stream(
            f"select distinct {listed} from {self._raw} where _load_id = {load_id} and _row not in"
            f" (select _row from {catalog.STAGED[entity].name} where _load_id = {load_id} {SAID_ANEW[entity]})"
        )
        raw.ensure_content_index(self._durable, self._source)
        kinds = ", ".join(f"{raw.quoted(self._columns[name])} varchar" for name in received)
        with self._looked_for(kinds, rows) as brought:
            stored = [self._columns[name] for name in received]
            content = raw.content_hash
            equals = self._durable.stream(
                f"select {self._received('r')} from {self._raw} r"
                f" join (select distinct {content(stored, 'brought')} as content from {brought} brought) wanted"
                f" on {content(stored, 'r')} = wanted.content where r._load_id < $1",
                (load_id,),
            )
            self.session.append(self._raw, equals)

    def hand_over_received(self, load_id: int) -> None:
        """Copies them in the order they came in."""
        listed = ", ".join(f"{raw.quoted(name)} as {raw.quoted(stored)}" for name, stored in self._columns.items())
        self._durable.append(
            self._raw, self.session.stream(f"select {listed} from {self._raw} where _load_id = {load_id}")
        )

    def hand_over_staged(self, load_id: int, entity: Entity) -> None:
        """Copies what is new, and has the planner look at a table that a large load has changed."""
        table = catalog.STAGED[entity]
        staged = self._durable.append(
            table.name,
            self.session.stream(f"select {', '.join(table.column_names)} from {table.name} where _load_id = {load_id}"),
        )
        for other, new in (
            (catalog.REJECTED_ROWS, f"where load_id = {load_id}"),
            (catalog.SUPERSEDED, f"except all select {', '.join(catalog.SUPERSEDED.column_names)} from {_STANDING}"),
        ):
            rows = self.session.stream(f"select {', '.join(other.column_names)} from {other.name} {new}")
            self._durable.append(other.name, rows)
        if staged >= _WORTH_ANALYZING:
            self._durable.query("select staging.count_values($1)::text", (table.name.partition(".")[2],))

    @property
    def _raw(self) -> str:
        return raw.raw_table(self._source)

    def _received(self, alias: str) -> str:
        """The warehouse's raw columns under the names they were received with."""
        return ", ".join(
            f"{alias}.{raw.quoted(stored)} as {raw.quoted(name)}" for name, stored in self._columns.items()
        )

    def _landed_before(self, load_id: int) -> bool:
        return any(load.load_id < load_id for load in ledger.loads_of(self._durable, self._source))

    @contextmanager
    def _looked_for(self, columns: str, rows: pa.RecordBatchReader) -> Iterator[str]:
        """A temporary table of the warehouse with what is looked for in it."""
        self._durable.execute(f"create temporary table looked_for ({columns})")
        self._durable.append("pg_temp.looked_for", rows)
        self._durable.execute("analyze looked_for")
        yield "pg_temp.looked_for"
        self._durable.execute("drop table looked_for")
