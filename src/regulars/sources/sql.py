"""SQL databases as feeds: a table or query, read whole or from a watermark on.

One query is one moment of the database, so a reading is consistent however long it takes. Rows at the watermark, within
the look-back and without a watermark come again each time; landing keeps those of them that changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pyarrow as pa

from regulars.source_settings import SqlSettings
from regulars.sources.databases import Database, Place
from regulars.sources.delivery import SAMPLE_ROWS, Delivery, unique_names
from regulars.sources.feed import nothing_new
from regulars.sources.postgres import open_postgres
from regulars.sources.sqlalchemy_rows import open_sqlalchemy
from regulars.sources.tables import text_batches
from regulars.sources.typed_watermark import Mark, lowered, read, written


@contextmanager
def open_feed(name: str, settings: SqlSettings, since: str | None) -> Iterator[Delivery]:
    """A delivery of the rows from the watermark less the look-back on, or of all.

    Raises:
        SettingsError: There is no such table or column, or what reads such a database is not installed.
        SourceUnreachable: The database does not answer, or breaks off.
    """
    place = Place.of(name, settings)
    with _database(place) as database:
        mark = _mark(database, settings, since)
        lowest = None if mark is None else lowered(mark, settings.look_back)
        reading = _Reading(database, lowest, mark, has_mark=settings.watermark is not None)
        if not reading.has_rows():
            yield nothing_new(name, place.uri)
            return
        names = unique_names(database.columns())
        yield Delivery(
            place.uri,
            name,
            0,
            "",
            names,
            lambda: text_batches(reading.batches(), names),
            watermark=lambda: since if not settings.watermark or reading.highest is None else written(reading.highest),
            overlaps=True,
        )


def look(name: str, settings: SqlSettings, since: str | None) -> dict[str, Any]:
    """The columns, the newest watermark, and the number of rows past the last one; reads no rows.

    Raises:
        SettingsError: There is no such table or column, or what reads such a database is not installed.
        SourceUnreachable: The database does not answer.
    """
    with _database(Place.of(name, settings)) as database:
        newest = database.newest()
        mark = _mark(database, settings, since)
        return {
            "columns": database.columns(),
            "newest": None if newest is None else written(newest),
            "new_records": database.count(mark),
        }


def _database(place: Place) -> AbstractContextManager[Database]:
    if place.url.drivername in ("postgresql", "postgres"):
        return open_postgres(place)
    return open_sqlalchemy(place)


def _mark(database: Database, settings: SqlSettings, since: str | None) -> Mark | None:
    """The last watermark as a value of its column's type."""
    if since is None or settings.watermark is None:
        return None
    kind = database.kind(settings.watermark)
    return None if kind is None else read(since, kind)


class _Reading:
    """One pass over the rows; what the sample took is kept, and given again to the landing."""

    def __init__(self, database: Database, lowest: Mark | None, mark: Mark | None, *, has_mark: bool) -> None:
        self._database, self._has_mark = database, has_mark
        self._stream = self._watched(database.rows(lowest))
        self._head: list[pa.RecordBatch] = []
        self.highest = mark

    def has_rows(self) -> bool:
        """Whether anything came; it is kept."""
        return next(self.batches(), None) is not None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """What was kept, then the rest."""
        place = 0
        while True:
            if place == len(self._head):
                batch = next(self._stream, None)
                if batch is None:
                    return
                if sum(kept.num_rows for kept in self._head) >= SAMPLE_ROWS:
                    yield batch
                    continue
                self._head.append(batch)
            yield self._head[place]
            place += 1

    def _watched(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            last = self._database.last(batch) if self._has_mark and batch.num_rows else None
            # Text is sorted by the database's rules, not by ours. The newest row may be gone: the mark stays.
            if last is not None and (self.highest is None or isinstance(last, str) or last > self.highest):  # type: ignore[operator]
                self.highest = last
            if batch.num_rows:
                yield batch
