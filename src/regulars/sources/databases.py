"""What reading a SQL database needs of each kind of database, and how its failures are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

import pyarrow as pa
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from regulars.errors import SettingsError, SourceUnreachable
from regulars.source_settings import SqlSettings, secret
from regulars.sources.typed_watermark import Mark


class Database(Protocol):
    """An open database with one table or query to read."""

    def columns(self) -> list[str]:
        """Its columns."""
        ...

    def kind(self, column: str) -> type[Mark] | None:
        """The type of a column that can be a watermark; None when it holds nothing yet."""
        ...

    def rows(self, lowest: Mark | None) -> Iterator[pa.RecordBatch]:
        """The rows from a watermark on, and those without one, in its order; streamed."""
        ...

    def last(self, batch: pa.RecordBatch) -> Mark | None:
        """The highest watermark of a batch that `rows` gave."""
        ...

    def newest(self) -> Mark | None:
        """The highest watermark of the table."""
        ...

    def count(self, above: Mark | None) -> int:
        """The number of rows past a watermark, or of all."""
        ...


@dataclass(frozen=True)
class Place:
    """Where a source's table lies, in words that hold no secret."""

    source: str
    settings: SqlSettings
    url: URL

    @classmethod
    def of(cls, source: str, settings: SqlSettings) -> Place:
        """The place that the settings name.

        Raises:
            SettingsError: The URL is none.
        """
        try:
            return cls(source, settings, make_url(secret(settings.url)))
        except (ArgumentError, ValueError):
            raise SettingsError(
                f"The url of source {source} is none that a database has."
                " Write it as postgresql://user:password@host:5432/database, or env:NAME."
            ) from None

    @property
    def server(self) -> str:
        """The server, or the file."""
        if self.url.host is None:
            return str(self.url.query.get("host") or self.url.database or self.url.drivername)
        return f"{self.url.host}:{self.url.port}" if self.url.port else self.url.host

    @property
    def uri(self) -> str:
        """For the ledger: server, database and table, without user, password and options."""
        plain = URL.create(self.url.drivername, host=self.url.host, port=self.url.port, database=self.url.database)
        return f"{plain.render_as_string()}#{self.settings.table or 'query'}"

    def unreachable(self, error: Exception) -> SourceUnreachable:
        """The database does not let us in."""
        return SourceUnreachable(
            f"Source {self.source}: the database at {self.server} does not answer: {self.plain(error)}."
            " Check that it runs, and the host, user and password of its url."
        )

    def broke_off(self, error: Exception) -> SourceUnreachable:
        """The connection was lost while rows came."""
        return SourceUnreachable(
            f"Source {self.source}: the connection to {self.server} broke off: {self.plain(error)}."
            " Nothing of this reading was kept; run again."
        )

    def refused(self, error: Exception) -> SettingsError:
        """The database does not run the query."""
        what = f"table {self.settings.table}" if self.settings.table else "query"
        return SettingsError(
            f"Source {self.source}: the database at {self.server} cannot read the {what}: {self.plain(error)}."
            " Mend the settings, or grant its user select."
        )

    def no_table(self, tables: list[str]) -> SettingsError:
        """There is no such table."""
        table = str(self.settings.table)
        return SettingsError(
            f"Source {self.source}: there is no table {table} in {self.server}.{_near(table, tables)}"
            f" {_listed('table', tables)}"
        )

    def no_column(self, columns: list[str]) -> SettingsError:
        """The watermark is no column."""
        column = str(self.settings.watermark)
        return SettingsError(
            f"Source {self.source}: there is no column {column} for the watermark.{_near(column, columns)}"
            f" {_listed('column', columns)}"
        )

    def plain(self, error: Exception) -> str:
        """The first line of what a driver says, without the password."""
        text = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        secrets = [self.url.password, *(v for k, v in self.url.query.items() if "pass" in k.lower())]
        for word in secrets:
            if word:
                text = text.replace(str(word), "***")
        return text.partition(" SQLSTATE:")[0].strip().rstrip(".")


def _near(name: str, names: list[str]) -> str:
    plain = {known.lower(): known for known in names}
    near = get_close_matches(name.lower(), plain, n=1)
    return f" Did you mean {plain[near[0]]}?" if near else ""


def _listed(what: str, names: list[str]) -> str:
    if not names:
        return f"It has no {what}s that this user can see."
    more = f" and {len(names) - 30} more" if len(names) > 30 else ""
    return f"Its {what}s: {', '.join(names[:30])}{more}."
