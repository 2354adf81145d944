"""A Session on one connection to DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Rows


class DuckDBSession:
    """A Session on one DuckDB connection."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def query(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        """The whole result of a query that is known to be small."""
        return self._connection.sql(sql, params=list(params)).to_arrow_table()

    def stream(self, sql: str, params: Sequence[Any] = (), batch_rows: int = 122_880) -> pa.RecordBatchReader:
        """The result of a query of any size, batch by batch."""
        return self._connection.sql(sql, params=list(params)).to_arrow_reader(batch_rows)

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """A statement without a result."""
        self._connection.execute(sql, list(params))

    def append(self, table: str, data: Rows) -> int:
        """Adds rows to an existing table, columns matched by name."""
        return self._insert(f"insert into {table} by name select * from incoming", data)

    def replace(self, table: str, data: Rows) -> int:
        """Makes the table anew from these rows."""
        self._connection.execute(f"create schema if not exists {table.split('.', maxsplit=1)[0]}")
        return self._insert(f"create or replace table {table} as select * from incoming", data)

    def columns(self, table: str) -> list[str]:
        """The table's column names; empty when there is no such table."""
        schema, _, name = table.rpartition(".")
        found = self.query(
            "select column_name from duckdb_columns() where database_name = current_database()"
            " and schema_name = $1 and table_name = $2 order by column_index",
            (schema, name.strip('"')),
        )
        return [str(name) for name in found.column(0).to_pylist()]

    def tables(self) -> pa.Table:
        """Every table and view of the file's own schemas, as (schema, table_name), sorted."""
        return self.query(
            "select table_schema as schema, table_name from information_schema.tables"
            " where table_catalog = current_database() order by table_schema, table_name"
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def _insert(self, sql: str, data: Rows) -> int:
        self._connection.register("incoming", data)
        try:
            row = self._connection.execute(sql).fetchone()
        finally:
            self._connection.unregister("incoming")
        return int(row[0]) if row else 0


def confine(connections: Sequence[duckdb.DuckDBPyConnection]) -> None:
    """Shows connections of one database the schemas of its file `live`, and keeps them out of all other files."""
    for connection in connections:
        connection.execute("use live")
        found = connection.execute("select schema_name from duckdb_schemas() where database_name = 'live'").fetchall()
        present = {row[0] for row in found}
        path = ",".join(f"live.{schema}" for schema in catalog.SEARCH_PATH if schema in present)
        connection.execute(f"set search_path = '{path}'")
    # A query of a user reads the published tables, and no file of the machine; nor does it load what DuckDB lacks.
    connections[0].execute("set autoinstall_known_extensions = false")
    connections[0].execute("set autoload_known_extensions = false")
    connections[0].execute("set enable_external_access = false")
    connections[0].execute("set lock_configuration = true")
