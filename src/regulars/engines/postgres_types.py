"""PostgreSQL's types and Arrow's: what a column is declared as, what rows are cast to on the way in and on the way out.

The binary protocol takes an integer of four bytes for nothing else, so rows are cast to exactly what a column holds.
Numbers of arbitrary precision come as text and become decimals again: of the declared precision, else of their digits.
"""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

_DECLARED = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_int64, "bigint"),
    (pa.types.is_unsigned_integer, "bigint"),
    (pa.types.is_integer, "integer"),
    (pa.types.is_floating, "double precision"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "timestamp"),
    (pa.types.is_binary, "bytea"),
    (pa.types.is_large_binary, "bytea"),
)
_ARROW = {
    "bool": pa.bool_(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float4": pa.float32(),
    "float8": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "bytea": pa.binary(),
    "text": pa.string(),
    "varchar": pa.string(),
}
# A quotient has more digits than any money: it is a floating number, as on every other engine.
_MOST_DIGITS = 10


def declared(kind: pa.DataType) -> str:
    """The type of a column that shall hold these values."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    return next((name for is_kind, name in _DECLARED if is_kind(kind)), "text")


def portable(kind: str) -> str:
    """A type of the catalog in PostgreSQL's words."""
    return "double precision" if kind == "double" else kind


def arrow_type(name: str, modifier: int) -> pa.DataType:
    """The Arrow type of a column of the catalogs: the type's short name and its modifier."""
    if name == "numeric":
        return _decimal(modifier) or pa.decimal128(38, 10)
    return _ARROW.get(name, pa.string())


def fitted(batch: pa.RecordBatch, columns: dict[str, pa.DataType]) -> pa.RecordBatch:
    """The batch with each column of the type that the table holds; unknown columns stay, for the database to refuse."""
    arrays = [
        array if (kind := columns.get(name, array.type)) == array.type else _cast(array, kind)
        for name, array in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def fitted_schema(schema: pa.Schema, columns: dict[str, pa.DataType]) -> pa.Schema:
    """The schema of what `fitted` gives."""
    return pa.schema([pa.field(field.name, columns.get(field.name, field.type)) for field in schema])


def understood(schema: pa.Schema, first: pa.RecordBatch | None) -> pa.Schema:
    """The schema in which rows that the driver gives are handed on; `first` tells digits that nothing declares."""
    fields = []
    seen: Counter[str] = Counter()
    for place, field in enumerate(schema):
        kind = field.type
        if (field.metadata or {}).get(b"POSTGRESQL:type") == b"numeric":
            modifier = int((field.metadata or {}).get(b"POSTGRESQL:typmod", b"-1"))
            kind = _decimal(modifier) or _by_digits(first.column(place) if first is not None else None)
        elif isinstance(kind, pa.BaseExtensionType):
            kind = kind.storage_type
        # Two averages are both called avg, and a table of Arrow is asked for columns by name.
        seen[field.name] += 1
        fields.append(pa.field(field.name if seen[field.name] == 1 else f"{field.name}_{seen[field.name]}", kind))
    return pa.schema(fields)


def handed_on(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch of the driver's in the schema that `understood` chose."""
    arrays = [_plain(array, field.type) for array, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _plain(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    if array.type == kind:
        return array
    if pa.types.is_decimal(kind):
        # What nothing declares may have more digits further down than at the top: an error, and never a rounded sum.
        return pc.cast(pc.cast(array, pa.decimal128(38, max(kind.scale, _most_places(array)))), kind)
    return pc.cast(array, kind)


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_floating(array.type) and pa.types.is_decimal(kind):
        return pc.cast(pc.round(array, kind.scale), kind)
    return pc.cast(array, kind)


def _decimal(modifier: int) -> pa.DataType | None:
    if modifier < 4:
        return None
    return pa.decimal128((modifier - 4) >> 16, (modifier - 4) & 0x7FF)


def _by_digits(array: pa.Array | None) -> pa.DataType:
    places = _most_places(array.storage if array is not None else None)
    return pa.float64() if places > _MOST_DIGITS else pa.decimal128(38, places)


def _most_places(array: pa.Array | None) -> int:
    if array is None or array.null_count == len(array):
        return 0
    point = pc.find_substring(array, ".")
    places = pc.if_else(pc.less(point, 0), 0, pc.subtract(pc.subtract(pc.utf8_length(array), point), 1))
    return int(pc.max(places).as_py())
