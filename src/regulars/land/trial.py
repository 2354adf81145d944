"""What `regulars sources test` finds out: whether each source answers, and what landing it now would bring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from regulars.engines.base import Session
from regulars.errors import RegularsError
from regulars.land import ledger
from regulars.land.stage import customer_keys
from regulars.settings import Settings
from regulars.source_settings import SourceSettings
from regulars.sources import FileOptions, detect, expand, open_delivery
from regulars.sources.feed import look_at, open_feed


@dataclass(frozen=True)
class Trial:
    """One source, tried.

    Attributes:
        source: Its name.
        is_reachable: Whether it answered, with what its settings ask of it.
        entity: What its rows are.
        columns: Its columns, where they can be known without landing.
        watermark: Up to where it was landed.
        newest: Its newest watermark now.
        would_land: What landing it now would bring, in words.
        error: Why it did not answer, and the repair.
        exit_code: What the error means to the command line; 0 without one.
    """

    source: str
    is_reachable: bool
    entity: str | None = None
    columns: tuple[str, ...] = ()
    watermark: str | None = None
    newest: str | None = None
    would_land: str = ""
    error: str | None = None
    exit_code: int = 0


def try_sources(session: Session, settings: Settings, names: Iterable[str]) -> list[Trial]:
    """Tries each source; one that fails does not keep the others from being tried. Lands nothing."""
    return [_tried(session, name, settings.sources[name]) for name in names]


def _tried(session: Session, name: str, source: SourceSettings) -> Trial:
    since = ledger.watermark_of(session, name)
    try:
        return _feed(session, name, source, since) if source.feed is not None else _files(session, name, source)
    except RegularsError as error:
        return Trial(name, False, source.entity, (), since, error=str(error), exit_code=error.exit_code)


def _feed(session: Session, name: str, source: SourceSettings, since: str | None) -> Trial:
    seen = look_at(name, source, since)
    if seen is None:
        return _asked(session, name, source, since)
    count = seen["new_records"]
    rows = "what changed of " if since is None and _is_read_whole(source) else ""
    would = f"{rows}{count:,} row(s)" if count else "nothing new"
    return Trial(name, True, source.entity, tuple(seen["columns"]), since, seen["newest"], would)


def _asked(session: Session, name: str, source: SourceSettings, since: str | None) -> Trial:
    """A feed that can only be known by reading what it has: all that is new is read, and let go."""
    with open_feed(name, source, since, partial(customer_keys, session)) as delivery:
        records = sum(batch.num_rows for batch in delivery.batches()) if delivery.columns else 0
        would = f"{records:,} record(s)" if records else "nothing new"
        return Trial(name, True, source.entity, tuple(delivery.columns), since, delivery.watermark(), would)


def _is_read_whole(source: SourceSettings) -> bool:
    """Whether a feed is read whole each time."""
    return getattr(source.feed, "watermark", None) is None


def _files(session: Session, name: str, source: SourceSettings) -> Trial:
    columns: dict[str, None] = {}
    entity: str | None = source.entity
    new = known = 0
    for path in expand(source.paths):
        delivery = open_delivery(path, FileOptions.of(source))
        entity = detect(delivery.columns, delivery.sample(), delivery.name, name, source).entity
        columns |= dict.fromkeys(delivery.columns)
        is_known = ledger.landed_before(session, name, delivery.content_hash)
        known, new = known + is_known, new + (not is_known)
    would = f"{new:,} new file(s)" if new else "nothing new"
    return Trial(name, True, entity, tuple(columns), would_land=f"{would}, {known:,} landed before" if known else would)
