"""PostgreSQL through ADBC: the rows are copied out in binary and arrive as Arrow, batch by batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from typing import Any

import adbc_driver_manager as adbc
import pyarrow as pa
from adbc_driver_postgresql import dbapi

from regulars.errors import SettingsError
from regulars.sources.databases import Place
from regulars.sources.typed_watermark import Mark, written

_NO_TABLE = "42P01"
_CONNECTION_LOST = ("08", "53", "57")
_CONNECT_SECONDS = "15"


@contextmanager
def open_postgres(place: Place) -> Iterator[PostgresTable]:
    """The table or query of a PostgreSQL database.

    Raises:
        SourceUnreachable: It does not let us in.
        SettingsError: There is no such table, or its query does not run.
    """
    url = place.url.update_query_dict({"connect_timeout": _CONNECT_SECONDS, **place.url.query})
    try:
        connection = dbapi.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
        )
    except adbc.Error as error:
        raise place.unreachable(error) from None
    with closing(connection):
        yield PostgresTable(place, connection)


class PostgresTable:
    """A Database of PostgreSQL."""

    def __init__(self, place: Place, connection: Any) -> None:
        self._place, self._connection = place, connection
        settings = place.settings
        self._from = f"({settings.query.rstrip().rstrip(';')})" if settings.query else _quoted_path(str(settings.table))
        self._schema: pa.Schema = self._asked("select * from {} as source limit 0").schema
        if settings.watermark is not None and settings.watermark not in self._schema.names:
            raise place.no_column(self._schema.names)
        self._mark = f"source.{_quoted(settings.watermark)}" if settings.watermark else ""
        self._kind = self.kind(settings.watermark) if settings.watermark else None

    def columns(self) -> list[str]:
        """Its columns."""
        return list(self._schema.names)

    def kind(self, column: str) -> type[Mark]:
        """The type of a column that can be a watermark."""
        found = self._schema.field(column)
        if pa.types.is_integer(found.type) and _postgres_type(found) != "money":
            return int
        if pa.types.is_timestamp(found.type):
            return dt.datetime
        if pa.types.is_date(found.type):
            return dt.date
        if _postgres_type(found) == "numeric":
            return Decimal
        if pa.types.is_string(found.type):
            return str
        raise SettingsError(
            f"Source {self._place.source}: the watermark {column} is of type {_postgres_type(found)}, which does not"
            " grow. Name a column of whole numbers, times or dates."
        )

    def rows(self, lowest: Mark | None) -> Iterator[pa.RecordBatch]:
        """The rows from a watermark on, and those without one, in its order; streamed."""
        shown = "source.*" if all(map(_is_plain, self._schema)) else ", ".join(map(_as_received, self._schema))
        where = (
            f" where {self._mark} >= {_literal(written(lowest))} or {self._mark} is null" if lowest is not None else ""
        )
        order = f" order by {self._mark}" if self._mark else ""
        with self._ran(f"select {shown} from {{}} as source{where}{order}") as cursor:
            reader = cursor.fetch_record_batch()
            while True:
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    return
                except (OSError, adbc.Error, pa.ArrowException) as error:
                    raise self._place.broke_off(error) from None
                yield batch

    def last(self, batch: pa.RecordBatch) -> Mark | None:
        """The highest watermark of a batch: its last one, for the database sorted by its own rules."""
        column = batch.column(batch.schema.names.index(str(self._place.settings.watermark)))
        return self._value(column.drop_null()[-1].as_py()) if column.null_count < len(column) else None

    def newest(self) -> Mark | None:
        """The highest watermark of the table."""
        if not self._mark:
            return None
        cast = "::text" if self._kind in (Decimal, str) else ""
        found = f"select {self._mark}{cast} from {{}} as source where {self._mark} is not null"
        values = self._asked(f"{found} order by {self._mark} desc limit 1").column(0)
        return self._value(values[0].as_py()) if len(values) else None

    def count(self, above: Mark | None) -> int:
        """The number of rows past a watermark, or of all."""
        where = f" where {self._mark} > {_literal(written(above))} or {self._mark} is null" if above is not None else ""
        return int(self._asked(f"select count(*) from {{}} as source{where}").column(0)[0].as_py())

    def _value(self, value: Any) -> Mark:
        mark: Mark = Decimal(value) if self._kind is Decimal else value
        return mark

    def _asked(self, sql: str) -> pa.Table:
        with self._ran(sql) as cursor:
            try:
                return cursor.fetch_arrow_table()
            except (OSError, adbc.Error, pa.ArrowException) as error:
                raise self._place.broke_off(error) from None

    @contextmanager
    def _ran(self, sql: str) -> Iterator[Any]:
        with closing(self._connection.cursor()) as cursor:
            try:
                cursor.execute(sql.replace("{}", self._from, 1))
            except OSError as error:
                raise self._place.broke_off(error) from None
            except adbc.Error as error:
                if not error.sqlstate or error.sqlstate.startswith(_CONNECTION_LOST):
                    raise self._place.broke_off(error) from None
                if error.sqlstate == _NO_TABLE and self._place.settings.table:
                    raise self._place.no_table(self._tables()) from None
                raise self._place.refused(error) from None
            yield cursor

    def _tables(self) -> list[str]:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(
                "select case when table_schema = current_schema() then table_name"
                " else table_schema || '.' || table_name end from information_schema.tables"
                " where table_schema not in ('pg_catalog', 'information_schema') order by 1"
            )
            return [str(name) for name in cursor.fetch_arrow_table().column(0).to_pylist()]


def _postgres_type(field: pa.Field) -> str:
    return (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode() or str(field.type)


def _is_plain(field: pa.Field) -> bool:
    """Whether Arrow has a type of its own for it; what has none is asked for as PostgreSQL writes it."""
    kind = field.type
    return not (
        isinstance(kind, pa.BaseExtensionType)
        or pa.types.is_interval(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_time(kind)
        or (pa.types.is_list(kind) and isinstance(kind.value_type, pa.BaseExtensionType))
        or _postgres_type(field) == "money"
    )


def _as_received(field: pa.Field) -> str:
    name = _quoted(field.name)
    return f"source.{name}" if _is_plain(field) else f"source.{name}::text as {name}"


def _quoted(name: str | None) -> str:
    return '"' + str(name).replace('"', '""') + '"'


def _quoted_path(table: str) -> str:
    return table if '"' in table else ".".join(map(_quoted, table.split(".")))


def _literal(text: str) -> str:
    # Of no type yet: it takes the type of the column that it is compared to.
    return "'" + text.replace("'", "''") + "'"
