"""The run journal: runs, their stages and progress, readable by anyone while a run is going on.

What must outlive publishing and be written at any time lies beside it: API keys and who asked (`access_records.py`).

In an embedded warehouse it is SQLite in WAL mode, because a DuckDB file that is being written cannot be read by another
process; a database keeps it itself (`postgres_journal.py`). It is also the only place, with the ledger of loads, that
reads the clock.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from regulars.errors import WarehouseError

_SCHEMA = """
create table if not exists runs (
  run_id text primary key, command text not null, process_id integer not null, status text not null,
  started_at text not null, finished_at text, error text
);
create table if not exists run_stages (
  run_id text not null, position integer not null, stage text not null, status text not null,
  started_at text not null, finished_at text, seconds real, progress text, summary text,
  primary key (run_id, position)
);
create table if not exists api_keys (
  key_id text primary key, name text not null, role text not null, secret_hash text not null, created_at text not null,
  expires_at text, last_used_at text, revoked_at text
);
create table if not exists access (
  number integer primary key autoincrement, happened_at text not null, key_name text, method text not null,
  route text not null, status integer not null, address text not null
);
create table if not exists exports (
  export_id text primary key, name text not null, status text not null, format text not null, path text not null,
  exported_by text not null, run_id text, as_of text, selection text not null, consent text not null,
  control_share real not null, seed text not null, exported integer, held_back integer, left_out text, bytes integer,
  sha256 text, started_at text not null, finished_at text, error text, machine text not null, process text not null
);
create table if not exists export_members (
  export_id text not null, part integer not null, lowest_id integer not null, highest_id integer not null,
  members blob not null, primary key (export_id, part)
);
"""
# Which table a query reads: one that an older version never made is empty.
_READ = re.compile(r"\bfrom ops\.(\w+)")


def ledger_time() -> dt.datetime:
    """Now, in UTC without a zone, to the millisecond: for ledgers only."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


Statement: TypeAlias = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class RunRecord:
    """One row of the journal's runs."""

    run_id: str
    command: str
    process_id: int
    status: str
    started_at: str
    finished_at: str | None
    error: str | None


class Journal(ABC):
    """What is noted of runs; every call is its own transaction. The SQL is of every database that keeps a journal."""

    # What tells two runs of the same millisecond apart.
    newest_first = "started_at desc, number desc"

    def start_run(self, command: str) -> str:
        """Opens a run and returns its id: its start and four random letters."""
        started = ledger_time()
        run_id = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
        self.write(
            (
                "update ops.runs set status = 'interrupted', error = 'The process ended without a word.'"
                " where status = 'running'",
                (),
            ),
            ("update ops.run_stages set status = 'interrupted' where status = 'running'", ()),
            (
                "insert into ops.runs (run_id, command, process_id, status, started_at)"
                " values ($1, $2, $3, 'running', $4)",
                (run_id, command, os.getpid(), started),
            ),
        )
        return run_id

    def finish_run(self, run_id: str, status: str, error: str | None = None) -> None:
        """Closes a run as `done` or `failed`."""
        self.write(
            (
                "update ops.runs set status = $1, finished_at = $2, error = $3 where run_id = $4",
                (status, ledger_time(), error, run_id),
            )
        )

    def forget_run(self, run_id: str) -> None:
        """Takes a run out that came to nothing, so that one which looks every few seconds does not fill the journal."""
        self.write(
            ("delete from ops.run_stages where run_id = $1", (run_id,)),
            ("delete from ops.runs where run_id = $1", (run_id,)),
        )

    def start_stage(self, run_id: str, position: int, stage: str) -> None:
        """Opens a stage of a run."""
        self.write(
            ("delete from ops.run_stages where run_id = $1 and position = $2", (run_id, position)),
            (
                "insert into ops.run_stages (run_id, position, stage, status, started_at)"
                " values ($1, $2, $3, 'running', $4)",
                (run_id, position, stage, ledger_time()),
            ),
        )

    def progress(self, run_id: str, position: int, words: str) -> None:
        """Says how far a stage is."""
        self.write(
            ("update ops.run_stages set progress = $1 where run_id = $2 and position = $3", (words, run_id, position))
        )

    def finish_stage(self, run_id: str, position: int, status: str, seconds: float, summary: str) -> None:
        """Closes a stage as `done` or `failed` with one line of what it did."""
        self.write(
            (
                "update ops.run_stages set status = $1, finished_at = $2, seconds = $3, summary = $4, progress = null"
                " where run_id = $5 and position = $6",
                (status, ledger_time(), round(seconds, 3), summary, run_id, position),
            )
        )

    def running(self) -> RunRecord | None:
        """The newest run that says it is going on, whether or not its process still lives."""
        return self._newest("where status = 'running'")

    def latest(self) -> RunRecord | None:
        """The newest run."""
        return self._newest("")

    def runs_table(self, limit: int = 1000) -> pa.Table:
        """The newest runs as Arrow, newest first."""
        columns = ", ".join(_RUNS.names)
        sql = f"select {columns} from ops.runs order by {self.newest_first} limit $1"
        return self.read(sql, (limit,), _RUNS)

    def stages_table(self, run_id: str | None = None, limit: int = 10_000) -> pa.Table:
        """The stages of one run, or of the newest runs, as Arrow."""
        where, params = ("where run_id = $2", (limit, run_id)) if run_id else ("", (limit,))
        columns = ", ".join(_STAGES.names)
        sql = f"select {columns} from ops.run_stages {where} order by started_at desc, position desc limit $1"
        return self.read(sql, params, _STAGES)

    def redact(self, hidden: Callable[[str], str]) -> int:
        """Passes every text of the journal through `hidden` and keeps what comes of it; returns how many changed."""
        changes: list[Statement] = []
        for run in self.runs_table(limit=2**31 - 1).to_pylist():
            texts = tuple(run[name] and hidden(run[name]) for name in ("command", "error"))
            if texts != (run["command"], run["error"]):
                changes.append(
                    ("update ops.runs set command = $1, error = $2 where run_id = $3", (*texts, run["run_id"]))
                )
        for stage in self.stages_table(limit=2**31 - 1).to_pylist():
            texts = tuple(stage[name] and hidden(stage[name]) for name in ("progress", "summary"))
            if texts != (stage["progress"], stage["summary"]):
                where = (stage["run_id"], stage["position"])
                sql = "update ops.run_stages set progress = $1, summary = $2 where run_id = $3 and position = $4"
                changes.append((sql, (*texts, *where)))
        for entry in self.read(f"select {', '.join(_EXPORTS.names)} from ops.exports", (), _EXPORTS).to_pylist():
            texts = tuple(value and hidden(value) for value in entry.values())
            if texts != tuple(entry.values()):
                listed = ", ".join(f"{name} = ${place}" for place, name in enumerate(_EXPORTS.names[1:], start=2))
                changes.append((f"update ops.exports set {listed} where export_id = $1", texts))
        if changes:
            self.write(*changes)
            self.compact()
        return len(changes)

    def compact(self) -> None:
        """Takes the bytes of what was changed or deleted out of the journal's own file, where it has one."""
        return None

    def _newest(self, where: str) -> RunRecord | None:
        columns = ", ".join(_RUNS.names)
        sql = f"select {columns} from ops.runs {where} order by {self.newest_first} limit 1"
        found = self.read(sql, (), _RUNS).to_pylist()
        return RunRecord(**{name: _text(value) for name, value in found[0].items()}) if found else None

    @abstractmethod
    def make_ready(self) -> None:
        """Makes what the ledgers of this version need, where the journal is of an older one."""

    @abstractmethod
    def write(self, *statements: Statement) -> None:
        """Runs the statements in one transaction: tables are written `ops.x`, parameters $1, $2, …"""

    @abstractmethod
    def read(self, sql: str, params: Sequence[Any], schema: pa.Schema) -> pa.Table:
        """The result of a query of one table; no row where there is no such table yet."""


