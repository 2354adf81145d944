"""What there is to land: files, files behind URLs, and feeds, each with the settings of the source it belongs to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regulars.settings import Settings
from regulars.source_settings import SourceSettings
from regulars.sources import Delivery, FileOptions, Mapping, detect, expand, likely_source, open_delivery
from regulars.sources.download import downloaded
from regulars.sources.remote import RemoteFile, expand_url, is_url


@dataclass(frozen=True)
class Given:
    """A delivery to land and the settings of the source it is known to belong to, if any."""

    delivery: Delivery
    source: str | None
    settings: SourceSettings


@dataclass(frozen=True)
class Remote:
    """A file of a store, which is fetched when its turn comes; so only one at a time needs room."""

    file: RemoteFile
    source: str | None
    settings: SourceSettings


@dataclass(frozen=True)
class Asked:
    """A source that is no file: it is asked for what is new since its last load."""

    source: str
    settings: SourceSettings


def given_sources(patterns: Sequence[str], settings: Settings) -> list[Given | Remote | Asked]:
    """The files behind patterns of the command line, or the settings' sources when no pattern is given."""
    found: list[Given | Remote | Asked] = []
    if patterns:
        return [*given_files(patterns, settings)]
    for name, source in settings.sources.items():
        # A table of the warehouse has nothing to land.
        if source.table is not None:
            continue
        found += [Asked(name, source)] if source.feed is not None else given_paths(source.paths, name, source)
    return found


def given_paths(patterns: Sequence[str], name: str, source: SourceSettings) -> list[Given | Remote]:
    """The files of a known source."""
    found: list[Given | Remote] = []
    for pattern in patterns:
        if is_url(pattern):
            found += [Remote(file, name, source) for file in expand_url(pattern, source.storage_options)]
    local = [pattern for pattern in patterns if not is_url(pattern)]
    options = FileOptions.of(source)
    return [*(Given(open_delivery(path, options), name, source) for path in expand(local)), *found]


def given_files(patterns: Sequence[str], settings: Settings) -> list[Given | Remote]:
    """The files behind patterns of the command line; what lets us into a store is then known to its package alone."""
    found: list[Given | Remote] = []
    for pattern in patterns:
        if is_url(pattern):
            found += [Remote(file, None, SourceSettings()) for file in expand_url(pattern)]
        else:
            found += [Given(_opened(path, settings), None, SourceSettings()) for path in expand([pattern])]
    return found


@contextmanager
def fetched(item: Given | Remote, settings: Settings, scratch: Path | None = None) -> Iterator[Given]:
    """A file that can be read; one of a store lies here while it is, and goes when the context ends.

    Raises:
        SourceUnreachable: The store does not give the file.
    """
    if isinstance(item, Given):
        yield item
        return
    with downloaded(item.file, scratch) as path:
        options = FileOptions.of(item.settings)
        delivery = open_delivery(path, options) if item.source else _opened(path, settings)
        delivery.uri, delivery.name = item.file.url, item.file.name
        delivery.watermark = lambda: item.file.version
        yield Given(delivery, item.source, item.settings)


@contextmanager
def emptied(scratch: Path) -> Iterator[Path]:
    """The folder for files that are needed for a while, without what a run left in it that was killed."""
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def mapped(item: Given, settings: Settings) -> tuple[Mapping, SourceSettings]:
    """A delivery's mapping; one given without its source's name takes the settings of the source it turns out to be."""
    delivery, sample = item.delivery, item.delivery.sample()
    if item.source is not None:
        return detect(delivery.columns, sample, delivery.name, item.source, item.settings), item.settings
    name = likely_source(delivery.columns)
    source_settings = settings.sources.get(name, item.settings)
    known = name if name in settings.sources else None
    return detect(delivery.columns, sample, delivery.name, known, source_settings), source_settings


def _opened(path: Path, settings: Settings) -> Delivery:
    """A file of the command line, read as the settings say of the source that its columns show it to belong to."""
    delivery = open_delivery(path)
    source = settings.sources.get(likely_source(delivery.columns))
    options = FileOptions.of(source) if source else FileOptions()
    return delivery if options == FileOptions() else open_delivery(path, options)
