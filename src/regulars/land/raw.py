"""The raw table of a source: its columns as received, as text, plus `_load_id`, `_row`, `_loaded_at`. Append-only.

A warehouse that cannot have a column of the received name has it under another, which `ops.raw_columns` tells.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.land.plain_text import without_nul

OWN_COLUMNS = {"_load_id": "bigint", "_row": "bigint", "_loaded_at": "timestamp"}
# PostgreSQL cuts longer names off, so that two of them may become one, and has these columns in every table.
_LONGEST_NAME = 63
_SYSTEM_COLUMNS = ("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid")


def raw_table(source: str) -> str:
    """The source's raw table, as SQL."""
    return f'raw."{source}"'


def ensure_columns(session: Session, source: str, columns: Sequence[str]) -> list[str]:
    """Makes the table, or adds the columns it lacks, and returns those that were added to an older table."""
    table = raw_table(source)
    present = stored_columns(session, source)
    if not present:
        received = "".join(f"{quoted(_stored(session, source, name))} varchar, " for name in columns)
        own = ", ".join(f"{name} {kind}" for name, kind in OWN_COLUMNS.items())
        session.execute(f"create table {table} ({received}{own})")
        return []
    known = {name.lower() for name in present}
    added = [name for name in columns if name.lower() not in known]
    if added and session.dialect != "duckdb":
        session.execute(f"drop index if exists raw.{_content_index(source, present)}")
    for name in added:
        session.execute(f"alter table {table} add column {quoted(_stored(session, source, name))} varchar")
    return added


def stored_columns(session: Session, source: str) -> dict[str, str]:
    """The table's columns in their order, the own ones among them: the received name and the one in the warehouse."""
    stored = session.columns(raw_table(source))
    if session.dialect == "duckdb":
        return {name: name for name in stored}
    renamed = session.query(
        f"select stored, received from {catalog.RAW_COLUMNS.name} where source = $1", (source,)
    ).to_pylist()
    received = {row["stored"]: row["received"] for row in renamed}
    return {received.get(name, name): name for name in stored}


def kind_of(column: str) -> str:
    """The type of a raw column."""
    return OWN_COLUMNS.get(column, "varchar")


def append(
    session: Session,
    source: str,
    load_id: int,
    loaded_at: dt.datetime,
    reader: pa.RecordBatchReader,
    on_rows: Callable[[int], None],
) -> int:
    """Adds a delivery's batches, which carry `_row` already, and returns the number of rows."""
    schema = reader.schema.append(pa.field("_load_id", pa.int64())).append(pa.field("_loaded_at", pa.timestamp("us")))
    number, time = pa.scalar(load_id, pa.int64()), pa.scalar(loaded_at, pa.timestamp("us"))

    def stamped() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in reader:
            size = batch.num_rows
            arrays = [*map(without_nul, batch.columns), pa.repeat(number, size), pa.repeat(time, size)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
            done += size
            on_rows(done)

    return session.append(raw_table(source), pa.RecordBatchReader.from_batches(schema, stamped()))


def received_columns(session: Session, source: str) -> list[str]:
    """The columns as received, the table's own left out."""
    return [name for name in stored_columns(session, source) if name not in OWN_COLUMNS]


def sample(session: Session, source: str, rows: int = 1000) -> pa.Table:
    """The newest load's first rows, own columns left out: what detection looks at when a source is staged again."""
    table, columns = raw_table(source), stored_columns(session, source)
    listed = ", ".join(
        f"{quoted(stored)} as {quoted(name)}" for name, stored in columns.items() if name not in OWN_COLUMNS
    )
    return session.query(
        f"select {listed} from {table} where _load_id = (select max(_load_id) from {table}) order by _row limit {rows}"
    )


def forget(session: Session, source: str) -> None:
    """Drops the table."""
    session.execute(f"drop table if exists {raw_table(source)}")
    session.execute(f"delete from {catalog.RAW_COLUMNS.name} where source = $1", (source,))


def ensure_load_index(session: Session, source: str) -> None:
    """An index by which a warehouse of rows finds one load among many; DuckDB needs none."""
    if session.dialect != "duckdb":
        session.execute(f'create index if not exists "{source}_by_load" on {raw_table(source)} (_load_id)')


def ensure_content_index(session: Session, source: str) -> None:
    """An index by which a warehouse of rows finds those that are equal to others in all that was received."""
    columns = stored_columns(session, source)
    stored = [stored for name, stored in columns.items() if name not in OWN_COLUMNS]
    session.execute(
        f"create index if not exists {_content_index(source, columns)} on {raw_table(source)}"
        f" (({content_hash(stored)}))"
    )


def content_hash(stored: Sequence[str], alias: str = "") -> str:
    """SQL of a number that is the same for equal rows, and hardly ever for others."""
    prefix = f"{alias}." if alias else ""
    parts = (f"coalesce({prefix}{quoted(name)}, chr(30))" for name in stored)
    return f"hashtextextended({' || chr(31) || '.join(parts)}, 0)"


def quoted(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _content_index(source: str, columns: dict[str, str]) -> str:
    """Its name; an index of other columns has another."""
    received = [name for name in columns if name not in OWN_COLUMNS]
    return f'"{source}_{hashlib.md5(repr(received).encode(), usedforsecurity=False).hexdigest()[:8]}"'


def _stored(session: Session, source: str, name: str) -> str:
    """The name that a new column has in the warehouse; another one than its own is noted."""
    spelled = name.encode()
    if session.dialect == "duckdb" or (len(spelled) <= _LONGEST_NAME and name.lower() not in _SYSTEM_COLUMNS):
        return name
    start = spelled[: _LONGEST_NAME - 9].decode(errors="ignore")
    stored = f"{start}_{hashlib.md5(spelled, usedforsecurity=False).hexdigest()[:8]}"
    session.execute(
        f"insert into {catalog.RAW_COLUMNS.name} (source, received, stored) values ($1, $2, $3)", (source, name, stored)
    )
    return stored
