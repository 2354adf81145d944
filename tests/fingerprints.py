"""A fingerprint of each mart that is the same on every engine that holds the same rows: what parity is judged by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from regulars.engines.base import Session

_DIGITS = 9  # of floating numbers: sums of them depend on the order of their terms


def fingerprints(
    session: Session, schemas: Sequence[str] = ("marts",), read_by: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """The fingerprint of every table and view of these schemas, by `schema.table`; `read_by` has queries of some."""
    found = session.tables().to_pylist()
    names = [f"{row['schema']}.{row['table_name']}" for row in found if row["schema"] in schemas]
    return {name: fingerprint(session.stream(read_by.get(name, f"select * from {name}"))) for name in names}


def fingerprint(rows: pa.RecordBatchReader) -> str:
    """A hash of the rows' canonical text, whatever their order, with their number and their columns in front of it."""
    lines = canonical_rows(rows)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return f"{len(lines)} rows of {','.join(rows.schema.names)}: {digest}"


def canonical_rows(rows: pa.RecordBatchReader) -> list[str]:
    """Every row as text that does not tell engines apart, sorted."""
    lines = []
    for batch in rows:
        columns = [map(_text, column.to_pylist()) for column in batch.columns]
        lines += ["\x1f".join(values) for values in zip(*columns, strict=True)]
    return sorted(lines)


def _text(value: Any) -> str:
    if value is None:
        return "\x00"
    if isinstance(value, float):
        return f"{value:.{_DIGITS}g}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value)
