"""Typed tables as deliveries of text: Parquet files, and the tables that Python programs hand over."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
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
    except (pa.ArrowException, OSError) as error:
        raise InputError(_damaged(path, error)) from None

    def read() -> Iterator[pa.RecordBatch]:
        try:
            with pq.ParquetFile(path) as file:
                yield from text_batches(file.iter_batches(batch_size=_BATCH_ROWS), names)
        except (pa.ArrowException, OSError) as error:
            raise InputError(_damaged(path, error)) from None

    return Delivery(str(path), path.name, facts.bytes, facts.content_hash, names, read)


def from_arrow(data: Any, name: str) -> Delivery:
    """A delivery of a pandas, Polars or Arrow table, or of anything else that offers Arrow's C stream.

    Raises:
        InputError: It is no table.
    """
    try:
        table = data if isinstance(data, pa.Table) else pa.table(data)
    except (TypeError, ValueError, pa.ArrowInvalid) as error:
        raise InputError(
            f"{name} is no table that Arrow can read: {error}. Give a pandas, Polars or Arrow table."
        ) from None
    # By place: names may repeat.
    table = table.select([place for place, column in enumerate(table.column_names) if column != "__index_level_0__"])
    names = unique_names(table.column_names)
    digest = hashlib.sha256(repr(names).encode())
    for batch in text_batches(table.to_batches(_BATCH_ROWS), names):
        for column in batch.columns[:-1]:
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
        numbers = pa.array(np.arange(first, first + batch.num_rows), pa.int64())
        yield numbered(pa.RecordBatch.from_arrays(columns, names=names), names, numbers)
        first += batch.num_rows


def as_text(column: pa.Array) -> pa.Array:
    """A column as text: times without needless zeros, nested values as JSON, empty text and NaN as null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_run_end_encoded(kind):
        return as_text(pc.run_end_decode(column))
    if isinstance(kind, pa.BaseExtensionType):
        text = _one_by_one(column)
    elif pa.types.is_nested(kind):
        texts = [None if v is None else json.dumps(v, default=_plain, ensure_ascii=False) for v in column.to_pylist()]
        text = pa.array(texts, pa.string())
    elif pa.types.is_floating(kind):
        text = _floats(column.cast(pa.float32()) if pa.types.is_float16(kind) else column)
    elif pa.types.is_timestamp(kind):
        text = _moments(column)
    else:
        try:
            text = column.cast(pa.string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            text = _one_by_one(column)
        if pa.types.is_time(kind) or pa.types.is_date64(kind):
            text = pc.replace_substring_regex(text, r"\.0+$", "")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _moments(column: pa.Array) -> pa.Array:
    """Times as ISO text, with the offset where they have a zone; a fraction of a second only where there is one.

    Made of parts, because Arrow writes times with a zone, and regular expressions take away zeros, ten times slower.
    """
    kind = column.type
    clock = pc.local_timestamp(column) if kind.tz else column
    seconds = clock.cast(pa.timestamp("s"), safe=False)
    text = seconds.cast(pa.string())
    fractions = pc.subtract(clock.cast(pa.int64()), seconds.cast(clock.type).cast(pa.int64()))
    if pc.any(pc.not_equal(fractions, 0)).as_py():
        text = pc.if_else(pc.equal(fractions, 0), text, clock.cast(pa.string()))
    if kind.tz == "UTC":
        return pc.binary_join_element_wise(text, "Z", "")
    if kind.tz:
        offsets = pc.dictionary_encode(pc.subtract(clock, column.cast(clock.type)))
        words = pa.array(
            [_offset(value) for value in offsets.dictionary.cast(pa.duration("s")).to_pylist()], pa.string()
        )
        return pc.binary_join_element_wise(text, words.take(offsets.indices), "")
    return text


def _offset(ahead: dt.timedelta) -> str:
    minutes = abs(ahead) // dt.timedelta(minutes=1)
    return f"{'-' if ahead < dt.timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _floats(column: pa.Array) -> pa.Array:
    """Whole numbers without point and exponent: ids and phone numbers beside blanks arrive as floats."""
    is_whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 2.0**53))
    whole = pc.if_else(is_whole, column, None).cast(pa.int64()).cast(pa.string())
    text = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.string()), column.cast(pa.string()))
    return pc.coalesce(whole, text)


def _one_by_one(column: pa.Array) -> pa.Array:
    """Rare kinds that Arrow cannot write as text."""
    return pa.array([None if value is None else _plain(value) for value in column.to_pylist()], pa.string())


def _plain(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _damaged(path: Path, error: Exception) -> str:
    reason = str(error).rstrip(". ")
    return f"{path.name} is a damaged Parquet file: {reason}. Fetch it again."
