"""One build on Spark: its tables lie in the lake as Parquet, its views in Spark's catalog, and a list tells of both.

Spark's databases bear the names of the schemas. They hold nothing themselves: every table is an external one in a
folder of the lake, so that dropping a database forgets tables without deleting a row. Each is marked as ours, and a
database of somebody else's that has the name is refused.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Rows
from regulars.engines.lake import Lake
from regulars.engines.lake_catalog import LakeCatalog, LakeTable, arrow_type, type_of_arrow
from regulars.errors import WarehouseError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DATABASES = tuple(dict.fromkeys((*catalog.DURABLE_SCHEMAS, *catalog.DERIVED_SCHEMAS)))
_MARK = "regulars.lake"
_CREATED = re.compile(
    r"\s*(?:/\*.*?\*/\s*)*create\s+(?:or\s+replace\s+)?(table|view)\s+(\w+\.\w+)", re.IGNORECASE | re.DOTALL
)
_LOCATED = re.compile(r"\blocation\s+'([^']+)'", re.IGNORECASE)
_DROPPED = re.compile(
    r"\s*(?:/\*.*?\*/\s*)*drop\s+(?:table|view)\s+if\s+exists\s+(\w+\.\w+)", re.IGNORECASE | re.DOTALL
)
_EMPTIED = re.compile(r"\s*delete\s+from\s+(\w+\.\w+)\s*", re.IGNORECASE)


class LakeSession:
    """A Session on the tables of one build.

    Args:
        spark: Spark's session.
        lake: Where the tables lie.
        listed: What lies there; it is kept up to date.
    """

    dialect = "spark"

    def __init__(self, spark: SparkSession, lake: Lake, listed: LakeCatalog) -> None:
        self._spark = spark
        self._lake = lake
        self._listed = listed

    def query(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        """The whole result of a query that is known to be small."""
        return self._frame(sql, params).toArrow()

    def stream(self, sql: str, params: Sequence[Any] = (), batch_rows: int = 122_880) -> pa.RecordBatchReader:
        """The result of a query of any size: Spark's workers write it to the lake, and it is read from there."""
        frame = self._frame(sql, params)
        schema = pa.schema([(field.name, arrow_type(field.dataType.simpleString())) for field in frame.schema.fields])
        folder = self._lake.new_folder(self._listed.build, "results")
        frame.write.parquet(self._lake.url_of(folder))

        def batches() -> Iterator[pa.RecordBatch]:
            try:
                for batch in self._lake.read(folder, schema):
                    for start in range(0, batch.num_rows, batch_rows):
                        yield batch.slice(start, batch_rows)
            finally:
                self._lake.remove(folder)

        return pa.RecordBatchReader.from_batches(schema, batches())

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """A statement without a result."""
        emptied = _EMPTIED.fullmatch(sql)
        if emptied:
            # Parquet knows no deleting; without rows the table is a new one.
            name = emptied.group(1)
            self._make(name, self._listed.tables[name].columns)
            return
        self._frame(sql, params)
        self.note(sql)

    def append(self, table: str, data: Rows) -> int:
        """Adds rows to an existing table, columns matched by name."""
        columns = self._listed.tables[table]
        schema = columns.arrow_schema
        reader = data if isinstance(data, pa.RecordBatchReader) else data.to_reader()
        fitted = pa.RecordBatchReader.from_batches(schema, (_fitted(batch, schema) for batch in reader))
        rows = self._lake.write(columns.folder, f"part-{secrets.token_hex(6)}", fitted)
        if rows:
            self._spark.sql(f"refresh table {table}")
        return rows

    def replace(self, table: str, data: Rows) -> int:
        """Makes the table anew from these rows."""
        self._make(table, {field.name: type_of_arrow(field.type) for field in data.schema})
        return self.append(table, data)

    def create(self, table: catalog.Table, kinds: Sequence[str]) -> None:
        """Makes an empty table with these types of its columns."""
        self._make(table.name, dict(zip(table.column_names, kinds, strict=True)))

    def adopt(self, name: str, folder: str, columns: dict[str, str]) -> None:
        """Makes a table of the files that lie in a folder of the lake."""
        self._spark.sql(f"drop table if exists {name}")
        table = LakeTable(folder, columns)
        self._tell_of(name, table)
        self._listed.tables[name] = table

    def columns(self, table: str) -> list[str]:
        """The table's column names; empty when there is no such table."""
        if table in self._listed.tables:
            return list(self._listed.tables[table].columns)
        return self._spark.table(table).columns if table in self._listed.views else []

    def tables(self) -> pa.Table:
        """Every table and view of the build's own schemas, as (schema, table_name), sorted."""
        own = (*catalog.DERIVED_SCHEMAS, "raw")
        names = sorted(name.split(".") for name in (*self._listed.tables, *self._listed.views))
        rows = [{"schema": schema, "table_name": table} for schema, table in names if schema in own]
        return pa.Table.from_pylist(rows, pa.schema([("schema", pa.string()), ("table_name", pa.string())]))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Parquet has no transactions and a build needs none: one that broke off is never published."""
        yield

    def note(self, sql: str) -> None:
        """Keeps the list in step with a statement that made or dropped a table or view."""
        if made := _CREATED.match(sql):
            kind, name = made.group(1).lower(), made.group(2).lower()
            if kind == "view":
                self._listed.views[name] = sql
            elif located := _LOCATED.search(sql):
                # The columns are asked for when the list is written: the table is not there before the statement ran.
                self._listed.tables[name] = LakeTable(self._lake.relative(located.group(1)), {})
        elif dropped := _DROPPED.match(sql):
            self._listed.tables.pop(dropped.group(1).lower(), None)

    def complete(self) -> None:
        """Looks up the columns of the tables that the list knows none of."""
        for name, table in self._listed.tables.items():
            if not table.columns:
                table.columns = {
                    field.name: field.dataType.simpleString() for field in self._spark.table(name).schema.fields
                }

    def activate(self) -> None:
        """Makes Spark know this build's tables and views, and no other build's.

        Raises:
            WarehouseError: A database of one of the names is somebody else's.
        """
        for database in DATABASES:
            self._refuse_foreign(database)
            self._spark.sql(f"drop database if exists {database} cascade")
            self._spark.sql(f"create database {database} with dbproperties ('{_MARK}' = '{self._lake.url}')")
        for name, table in self._listed.tables.items():
            self._tell_of(name, table)
        for sql in self._listed.views.values():
            self._spark.sql(sql)

    def _refuse_foreign(self, database: str) -> None:
        if not self._spark.catalog.databaseExists(database):
            return
        rows = self._spark.sql(f"describe database extended {database}").collect()
        if not any(_MARK in str(row[1]) for row in rows):
            raise WarehouseError(
                f"Spark's catalog has a database `{database}` that Regulars did not make. It would be replaced:"
                " give Regulars a Spark server, or a catalog of it, where nothing has that name."
            )

    def _make(self, name: str, columns: dict[str, str]) -> None:
        self.adopt(name, self._lake.new_folder(self._listed.build, *name.split(".")), columns)

    def _tell_of(self, name: str, table: LakeTable) -> None:
        self._spark.sql(
            f"create table {name} ({table.column_list}) using parquet location '{self._lake.url_of(table.folder)}'"
        )

    def _frame(self, sql: str, params: Sequence[Any]) -> DataFrame:
        from pyspark.errors import PySparkException

        words = re.sub(r"\bdouble precision\b", "double", re.sub(r"\$(\d+)", r":p\1", sql))
        values = {f"p{number}": value for number, value in enumerate(params, start=1)}
        try:
            return self._spark.sql(words, args=values)
        except PySparkException as error:
            if _is_lost(error):
                raise WarehouseError(f"Spark went away: {error}. Start it and run again.") from error
            raise


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with the columns of the table, null where it has none, of the table's types."""
    missing = set(batch.schema.names) - set(schema.names)
    if missing:
        raise ValueError(f"The table has no column {', '.join(sorted(missing))}. It has: {', '.join(schema.names)}.")
    columns = [
        batch.column(field.name).cast(field.type)
        if field.name in batch.schema.names
        else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _is_lost(error: Exception) -> bool:
    return any(word in str(error) for word in ("UNAVAILABLE", "SESSION_CLOSED", "SparkContext was shut down"))
