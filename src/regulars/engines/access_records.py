"""API keys and who asked, kept beside the run journal: written while a run goes on, and untouched by publishing.

Of a key the hash of its secret is kept, never the secret. Of a request the name of its key, method, route, status, time
and network are kept, never what was asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import NamedTuple

import pyarrow as pa

from regulars.engines.journal import Journal, Statement

# Rows in one statement: a database needs one round trip for them, and SQLite takes that many parameters.
_ROWS_AT_ONCE = 100


@dataclass(frozen=True)
class KeyRecord:
    """A key as it is stored; several of a name are one key and its predecessors in rotation."""

    key_id: str
    name: str
    role: str
    secret_hash: str
    created_at: dt.datetime
    expires_at: dt.datetime | None = None
    last_used_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None

    def is_valid(self, now: dt.datetime) -> bool:
        """Whether it opens anything at this time."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class AccessRow(NamedTuple):
    """One request that was answered; no key name = nobody was known by a key."""

    happened_at: dt.datetime
    key_name: str | None
    method: str
    route: str
    status: int
    address: str


class AccessRecords:
    """Keys and requests in the tables `ops.api_keys` and `ops.access`.

    Args:
        serving: Where the server reads keys and notes requests.
        keeping: The same place, reached with the right to give and take keys.
    """

    def __init__(self, serving: Journal, keeping: Journal) -> None:
        self._serving, self._keeping = serving, keeping

    def all_keys(self) -> list[KeyRecord]:
        """All keys that were ever given, oldest first."""
        sql = f"select {', '.join(_KEYS.names)} from ops.api_keys order by created_at, key_id"
        return [KeyRecord(**row) for row in self._serving.read(sql, (), _KEYS).to_pylist()]

    def add_key(self, key: KeyRecord, *, until: dt.datetime | None = None) -> None:
        """Stores a key; with `until`, those of its name that would be valid for longer end then, in the same step."""
        ending: Statement = (
            "update ops.api_keys set expires_at = $1"
            " where name = $2 and revoked_at is null and (expires_at is null or expires_at > $1)",
            (until, key.name),
        )
        places = ", ".join(f"${place}" for place in range(1, len(_KEYS) + 1))
        adding: Statement = (f"insert into ops.api_keys ({', '.join(_KEYS.names)}) values ({places})", astuple(key))
        self._keeping.write(*([ending] if until is not None else []), adding)

    def revoke(self, name: str, moment: dt.datetime) -> None:
        """Ends all keys of a name."""
        sql = "update ops.api_keys set revoked_at = $1 where name = $2 and revoked_at is null"
        self._keeping.write((sql, (moment, name)))

    def note(self, rows: Sequence[AccessRow], used: Mapping[str, dt.datetime]) -> None:
        """Adds requests, and the time of its last use to each key by its id, in one transaction."""
        uses = [
            ("update ops.api_keys set last_used_at = $1 where key_id = $2", (moment, key_id))
            for key_id, moment in sorted(used.items())
        ]
        self._serving.write(*_insertions(rows), *uses)

    def trim(self, before: dt.datetime, most: int) -> None:
        """Forgets requests from before a time, and the oldest of more than `most`."""
        self._serving.write(
            ("delete from ops.access where number <= (select max(number) from ops.access) - $1", (most,)),
            ("delete from ops.access where happened_at < $1", (before,)),
        )

    def access_table(self, limit: int = 10_000) -> pa.Table:
        """The newest requests as Arrow, newest first."""
        sql = f"select {', '.join(_ACCESS.names)} from ops.access order by number desc limit $1"
        return self._serving.read(sql, (limit,), _ACCESS)


def _insertions(rows: Sequence[AccessRow]) -> Iterator[Statement]:
    width = len(_ACCESS)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE]
        values = ", ".join(
            "(" + ", ".join(f"${place * width + column}" for column in range(1, width + 1)) + ")"
            for place in range(len(part))
        )
        sql = f"insert into ops.access ({', '.join(_ACCESS.names)}) values {values}"
        yield sql, tuple(value for row in part for value in row)


_MOMENT = pa.timestamp("us")
_KEYS = pa.schema([(field.name, _MOMENT if field.name.endswith("_at") else pa.string()) for field in fields(KeyRecord)])
_ACCESS = pa.schema(
    [
        ("happened_at", _MOMENT),
        ("key_name", pa.string()),
        ("method", pa.string()),
        ("route", pa.string()),
        ("status", pa.int64()),
        ("address", pa.string()),
    ]
)
