"""Typed tables as deliveries of text: Parquet files, and the tables that Python programs hand over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.errors import InputError
from regulars.sources.delivery import Delivery, numbered, unique_names
from regulars.sources.survey import Survey

_BATCH_ROWS = 122_880


def open_parquet(path: Path, facts: Survey) -> Delivery:
    """A delivery of a Parquet file, read a row group at a time.

    Raises:
        InputError: It is damaged.
    """
    try:
        with pq.ParquetFile(path) as file:
            names = unique_names(file.schema_arrow.names)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path.name} is a damaged Parquet file: {error}. Fetch it again.") from None

    def read() -> Iterator[pa.RecordBatch]:
        try:
            with pq.ParquetFile(path) as file:
                yield from text_batches(file.iter_batches(batch_size=_BATCH_ROWS), names)
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(f"{path.name} is a damaged Parquet file: {error}. Fetch it again.") from None

    return Delivery(str(path), path.name, facts.bytes, facts.content_hash, names, read)


def from_arrow(data: Any, name: str) -> Delivery:
    """A delivery of a pandas, Polars or Arrow table, or of anything else that offers Arrow's C stream.

    Raises:
        InputError: It is no table.
    """
    try:
        table = data if isinstance(data, pa.Table) else pa.table(data)
    except (TypeError, ValueError, pa.ArrowInvalid) as error:
        raise InputError(f"{name} is no table that Arrow can read: {error}. Give a pandas, Polars or Arrow table.") from None
    names = unique_names(name for name in table.column_names if name != "__index_level_0__")
    table = table.select([name for name in table.column_names if name != "__index_level_0__"])
    digest = hashlib.sha256(repr(names).encode())
    for batch in text_batches(table.to_batches(_BATCH_ROWS), names):
        for column in batch.columns:
            # Lengths keep ("ab", "c") and ("a", "bc") apart; values alone would not.
            digest.update(pc.fill_null(pc.binary_length(column), -1).to_numpy(zero_copy_only=False).tobytes())
            digest.update(b"".join(b for b in (column.buffers()[-1],) if b is not None))
    return Delivery(
        f"memory:{name}",
        name,
        table.nbytes,
        digest.hexdigest(),
        names,
        lambda: text_batches(table.to_batches(_BATCH_ROWS), names),
    )


def text_batches(batches: Iterable[pa.RecordBatch], names: list[str]) -> Iterator[pa.RecordBatch]:
    """Batches with every column as text and `_row` counted from 1."""
    first = 1
    for batch in batches:
        columns = [as_text(column) for column in batch.columns]
        numbers = pa.array(range(first, first + batch.num_rows), pa.int64())
        yield numbered(pa.RecordBatch.from_arrays(columns, names=names), names, numbers)
        first += batch.num_rows


def as_text(column: pa.Array) -> pa.Array:
    """A column as text: times without needless zeros, nested values as JSON, empty text as null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_nested(kind):
        texts = [None if v is None else json.dumps(v, default=str, ensure_ascii=False) for v in column.to_pylist()]
        return pa.array(texts, pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_null(kind):
        text = column.cast(pa.string(), safe=False)
    elif pa.types.is_timestamp(kind):
        text = pc.replace_substring_regex(column.cast(pa.string()), r"\.0+(Z?)$", r"\1")
    else:
        text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
