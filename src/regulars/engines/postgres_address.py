"""Where a PostgreSQL warehouse is: its URL taken apart, in words that hold no secret and as drivers want it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from regulars.dbt_parsed import user_cache
from regulars.errors import SettingsError

SCHEMES = ("postgresql", "postgres")
_WRITE_IT = "Write it as postgresql://user:password@host:5432/database."
# A server that is gone is noticed in two minutes at most, also while it works on a long statement.
_DEFAULTS = {
    "connect_timeout": "15",
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "6",
    "application_name": "regulars",
}


@dataclass(frozen=True)
class Address:
    """A database of a server and who comes to it; it prints without its password."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, url: str) -> Address:
        """The address that a URL names; what it leaves out is taken from PGUSER, PGPASSWORD and their like.

        Raises:
            SettingsError: It is no URL of a PostgreSQL database.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or int(os.environ.get("PGPORT", "5432"))
        except ValueError:
            raise SettingsError(f"`warehouse` is no URL of a database: its port is no number. {_WRITE_IT}") from None
        options = dict(parse_qsl(parts.query))
        database = unquote(parts.path.strip("/")) or os.environ.get("PGDATABASE", "")
        if parts.scheme not in SCHEMES or not database or "/" in parts.path.strip("/"):
            raise SettingsError(f"`warehouse` is no URL of a PostgreSQL database: it names no database. {_WRITE_IT}")
        return cls(
            host=unquote(parts.hostname or "") or options.pop("host", "") or os.environ.get("PGHOST", "localhost"),
            port=port,
            database=database,
            user=unquote(parts.username or "") or options.pop("user", "") or os.environ.get("PGUSER", ""),
            password=unquote(parts.password or "") or options.pop("password", "") or os.environ.get("PGPASSWORD", ""),
            options=options,
        )

    @property
    def location(self) -> str:
        """Server and database, for people: no user, no password, no options."""
        return f"postgresql://{self.host}:{self.port}/{self.database}"

    @property
    def uri(self) -> str:
        """What the driver connects by; it holds the password and goes nowhere else."""
        who = quote(self.user, safe="")
        if self.password:
            who += ":" + quote(self.password, safe="")
        # A host with slashes is the folder of a socket, which only the query can name.
        is_socket = self.host.startswith("/")
        options = _DEFAULTS | dict(self.options) | ({"host": self.host} if is_socket else {})
        host = "" if is_socket else f"[{self.host}]" if ":" in self.host else self.host
        place = f"{host}:{self.port}" if host else ""
        if is_socket:
            options["port"] = str(self.port)
        return (
            f"postgresql://{who + '@' if who else ''}{place}/{quote(self.database, safe='')}"
            f"?{urlencode(options, quote_via=quote)}"
        )

    @property
    def local_folder(self) -> Path:
        """Where this machine keeps what a run can make again: dbt's parsed project, files under way, models."""
        return user_cache() / re.sub(r"[^\w.-]+", "_", f"{self.host}-{self.port}-{self.database}")

    def plain(self, error: BaseException) -> str:
        """The first line of what a driver says, without the password."""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        text = lines[0] if lines else type(error).__name__
        for word in (self.password, quote(self.password, safe=""), self.options.get("sslpassword", "")):
            if word:
                text = text.replace(word, "***")
        # The driver's own words around the server's tell a user nothing.
        for prefix in ("[libpq] ", "ERROR:", "FATAL:"):
            text = text.rpartition(prefix)[2]
        return text.partition(" SQLSTATE:")[0].strip().rstrip(".")
