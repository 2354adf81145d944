"""The raw table of a source: its columns as received, as text, plus `_load_id`, `_row`, `_loaded_at`. Append-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa

from regulars.engines.base import Session

_OWN_COLUMNS = (("_load_id", "bigint"), ("_row", "bigint"), ("_loaded_at", "timestamp"))


def raw_table(source: str) -> str:
    """The source's raw table, as SQL."""
    return f'raw."{source}"'


def ensure_columns(session: Session, source: str, columns: Sequence[str]) -> list[str]:
    """Makes the table, or adds the columns it lacks, and returns those that were added to an older table."""
    table = raw_table(source)
    present = session.columns(table)
    if not present:
        own = ", ".join(f"{name} {kind}" for name, kind in _OWN_COLUMNS)
        received = "".join(f"{_quoted(name)} varchar, " for name in columns)
        session.execute(f"create table {table} ({received}{own})")
        return []
    known = {name.lower() for name in present}
    added = [name for name in columns if name.lower() not in known]
    for name in added:
        session.execute(f"alter table {table} add column {_quoted(name)} varchar")
    return added


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
            arrays = [*batch.columns, pa.repeat(number, size), pa.repeat(time, size)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
            done += size
            on_rows(done)

    return session.append(raw_table(source), pa.RecordBatchReader.from_batches(schema, stamped()))


def received_columns(session: Session, source: str) -> list[str]:
    """The columns as received, the table's own left out."""
    own = {name for name, _ in _OWN_COLUMNS}
    return [name for name in session.columns(raw_table(source)) if name not in own]


def sample(session: Session, source: str, rows: int = 1000) -> pa.Table:
    """The newest load's first rows, own columns left out: what detection looks at when a source is staged again."""
    own = ", ".join(name for name, _ in _OWN_COLUMNS)
    table = raw_table(source)
    return session.query(
        f"select * exclude ({own}) from {table} where _load_id = (select max(_load_id) from {table})"
        f" order by _row limit {rows}"
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
