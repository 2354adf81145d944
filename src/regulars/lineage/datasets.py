"""What a stage read and what it made: sources by their addresses, tables by where the warehouse is.

Names are those of OpenLineage's naming rules, so that what another program writes and we read is one dataset. Of a
table its columns are told, and its rows where somebody has counted them already; nothing is counted for this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from regulars import catalog
from regulars.dictionary import Entry, read_dictionary
from regulars.engines.base import Engine, Session

_READS: Mapping[str, tuple[str, ...]] = {
    "resolve": ("staging",),
    "build": ("staging", "identity"),
    "learn": ("marts",),
    "finish": ("marts", "learned"),
    "check": ("marts", "learned"),
}
_DURABLE = {"land": "staging", "resolve": "identity"}
_BUILT = {"build": "marts", "learn": "learned", "finish": "marts"}
_PUBLISHED = ("marts", "learned")


@dataclass(frozen=True)
class Column:
    """A column as a receiver is told of it."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Dataset:
    """A source or a table, by the name that OpenLineage gives it."""

    namespace: str
    name: str
    columns: tuple[Column, ...] = ()
    rows: int | None = None


class Datasets:
    """What the stages of one run read and make.

    Args:
        engine: The warehouse.
        since: When the run began: loads from then on are its own.
    """

    def __init__(self, engine: Engine, since: dt.datetime) -> None:
        self._engine, self._since = engine, since
        self._namespace, self._prefix = _place(engine.location)
        self._made: dict[str, dict[str, Dataset]] = {}
        self._meanings: Mapping[tuple[str, str], Entry] = {}
        self._sources: tuple[Dataset, ...] = ()

    def read_by(self, stage: str) -> tuple[Dataset, ...]:
        """What a stage reads that is about to begin: what the stages before it made, as far as this run knows them."""
        return tuple(each for schema in _READS.get(stage, ()) for each in self._made.get(schema, {}).values())

    def made_by(self, stage: str) -> tuple[tuple[Dataset, ...], tuple[Dataset, ...]]:
        """What a stage that is done has read beyond that, and what it has made."""
        if stage == "publish":
            with self._engine.live() as live:
                rows = live.query("select schema_name, table_name, rows from ops.row_counts").to_pylist()
                counts = {(row["schema_name"], row["table_name"]): row["rows"] for row in rows}
                found = [each for schema in _PUBLISHED for each in self._tables(live, schema, counts)]
            return (), tuple(found)
        if stage in _DURABLE:
            with self._engine.durable() as durable:
                self._sources = tuple(self._landed(durable)) if stage == "land" else self._sources
                return (self._sources if stage == "land" else ()), self._new(durable, _DURABLE[stage])
        if stage in _BUILT:
            with self._engine.build() as build:
                return (), self._new(build, _BUILT[stage])
        return (), ()

    @property
    def sources(self) -> tuple[Dataset, ...]:
        """What the run has landed."""
        return self._sources

    def _new(self, session: Session, schema: str) -> tuple[Dataset, ...]:
        known = self._made.get(schema, {})
        found = {each.name: each for each in self._tables(session, schema, {})}
        self._made[schema] = found
        return tuple(each for name, each in found.items() if name not in known)

    def _tables(self, session: Session, schema: str, counts: Mapping[tuple[str, str], int]) -> Iterator[Dataset]:
        if not self._meanings:
            self._meanings = {(entry.schema, entry.table): entry for entry in read_dictionary()}
        for row in session.tables().to_pylist():
            if row["schema"] != schema:
                continue
            table = row["table_name"]
            entry = self._meanings.get((schema, table))
            meanings = {column.name: column.meaning for column in entry.columns} if entry else {}
            shape = session.query(f"select * from {schema}.{table} limit 0").schema
            columns = tuple(Column(field.name, str(field.type), meanings.get(field.name, "")) for field in shape)
            yield Dataset(self._namespace, f"{self._prefix}{schema}.{table}", columns, counts.get((schema, table)))

    def _landed(self, durable: Session) -> Iterator[Dataset]:
        sql = (
            f"select uri, cast(sum(rows) as bigint) as rows from {catalog.LOADS.name}"
            " where started_at >= $1 and status in ('landed', 'mapped') and uri is not null group by uri order by uri"
        )
        for row in durable.query(sql, (self._since,)).to_pylist():
            yield source_at(row["uri"], row["rows"])


def source_at(uri: str, rows: int | None = None) -> Dataset:
    """The dataset that an address of the ledger names, without a user, a password or a query."""
    parts = urlsplit(uri)
    if "://" not in uri or parts.scheme == "file":
        return Dataset("file", str(Path(parts.path if parts.scheme == "file" else uri).absolute()), rows=rows)
    return Dataset(f"{parts.scheme}://{_host(parts.netloc)}", parts.path.strip("/") or "/", rows=rows)


def _place(location: str) -> tuple[str, str]:
    """The namespace of a warehouse's tables, and what their names begin with."""
    parts = urlsplit(location)
    if "://" not in location:
        return f"duckdb://{Path(location).absolute()}", ""
    scheme = "postgres" if parts.scheme in ("postgres", "postgresql") else parts.scheme
    database = parts.path.strip("/")
    return f"{scheme}://{_host(parts.netloc)}", f"{database}." if database else ""


def _host(netloc: str) -> str:
    return netloc.rpartition("@")[2]
