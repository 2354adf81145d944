"""The ways into Regulars as its users take them: the console script in a process, the same words in this process, and
DuckDB on what was published.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from regulars.catalog import DURABLE_TABLES, RAW_COLUMNS
from regulars.cli import main
from regulars.engines.duckdb_session import DuckDBSession
from regulars.engines.postgres import PostgresEngine

SCRIPT = Path(sys.executable).with_name("regulars")

# What the wall clock wrote, and which publication a run was compared with, for one after a kill has another before it:
# the only columns that two runs of the same input may differ in.
_CLOCK = (
    *("_loaded_at", "started_at", "finished_at", "decided_at", "run_id", "compared_with", "restated_by"),
    *("measured_at", "measured_at_shop", "checked_at", "published_before", "published_load_id"),
)
_WITHOUT_CLOCK = {"payload": """regexp_replace(payload, '"_loaded_at":"[^"]*"', '')"""}
# Where the last resolution stopped, for the next one to skip what it has seen: not data.
_BOOKMARKS = ("identity.resolution",)
# Of `ops` a PostgreSQL warehouse has more: what the embedded one keeps in files, and what that has no need of.
_OPS_OF_EVERY_ENGINE = {table.name for table in DURABLE_TABLES if table.schema == "ops"} - {RAW_COLUMNS.name}


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    exit_code: int
    output: str
    errors: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What a command with --json printed."""
        rows: list[dict[str, Any]] = json.loads(self.output)
        return rows


def process(*words: str, folder: Path, patience: int = 300) -> Outcome:
    """Runs the console script in a process of its own."""
    done = subprocess.run(
        [str(SCRIPT), *words],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=patience,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def command(*words: str, folder: Path) -> Outcome:
    """Runs the same words through the console script's function, in this process, where dbt is warm."""
    output, errors, code = io.StringIO(), io.StringIO(), 0
    with (
        chdir(folder),
        redirect_stdout(output),
        redirect_stderr(errors),
        mock.patch.object(sys, "argv", ["regulars", *words]),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    return Outcome(code, output.getvalue(), errors.getvalue())


@contextmanager
def opened(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse's file, read only."""
    connection = duckdb.connect(str(file), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def ask(file: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on a warehouse's file."""
    with opened(file) as connection:
        return connection.execute(sql).fetchall()


def contents(file: Path, *schemas: str) -> dict[str, tuple[int, int]]:
    """Per table its number of rows and a hash over all of them, in no order, without what the clock wrote."""
    found = {}
    with opened(file) as connection:
        tables = connection.execute(
            "select table_schema, table_name, list(column_name order by ordinal_position)"
            " from information_schema.columns where list_contains($1, table_schema) group by all order by all",
            [list(schemas)],
        ).fetchall()
        for schema, table, columns in tables:
            if f"{schema}.{table}" in _BOOKMARKS:
                continue
            row = ", ".join(_WITHOUT_CLOCK.get(column, f'"{column}"') for column in columns if column not in _CLOCK)
            (counted,) = connection.execute(
                f'select count(*), coalesce(sum(cast(hash(row({row})) as hugeint)), 0) from "{schema}"."{table}"'
            ).fetchall()
            found[f"{schema}.{table}"] = counted
    return found


def different(left: dict[str, tuple[int, int]], right: dict[str, tuple[int, int]]) -> list[str]:
    """The tables that two contents do not have alike."""
    return sorted(table for table in left.keys() | right.keys() if left.get(table) != right.get(table))


def marts(warehouse: Path) -> dict[str, tuple[int, int]]:
    """Contents of all that a run publishes, ledgers left out.

    On the way there a run also looks at the date that was live before it, to see what it restates: what lies in between
    goes by that.
    """
    return contents(warehouse / "live.duckdb", "marts", "learned", "settings")


def durable(warehouse: Path) -> dict[str, tuple[int, int]]:
    """Contents of all that was landed and resolved."""
    return contents(warehouse / "durable.duckdb", "raw", "staging", "identity", "ops")


def durable_on_postgres(url: str, file: Path) -> dict[str, tuple[int, int]]:
    """The same of a PostgreSQL warehouse, without the tables that others do not have; its copy is left in the file."""
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection, PostgresEngine(url).durable() as session:
        copy = DuckDBSession(connection)
        tables = session.query(
            "select schemaname || '.\"' || name || '\"' from (select schemaname, tablename as name from pg_tables"
            " union all select schemaname, viewname from pg_views) as named"
            " where schemaname in ('raw', 'staging', 'identity', 'ops') order by 1"
        )
        for table in tables.column(0).to_pylist():
            copy.replace(table, session.stream(f"select * from {table}"))
    found = contents(file, "raw", "staging", "identity", "ops")
    return {
        table: counted
        for table, counted in found.items()
        if not table.startswith("ops.") or table in _OPS_OF_EVERY_ENGINE
    }


def unaccounted(warehouse: Path) -> list[tuple[Any, ...]]:
    """Loads of which a row is lost or counted twice; the ledger and the tables themselves must agree."""
    return ask(
        warehouse / "durable.duckdb",
        """
        select load_id, uri, rows, staged, rejected, duplicates, in_staging, set_aside
        from ops.loads
        left join (
            select _load_id as load_id, count(*) as in_staging from (
                select _load_id from staging.orders union all select _load_id from staging.customer_records
                union all select _load_id from staging.order_lines union all select _load_id from staging.events
            ) as staged group by all
        ) as counted using (load_id)
        left join (
            select load_id, count(*) as set_aside from staging.rejected_rows group by all
        ) as refused using (load_id)
        where status = 'landed' and (
            rows <> staged + rejected + duplicates + coalesce(forgotten, 0)
            or staged <> coalesce(in_staging, 0) or rejected <> coalesce(set_aside, 0)
        )
        """,
    )
