"""A Session on PostgreSQL through ADBC: rows go in and out as binary COPY, batch by batch, whatever their number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from regulars.engines.base import Rows
from regulars.engines.postgres_address import Address
from regulars.engines.postgres_names import Names, quoted
from regulars.engines.postgres_types import arrow_type, declared, fitted, fitted_schema, handed_on, understood
from regulars.errors import SettingsError, WarehouseError

if TYPE_CHECKING:
    from adbc_driver_manager import Error

_COLUMNS = """
select attribute.attname::text as name, type.typname::text as type, attribute.atttypmod as modifier
from pg_attribute as attribute
inner join pg_class as relation on attribute.attrelid = relation.oid
inner join pg_namespace as schema on relation.relnamespace = schema.oid
inner join pg_type as type on attribute.atttypid = type.oid
where schema.nspname = $1 and relation.relname = $2 and attribute.attnum > 0 and not attribute.attisdropped
    and relation.relkind in ('r', 'v', 'm', 'p', 'f')
order by attribute.attnum
"""
_BATCH_BYTES = "adbc.postgresql.batch_size_hint_bytes"
_ROW_BYTES = 128  # a guess: the driver counts bytes where we count rows
# Connection trouble, the server's resources, and being shut out while at work.
_UNREACHABLE = ("08", "57P")
_NO_ROOM = "53"
_NOT_ALLOWED = "42501"


@contextmanager
def connected(
    address: Address,
    names: Names | None = None,
    *,
    settings: Sequence[str] = (),
    before_commit: Callable[[PostgresSession], None] | None = None,
) -> Iterator[PostgresSession]:
    """A session of its own connection, closed at the end of the block.

    Args:
        address: The database.
        names: What schemas are called; unset = as SQL names them.
        settings: Statements that the session begins with.
        before_commit: Called before a transaction is committed; what it raises rolls it back.

    Raises:
        WarehouseError: The database does not answer or does not let us in.
        SettingsError: The driver is not installed.
    """
    connection = _connect(address)
    try:
        session = PostgresSession(connection, address, names, before_commit)
        for statement in settings:
            session.execute(statement)
        yield session
    finally:
        # One that is lost already has nothing to say on leaving.
        with suppress(Exception):
            connection.close()


class PostgresSession:
    """A Session on one connection."""

    dialect = "postgres"

    def __init__(
        self,
        connection: Any,
        address: Address,
        names: Names | None = None,
        before_commit: Callable[[PostgresSession], None] | None = None,
    ) -> None:
        self._connection, self._address, self._names = connection, address, names or Names({})
        self._before_commit = before_commit
        # One statement at a time: progress may be told from another thread.
        self._turn = threading.RLock()

    def called(self, names: Names) -> PostgresSession:
        """The same connection, with other names for its schemas."""
        return PostgresSession(self._connection, self._address, names, self._before_commit)

    def query(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        """The whole result of a query that is known to be small."""
        with self._turn:
            return self.stream(sql, params).read_all()

    def stream(self, sql: str, params: Sequence[Any] = (), batch_rows: int = 122_880) -> pa.RecordBatchReader:
        """The result of a query of any size, batch by batch."""
        cursor = self._connection.cursor()
        try:
            with self._told():
                cursor.adbc_statement.set_options(**{_BATCH_BYTES: str(batch_rows * _ROW_BYTES)})
                cursor.execute(self._names.sql(sql), list(params) or None)
                reader = cursor.fetch_record_batch()
                first = next(reader, None)
                schema = understood(reader.schema, first)
        except BaseException:
            cursor.close()
            raise
        return pa.RecordBatchReader.from_batches(schema, self._batches(cursor, reader, first, schema))

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """A statement without a result."""
        with self._turn, self._told(), closing(self._connection.cursor()) as cursor:
            cursor.execute(self._names.sql(sql), list(params) or None)

    def append(self, table: str, data: Rows) -> int:
        """Adds rows to an existing table, columns matched by name."""
        return self._copy(*self._names.table(table), data)

    def replace(self, table: str, data: Rows) -> int:
        """Makes the table anew from these rows."""
        schema, name = self._names.table(table)
        target = f"{quoted(schema)}.{quoted(name)}"
        wanted = {field.name: declared(field.type) for field in data.schema}
        present = {column: declared(kind) for column, kind in self._types(schema, name).items()}
        if present == wanted:
            # What looks at the table, as a view may, goes on looking at it.
            self.execute(f"truncate table {target}")
        else:
            # "if not exists" asks for the right to make one also where there is one.
            if not self.query("select 1 as one from pg_namespace where nspname = $1", (schema,)).num_rows:
                self.execute(f"create schema {quoted(schema)}")
            self.execute(f"drop table if exists {target} cascade")
            columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in wanted.items())
            self.execute(f"create table {target} ({columns})")
        return self._copy(schema, name, data)

    def columns(self, table: str) -> list[str]:
        """The table's column names; empty when there is no such table."""
        return list(self._types(*self._names.table(table)))

    def tables(self) -> pa.Table:
        """Every table that the session's schemas hold, as (schema, table_name), by the names that SQL gives them."""
        rows = [
            (schema, str(name))
            for schema, called in self._names.schemas.items()
            for name in self.query(
                "select relname::text from pg_class where relkind in ('r', 'v') and relnamespace ="
                " (select oid from pg_namespace where nspname = $1) order by relname",
                (called,),
            )
            .column(0)
            .to_pylist()
        ]
        columns = list(zip(*sorted(rows), strict=True)) or [(), ()]
        return pa.table({"schema": pa.array(columns[0], pa.string()), "table_name": pa.array(columns[1], pa.string())})

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.execute("begin")
        try:
            yield
            if self._before_commit is not None:
                self._before_commit(self)
        except BaseException:
            # Of a lost connection nothing stays anyway, and its loss is what must be heard of.
            with suppress(Exception):
                self.execute("rollback")
            raise
        self.execute("commit")

    def _copy(self, schema: str, name: str, data: Rows) -> int:
        columns = self._types(schema, name)
        reader = data if isinstance(data, pa.RecordBatchReader) else data.to_reader()
        failed: list[Exception] = []

        def batches() -> Iterator[pa.RecordBatch]:
            try:
                yield from (fitted(batch, columns) for batch in reader if batch.num_rows)
            except Exception as error:
                failed.append(error)
                raise

        fitting = pa.RecordBatchReader.from_batches(fitted_schema(reader.schema, columns), batches())
        with self._turn, closing(self._connection.cursor()) as cursor:
            try:
                with self._told():
                    return max(int(cursor.adbc_ingest(name, fitting, mode="append", db_schema_name=schema)), 0)
            except Exception:
                # What the rows' own source raised comes back wrapped in words of the driver's.
                if failed:
                    raise failed[0] from None
                raise

    def _types(self, schema: str, table: str) -> dict[str, pa.DataType]:
        rows = self.query(_COLUMNS, (schema, table)).to_pylist()
        return {row["name"]: arrow_type(row["type"], row["modifier"]) for row in rows}

    def _batches(
        self, cursor: Any, reader: pa.RecordBatchReader, first: pa.RecordBatch | None, schema: pa.Schema
    ) -> Iterator[pa.RecordBatch]:
        with closing(cursor):
            batch = first
            while batch is not None:
                yield handed_on(batch, schema)
                with self._told():
                    batch = next(reader, None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Lost connections, full disks and missing rights in words; of wrong statements the driver's error stays."""
        from adbc_driver_manager import Error

        try:
            yield
        except Error as error:
            if (problem := self._problem(error)) is not None:
                raise problem from None
            raise
        except OSError as error:
            # How a stream says that its connection broke off.
            raise self._lost(error) from None

    def _problem(self, error: Error) -> WarehouseError | None:
        from adbc_driver_manager import OperationalError

        state = error.sqlstate or ""
        # What the server says has a state; without one, it was not the server who said it.
        if state.startswith(_UNREACHABLE) or (not state and isinstance(error, OperationalError)):
            return self._lost(error)
        if state.startswith(_NO_ROOM):
            return WarehouseError(
                f"{self._address.location} has no room or memory left: {self._address.plain(error)}."
                " Free some on the server, and run again."
            )
        if state == _NOT_ALLOWED:
            return WarehouseError(
                f"{self._address.user or 'This user'} may not do this in {self._address.location}:"
                f" {self._address.plain(error)}. Let its owner run `regulars init --warehouse URL` and grant"
                " regulars_loader, regulars_builder or regulars_reader."
            )
        return None

    def _lost(self, error: BaseException) -> WarehouseError:
        return WarehouseError(
            f"The connection to {self._address.location} broke off: {self._address.plain(error)}."
            " What was not committed is undone; run again."
        )


def driver_errors() -> tuple[type[Exception], ...]:
    """What the driver raises for SQL that cannot be run."""
    try:
        from adbc_driver_manager import DataError, IntegrityError, InternalError, NotSupportedError, ProgrammingError
    except ImportError:
        return ()
    return (ProgrammingError, DataError, IntegrityError, NotSupportedError, InternalError)


def _connect(address: Address) -> Any:
    try:
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise SettingsError(
            "A PostgreSQL warehouse needs its driver. Install it: pip install 'regulars[postgres]'."
        ) from None
    try:
        return dbapi.connect(address.uri, autocommit=True)
    except Error as error:
        raise WarehouseError(
            f"The warehouse {address.location} does not answer: {address.plain(error)}."
            " Check that the server runs, and the host, user, password and database of `warehouse`."
        ) from None
