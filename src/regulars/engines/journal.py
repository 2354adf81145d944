"""The run journal: runs, their stages and progress, readable by anyone while a run is going on.

It is SQLite in WAL mode, because a DuckDB file that is being written cannot be read by another process. It is also the
only place, with the ledger of loads, that reads the clock.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
"""


def ledger_time() -> dt.datetime:
    """Now, in UTC without a zone, to the millisecond: for ledgers only."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


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


class Journal:
    """Writes and reads the journal's file; every call is its own transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def start_run(self, command: str) -> str:
        """Opens a run and returns its id: its start and four random letters."""
        started = ledger_time()
        run_id = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
        with self._connection() as connection:
            connection.execute(
                "update runs set status = 'interrupted', error = 'The process ended without a word.'"
                " where status = 'running'"
            )
            connection.execute("update run_stages set status = 'interrupted' where status = 'running'")
            connection.execute(
                "insert into runs values (?, ?, ?, 'running', ?, null, null)",
                (run_id, command, os.getpid(), _text(started)),
            )
        return run_id

    def finish_run(self, run_id: str, status: str, error: str | None = None) -> None:
        """Closes a run as `done` or `failed`."""
        with self._connection() as connection:
            connection.execute(
                "update runs set status = ?, finished_at = ?, error = ? where run_id = ?",
                (status, _text(ledger_time()), error, run_id),
            )

    def forget_run(self, run_id: str) -> None:
        """Takes a run out that came to nothing, so that one which looks every few seconds does not fill the journal."""
        with self._connection() as connection:
            connection.execute("delete from run_stages where run_id = ?", (run_id,))
            connection.execute("delete from runs where run_id = ?", (run_id,))

    def start_stage(self, run_id: str, position: int, stage: str) -> None:
        """Opens a stage of a run."""
        with self._connection() as connection:
            connection.execute(
                "insert or replace into run_stages values (?, ?, ?, 'running', ?, null, null, null, null)",
                (run_id, position, stage, _text(ledger_time())),
            )

    def progress(self, run_id: str, position: int, words: str) -> None:
        """Says how far a stage is."""
        with self._connection() as connection:
            connection.execute(
                "update run_stages set progress = ? where run_id = ? and position = ?", (words, run_id, position)
            )

    def finish_stage(self, run_id: str, position: int, status: str, seconds: float, summary: str) -> None:
        """Closes a stage as `done` or `failed` with one line of what it did."""
        with self._connection() as connection:
            connection.execute(
                "update run_stages set status = ?, finished_at = ?, seconds = ?, summary = ?, progress = null"
                " where run_id = ? and position = ?",
                (status, _text(ledger_time()), round(seconds, 3), summary, run_id, position),
            )

    def running(self) -> RunRecord | None:
        """The newest run that says it is going on, whether or not its process still lives."""
        found = self._runs("where status = 'running' order by started_at desc limit 1")
        return found[0] if found else None

    def latest(self) -> RunRecord | None:
        """The newest run."""
        found = self._runs("order by started_at desc, rowid desc limit 1")
        return found[0] if found else None

    def runs_table(self, limit: int = 1000) -> pa.Table:
        """The newest runs as Arrow, newest first."""
        return self._table("select * from runs order by started_at desc, rowid desc limit ?", (limit,), _RUNS)

    def stages_table(self, run_id: str | None = None, limit: int = 10_000) -> pa.Table:
        """The stages of one run, or of the newest runs, as Arrow."""
        where = "where run_id = ?" if run_id else "where ? is null"
        sql = f"select * from run_stages {where} order by started_at desc, position desc limit ?"
        return self._table(sql, (run_id, limit), _STAGES)

    def _runs(self, clause: str) -> list[RunRecord]:
        if not self.path.exists():
            return []
        with self._connection(prepare=False) as connection:
            return [RunRecord(*row) for row in connection.execute(f"select * from runs {clause}")]

    def _table(self, sql: str, params: tuple[object, ...], schema: pa.Schema) -> pa.Table:
        if not self.path.exists():
            return schema.empty_table()
        with self._connection(prepare=False) as connection:
            rows = connection.execute(sql, params).fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
        times = {index for index, field in enumerate(schema) if pa.types.is_timestamp(field.type)}
        arrays = [
            pa.array(
                [dt.datetime.fromisoformat(v) if v else None for v in column] if index in times else column, field.type
            )
            for index, (column, field) in enumerate(zip(columns, schema, strict=True))
        ]
        return pa.Table.from_arrays(arrays, schema=schema)

    @contextmanager
    def _connection(self, *, prepare: bool = True) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = sqlite3.connect(self.path, timeout=30)
            if prepare:
                connection.execute("pragma journal_mode = wal")
                connection.executescript(_SCHEMA)
            with connection:
                yield connection
        except sqlite3.Error as error:
            raise WarehouseError(
                f"The run journal {self.path} cannot be used: {error}."
                " Free disk space, or mend the folder's permissions."
            ) from None
        finally:
            if connection is not None:
                connection.close()


def _text(time: dt.datetime) -> str:
    return time.isoformat(sep=" ", timespec="milliseconds")


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
