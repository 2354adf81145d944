"""What `regulars sources test` finds out: whether each source answers, and what landing it now would bring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regulars.engines.base import Session
from regulars.errors import RegularsError
from regulars.land import ledger
from regulars.land.given import Given, Remote, fetched, given_paths
from regulars.land.stage import customer_keys
from regulars.settings import Settings
from regulars.source_settings import SourceSettings
from regulars.sources import detect
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


@dataclass(frozen=True)
class Landed:
    """What the warehouse knows of the sources; with it they are tried while others use the warehouse.

    Attributes:
        watermarks: Up to where each source was landed.
        loads: The loads of each source that landed.
        keys: The first keys of each source that is asked by those of the landed customers.
    """

    watermarks: dict[str, str | None]
    loads: dict[str, list[ledger.Load]]
    keys: dict[str, list[str]]


def what_landed(session: Session, settings: Settings, names: Iterable[str]) -> Landed:
    """Asks the warehouse what it knows of the sources.

    Raises:
        SettingsError: Customers have no field of the name that a source wants its keys from.
    """
    keys: dict[str, list[str]] = {}
    chosen = list(names)
    for name in chosen:
        rest = settings.sources[name].rest
        if rest is not None and rest.batch_keys is not None:
            keys[name] = next(customer_keys(session, rest.batch_keys, rest.batch_size), [])
    return Landed(
        {name: ledger.watermark_of(session, name) for name in chosen},
        {name: ledger.loads_of(session, name) for name in chosen},
        keys,
    )


def try_sources(landed: Landed, settings: Settings, names: Iterable[str]) -> list[Trial]:
    """Tries each source; one that fails does not keep the others from being tried. Lands nothing."""
    return [_tried(landed, name, settings) for name in names]


def _tried(landed: Landed, name: str, settings: Settings) -> Trial:
    source, since = settings.sources[name], landed.watermarks[name]
    try:
        if source.feed is not None:
            return _feed(name, source, since, landed.keys.get(name, []))
        return _files(name, source, settings, landed.loads[name])
    except RegularsError as error:
        return Trial(name, False, source.entity, (), since, error=str(error), exit_code=error.exit_code)


def _feed(name: str, source: SourceSettings, since: str | None, keys: list[str]) -> Trial:
    seen = look_at(name, source, since, lambda field, size: iter([keys] if keys else []))
    if seen is None:
        return _asked(name, source, since)
    count, least = seen["new_records"], "at least " if seen.get("is_least") else ""
    rows = "what changed of " if _is_read_whole(source) else ""
    would = f"{rows}{least}{count:,} record(s)" if count or least else "nothing new"
    return Trial(name, True, source.entity, tuple(seen["columns"]), since, seen["newest"], would)


def _asked(name: str, source: SourceSettings, since: str | None) -> Trial:
    """A feed that can only be known by reading what it has: all that is new is read, and let go."""
    with open_feed(name, source, since) as delivery:
        records = sum(batch.num_rows for batch in delivery.batches()) if delivery.columns else 0
        would = f"{records:,} record(s)" if records else "nothing new"
        return Trial(name, True, source.entity, tuple(delivery.columns), since, delivery.watermark(), would)


def _is_read_whole(source: SourceSettings) -> bool:
    """Whether a feed is read whole each time; a topic never is."""
    return source.kafka is None and getattr(source.feed, "watermark", None) is None


def _files(name: str, source: SourceSettings, settings: Settings, loads: list[ledger.Load]) -> Trial:
    """Local files are compared by their content; of those of a store only one is fetched, to see what is in it."""
    columns: dict[str, None] = {}
    entity: str | None = source.entity
    hashes, versions = {load.content_hash for load in loads}, {(load.uri, load.watermark) for load in loads}
    new = known = 0
    for item in given_paths(source.paths, name, source):
        is_known = isinstance(item, Remote) and (item.file.url, item.file.version) in versions
        if isinstance(item, Given) or not columns:
            with fetched(item, settings) as file:
                found = file.delivery
                entity = detect(found.columns, found.sample(), found.name, name, source).entity
                columns |= dict.fromkeys(found.columns)
                is_known = is_known or found.content_hash in hashes
        known, new = known + is_known, new + (not is_known)
    would = f"{new:,} new file(s)" if new else "nothing new"
    return Trial(name, True, entity, tuple(columns), would_land=f"{would}, {known:,} landed before" if known else would)
