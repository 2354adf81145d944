"""Any database that SQLAlchemy knows: rows by a server-side cursor, a batch at a time, written as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from regulars.errors import SettingsError, SourceUnreachable
from regulars.sources.databases import Place
from regulars.sources.tables import as_text
from regulars.sources.typed_watermark import Mark

_BATCH_ROWS = 20_000


@contextmanager
def open_sqlalchemy(place: Place) -> Iterator[SqlAlchemyTable]:
    """The table or query of a database.

    Raises:
        SourceUnreachable: It does not let us in.
        SettingsError: Its driver is not installed, there is no such table, or its query does not run.
    """
    file = place.url.database
    if place.url.get_backend_name() == "sqlite" and file and not file.startswith(":") and not Path(file).exists():
        raise SourceUnreachable(f"Source {place.source}: there is no file {file}. Check the url.")
    try:
        engine = sa.create_engine(place.url, poolclass=NullPool)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"Source {place.source}: {place.url.drivername} needs {error.name}, which is not installed."
            f" Install it: pip install {error.name}."
        ) from None
    except sa.exc.NoSuchModuleError:
        raise SettingsError(
            f"Source {place.source}: SQLAlchemy knows no {place.url.drivername}."
            " Install the package of its dialect, or mend the url."
        ) from None
    try:
        connection = engine.connect()
    except sa.exc.SQLAlchemyError as error:
        raise place.unreachable(_cause(error)) from None
    with connection:
        yield SqlAlchemyTable(place, connection)


class SqlAlchemyTable:
    """A Database of SQLAlchemy. The driver's own values are taken, so that nothing is read into them."""

    def __init__(self, place: Place, connection: sa.Connection) -> None:
        self._place, self._connection = place, connection
        settings = place.settings
        self._from: sa.FromClause
        if settings.query:
            self._from = sa.text(f"({settings.query.rstrip().rstrip(';')}) regulars_source")  # type: ignore[assignment]
        else:
            schema, _, name = str(settings.table).rpartition(".")
            inspector = sa.inspect(connection)
            tables = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
            if name not in tables:
                raise place.no_table([f"{schema}.{t}" if schema else t for t in tables])
            self._from = sa.table(name, schema=schema or None)
        self._columns = list(self._ran(self._select().where(sa.literal_column("1") == 0)).keys())
        if settings.watermark is not None and settings.watermark not in self._columns:
            raise place.no_column(self._columns)
        self._mark: sa.ColumnClause[Any] | None = sa.column(settings.watermark) if settings.watermark else None
        self._last: Mark | None = None

    def columns(self) -> list[str]:
        """Its columns."""
        return self._columns

    def kind(self, column: str) -> type[Mark] | None:
        """The type of a column that can be a watermark; None when it holds nothing yet."""
        mark: sa.ColumnClause[Any] = sa.column(column)
        row = self._ran(sa.select(mark).select_from(self._from).where(mark.is_not(None)).limit(1)).first()
        if row is None:
            return None
        for kind in (int, Decimal, dt.datetime, dt.date, str):
            if isinstance(row[0], kind):
                return kind
        raise SettingsError(
            f"Source {self._place.source}: the watermark {column} is of type {type(row[0]).__name__}, which does not"
            " grow. Name a column of whole numbers, times or dates."
        )

    def rows(self, lowest: Mark | None) -> Iterator[pa.RecordBatch]:
        """The rows from a watermark on, and those without one, in its order; streamed."""
        asked = self._select()
        if self._mark is not None:
            if lowest is not None:
                asked = asked.where(sa.or_(self._mark >= lowest, self._mark.is_(None)))
            asked = asked.order_by(self._mark)
        result = self._ran(asked, stream_results=True, max_row_buffer=_BATCH_ROWS)
        place = self._columns.index(str(self._place.settings.watermark)) if self._mark is not None else None
        try:
            while rows := result.fetchmany(_BATCH_ROWS):
                values = list(zip(*rows, strict=True))
                if place is not None:
                    self._last = next((value for value in reversed(values[place]) if value is not None), None)
                yield pa.RecordBatch.from_arrays([text_of(column) for column in values], names=self._columns)
        except sa.exc.SQLAlchemyError as error:
            raise self._place.broke_off(_cause(error)) from None
        finally:
            result.close()

    def last(self, batch: pa.RecordBatch) -> Mark | None:
        """The highest watermark of the batch that came last."""
        return self._last

    def newest(self) -> Mark | None:
        """The highest watermark of the table."""
        if self._mark is None:
            return None
        found: Mark | None = self._ran(sa.select(sa.func.max(self._mark)).select_from(self._from)).scalar()
        return found

    def count(self, above: Mark | None) -> int:
        """The number of rows past a watermark, or of all."""
        asked = sa.select(sa.func.count()).select_from(self._from)
        if above is not None and self._mark is not None:
            asked = asked.where(sa.or_(self._mark > above, self._mark.is_(None)))
        return int(self._ran(asked).scalar() or 0)

    def _select(self) -> sa.Select[Any]:
        return sa.select(sa.literal_column("*")).select_from(self._from)

    def _ran(self, statement: sa.Select[Any], **options: Any) -> sa.CursorResult[Any]:
        try:
            return self._connection.execute(statement, execution_options=options)
        except sa.exc.DBAPIError as error:
            if error.connection_invalidated:
                raise self._place.broke_off(_cause(error)) from None
            raise self._place.refused(_cause(error)) from None


def text_of(values: Sequence[Any]) -> pa.Array:
    """A column of Python values as text, each by itself the same wherever it stands."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {str}:
        return pa.array([value or None for value in values], pa.string())
    if len(kinds) > 1:
        return pa.array([text_of([value])[0].as_py() for value in values], pa.string())
    [kind] = kinds
    if kind is Decimal:
        return pa.array([None if value is None else format(value, "f") for value in values], pa.string())
    if kind is dt.datetime:
        # Those with a zone may differ in it; UTC is one for all.
        zones = {bool(value.tzinfo) for value in values if value is not None}
        if len(zones) > 1:
            return pa.array([text_of([value])[0].as_py() for value in values], pa.string())
        return as_text(pa.array(values, pa.timestamp("us", "UTC" if zones == {True} else None)))
    if kind is int:
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    try:
        return as_text(pa.array(values))
    except (pa.ArrowException, OverflowError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _cause(error: sa.exc.SQLAlchemyError) -> Exception:
    """What the driver said, without the statement and its values."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else None
    return original if isinstance(original, Exception) else error
