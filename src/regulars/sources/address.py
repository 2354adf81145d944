"""Where a source is, in words that anybody may read: without user, password and parameters."""

from __future__ import annotations

from regulars.source_settings import (
    DltSettings,
    KafkaSettings,
    MongoSettings,
    RestSettings,
    SourceSettings,
    SqlSettings,
)
from regulars.sources.remote import is_url, without_secrets


def address(source: SourceSettings) -> str:
    """The files of a source, or the server and what is read of it; an address from a variable is shown as env:NAME."""
    feed = source.feed
    if isinstance(feed, SqlSettings):
        return f"{_server(feed.url)}#{feed.table or 'query'}"
    if isinstance(feed, MongoSettings):
        return f"{_server(feed.url)}/{feed.database}.{feed.collection}"
    if isinstance(feed, RestSettings):
        return _plain(feed.url)
    if isinstance(feed, KafkaSettings):
        return f"kafka://{feed.servers}/{feed.topic}"
    if isinstance(feed, DltSettings):
        return f"dlt {feed.resource}"
    if source.table is not None:
        return f"table {source.table}"
    return ", ".join(without_secrets(path) if is_url(path) else path for path in source.paths)


def _plain(url: str) -> str:
    if url.startswith("env:"):
        return url
    scheme, separator, rest = url.partition("://")
    # A password may hold any sign, also a slash or a question mark that nobody escaped: what stands behind is shown.
    rest = rest.rpartition("@")[2]
    return f"{scheme}{separator}{rest.partition('?')[0]}"


def _server(url: str) -> str:
    return _plain(url).rstrip("/")
