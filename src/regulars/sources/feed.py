"""Sources that are asked for what is new: a database, a collection, an API, a topic.

A feed is opened with the watermark that the ledger holds of it, and gives a delivery of what lies beyond; one without
columns when there is nothing new.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from regulars.errors import SettingsError
from regulars.source_settings import (
    DltSettings,
    KafkaSettings,
    MongoSettings,
    RestSettings,
    SourceSettings,
    SqlSettings,
)
from regulars.sources.delivery import Delivery
from regulars.sources.opening import open_delivery

# The module that reads each kind of feed, and the extra that installs what it needs.
_READERS = {
    SqlSettings: ("regulars.sources.sql", "sql"),
    MongoSettings: ("regulars.sources.mongo", "mongo"),
    RestSettings: ("regulars.sources.rest", "rest"),
    KafkaSettings: ("regulars.sources.kafka", "kafka"),
    DltSettings: ("regulars.sources.dlt", "dlt"),
}


Keys = Callable[[str, int], Iterator[list[str]]]


def no_keys(field: str, size: int) -> Iterator[list[str]]:
    """The keys when nobody has any."""
    return iter(())


def open_feed(
    name: str, source: SourceSettings, since: str | None, keys: Keys = no_keys
) -> AbstractContextManager[Delivery]:
    """A delivery of what the feed has beyond `since`; connections are held until the context ends.

    Args:
        name: The source.
        source: Its settings, which name a feed.
        since: The watermark of its last load; None reads from the beginning.
        keys: Streams the distinct values of a field of the landed customers, so many at a time, for an API that is
            asked by them.

    Raises:
        SettingsError: What reads such a feed is not installed, or the settings do not fit.
        SourceUnreachable: The source does not answer.
        InputError: What it answers cannot be read.
    """
    feed, reader = _reader(name, source)
    more = {"keys": keys} if isinstance(feed, RestSettings) else {}
    opened: AbstractContextManager[Delivery] = reader.open_feed(name, feed, since, **more)
    return opened


def look_at(name: str, source: SourceSettings, since: str | None, keys: Keys = no_keys) -> dict[str, Any] | None:
    """The `columns`, the `newest` watermark and the number of `new_records` of a feed; None if only landing can tell.

    Where there may be more than was looked at, `is_least` is true.

    Raises:
        SettingsError: What reads such a feed is not installed, or the settings do not fit.
        SourceUnreachable: The source does not answer.
    """
    feed, reader = _reader(name, source)
    look: Callable[..., dict[str, Any]] | None = getattr(reader, "look", None)
    more = {"keys": keys} if isinstance(feed, RestSettings) else {}
    return None if look is None else look(name, feed, since, **more)


def _reader(name: str, source: SourceSettings) -> tuple[object, Any]:
    feed = source.feed
    if feed is None:
        raise SettingsError(f"Source {name} is read from files, not from a feed.")
    module, extra = _READERS[type(feed)]
    try:
        return feed, importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"Source {name} needs {error.name}, which is not installed. Install it: pip install 'regulars[{extra}]'."
        ) from None


def nothing_new(name: str, uri: str) -> Delivery:
    """The delivery of a feed that has nothing beyond its watermark."""
    return Delivery(uri, name, 0, "", [], lambda: iter(()))


@contextmanager
def spooled(name: str, uri: str, lines: Iterable[bytes], watermark: Callable[[], str | None]) -> Iterator[Delivery]:
    """A delivery of JSON records, one a line, by way of a temporary file.

    Records have no common columns, so all must be seen before the first can be landed; the file holds them, not the
    memory. A line that is no JSON object becomes a rejected row.

    Args:
        name: The source.
        uri: Where the records come from, without secrets, for the ledger.
        lines: The records.
        watermark: Up to where the source was read, once the lines are exhausted.
    """
    with TemporaryDirectory(prefix="regulars-feed-") as folder:
        file = Path(folder) / "records.jsonl"
        size = 0
        with file.open("wb") as spool:
            for line in lines:
                # Bytes that are no text make the one record unreadable, not the file.
                text = line if line.isascii() else line.decode(errors="replace").encode()
                size += spool.write(text.replace(b"\n", b" ")) + spool.write(b"\n")
        if not size:
            yield nothing_new(name, uri)
            return
        delivery = open_delivery(file)
        delivery.uri, delivery.name, delivery.content_hash = uri, name, ""
        delivery.watermark = watermark
        yield delivery