class FileJournal(Journal):
    """The journal of an embedded warehouse, in a file of its own."""

    newest_first = "started_at desc, rowid desc"

    def __init__(self, path: Path) -> None:
        self.path = path

    def make_ready(self) -> None:
        """Nothing: what is missing is made whenever something is written."""

    def write(self, *statements: Statement) -> None:
        """Runs the statements in one transaction."""
        with self._connection() as connection:
            for sql, params in statements:
                connection.execute(sql.replace("ops.", ""), _named([_text(value) for value in params]))

    def read(self, sql: str, params: Sequence[Any], schema: pa.Schema) -> pa.Table:
        """The result of a query of one table."""
        if not self.path.exists():
            return schema.empty_table()
        with self._connection(prepare=False) as connection:
            present = {name for (name,) in connection.execute("select name from sqlite_master")}
            if not present.issuperset(tables_read(sql)):
                return schema.empty_table()
            statement, values = sql.replace("ops.", ""), _named([_text(value) for value in params])
            rows = connection.execute(statement, values).fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
        times = {index for index, field in enumerate(schema) if pa.types.is_timestamp(field.type)}
        arrays = [
            pa.array(
                [dt.datetime.fromisoformat(v) if v else None for v in column] if index in times else column, field.type
            )
            for index, (column, field) in enumerate(zip(columns, schema, strict=True))
        ]
        return pa.Table.from_arrays(arrays, schema=schema)

    def compact(self) -> None:
        """Writes the file anew and empties the log beside it."""
        with self._connection() as connection:
            connection.execute("pragma secure_delete = on")
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
        finally:
            connection.close()

    @contextmanager
    def _connection(self, *, prepare: bool = True) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            if prepare:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=30)
            if prepare:
                connection.execute("pragma journal_mode = wal")
                connection.executescript(_SCHEMA)
            with connection:
                yield connection
        except (sqlite3.Error, OSError) as error:
            raise WarehouseError(
                f"The run journal {self.path} cannot be used: {error}."
                " Free disk space, or mend the folder's permissions."
            ) from None
        finally:
            if connection is not None:
                connection.close()


def tables_read(sql: str) -> list[str]:
    """The tables of `ops` that a query reads, without their schema."""
    return _READ.findall(sql)


def _named(params: Sequence[Any]) -> dict[str, Any]:
    return {str(place): value for place, value in enumerate(params, start=1)}


def _text(value: Any) -> Any:
    return value.isoformat(sep=" ", timespec="milliseconds") if isinstance(value, dt.datetime) else value


_MOMENT = pa.timestamp("us")
_RUNS = pa.schema(
    [
        ("run_id", pa.string()),
        ("command", pa.string()),
        ("process_id", pa.int64()),
        ("status", pa.string()),
        ("started_at", _MOMENT),
        ("finished_at", _MOMENT),
        ("error", pa.string()),
    ]
)
# What somebody chose of an export.
_EXPORTS = pa.schema(
    [(name, pa.string()) for name in ("export_id", "name", "path", "exported_by", "selection", "seed", "error")]
)
_STAGES = pa.schema(
    [
        ("run_id", pa.string()),
        ("position", pa.int64()),
        ("stage", pa.string()),
        ("status", pa.string()),
        ("started_at", _MOMENT),
        ("finished_at", _MOMENT),
        ("seconds", pa.float64()),
        ("progress", pa.string()),
        ("summary", pa.string()),
    ]
)
