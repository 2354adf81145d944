"""What lies in the lake: where each table of a build lies and what columns it has, and the text of each view.

Spark forgets its tables with the process that made them. This list, a file in the lake, is what the next process
tells Spark of, so that stages can run one by one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

import pyarrow as pa

# The types of columns as Spark writes them; decimals are read from their text.
_ARROW = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp_ntz": pa.timestamp("us"),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "void": pa.null(),
}
# Portable names of types that Spark calls otherwise.
_SPARK = {"varchar": "string", "text": "string", "integer": "int", "timestamp": "timestamp_ntz"}


@dataclass
class LakeTable:
    """A table: its folder in the lake, and its columns with Spark's types, in order."""

    folder: str
    columns: dict[str, str]

    @property
    def arrow_schema(self) -> pa.Schema:
        """The columns as Arrow knows them."""
        return pa.schema([(name, arrow_type(kind)) for name, kind in self.columns.items()])

    @property
    def column_list(self) -> str:
        """The columns as `create table` wants them."""
        return ", ".join(f"`{name}` {kind}" for name, kind in self.columns.items())


@dataclass
class LakeCatalog:
    """The tables and views of one build, by their qualified names; views in the order in which they were made."""

    build: str
    tables: dict[str, LakeTable] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The list as text."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> LakeCatalog:
        """The list from its text."""
        content = json.loads(text)
        tables = {name: LakeTable(**table) for name, table in content["tables"].items()}
        return cls(content["build"], tables, content["views"])


def spark_type(kind: str) -> str:
    """Spark's name of a type of `catalog.py`, without what the table says besides, such as a default."""
    name = kind.split(" default ", maxsplit=1)[0].strip()
    return _SPARK.get(name, name)


def arrow_type(kind: str) -> pa.DataType:
    """The Arrow type of a Spark type."""
    if kind.startswith("decimal"):
        precision, scale = kind.removeprefix("decimal(").rstrip(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return _ARROW[kind]


def type_of_arrow(kind: pa.DataType) -> str:
    """The Spark type that holds an Arrow type; text for what Spark has no column for."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz else "timestamp_ntz"
    if pa.types.is_dictionary(kind):
        return type_of_arrow(kind.value_type)
    unsigned = {pa.uint8(): "smallint", pa.uint16(): "int", pa.uint32(): "bigint", pa.uint64(): "bigint"}
    known = {arrow: spark for spark, arrow in _ARROW.items() if spark != "void"} | unsigned
    return known.get(kind, "string")
