"""What the rest of Regulars may ask of a warehouse; the engines beside this file are the only code that knows a driver.

Everything is Arrow in and Arrow out. SQL parameters are written $1, $2, …
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pyarrow as pa

from regulars.engines.access_records import AccessRecords
from regulars.engines.journal import Journal
from regulars.errors import RegularsError, SettingsError
from regulars.settings import Settings
from regulars.source_settings import secret

Rows: TypeAlias = pa.Table | pa.RecordBatchReader


class Session(Protocol):
    """One open connection to the durable, the building or the live warehouse.

    `dialect` is whose SQL it speaks beyond what all warehouses do: `duckdb`, `postgres`.
    """

    dialect: str

    def query(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        """The whole result of a query that is known to be small."""
        ...

    def stream(self, sql: str, params: Sequence[Any] = (), batch_rows: int = 122_880) -> pa.RecordBatchReader:
        """The result of a query of any size, batch by batch; read it to its end before the next statement."""
        ...

    def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """A statement without a result."""
        ...

    def append(self, table: str, data: Rows) -> int:
        """Adds rows to an existing table, columns matched by name, and returns their number."""
        ...

    def replace(self, table: str, data: Rows) -> int:
        """Makes the table anew from these rows and returns their number."""
        ...

    def columns(self, table: str) -> list[str]:
        """The table's column names; empty when there is no such table."""
        ...

    def tables(self) -> pa.Table:
        """Every table and view of the session's own schemas, as (schema, table_name), sorted."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing: commits at the end of the block, rolls back on an error."""
        ...


class Engine(Protocol):
    """A warehouse: durable schemas, a build in flight, the live state that readers see, a lock and a journal.

    `scratch_folder` is where a run that holds the lock may keep files while it goes on.
    """

    kind: str
    location: str
    journal: Journal
    access: AccessRecords
    models_folder: Path
    scratch_folder: Path

    @property
    def query_errors(self) -> tuple[type[Exception], ...]:
        """What the driver raises for SQL that it cannot run."""
        ...

    def prepare(self) -> None:
        """Makes what is missing of the durable side; harmless when all is there."""
        ...

    def set_up(self) -> list[str]:
        """Makes the warehouse ready for those who will work with it, once or again, and says what it did."""
        ...

    def set_up_sql(self) -> str:
        """What `set_up` does as SQL, for somebody who may do more than we; touches nothing."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Holds the warehouse for one run; raises LockedError when another run has it."""
        ...

    def durable(self) -> AbstractContextManager[Session]:
        """The durable schemas, writable."""
        ...

    def mapped_tables(self, durable: Session) -> AbstractContextManager[Session]:
        """Where tables that are mapped where they lie are read: the durable session itself, but for Spark."""
        ...

    def show_mapped(self, durable: Session, tables: Session, selections: Mapping[str, Sequence[str]]) -> None:
        """Has the views of what is known show the rows of mapped tables besides those that landed.

        Args:
            durable: The durable side, in a transaction.
            tables: The session of `mapped_tables`.
            selections: Queries of mapped rows in the shape of staging, by entity; none of an entity = what landed.
        """
        ...

    def build(self, *, fresh: bool = False) -> AbstractContextManager[Session]:
        """The build in flight, with the durable schemas readable as `durable`; `fresh` starts a new one."""
        ...

    def has_build(self) -> bool:
        """Whether a build is in flight."""
        ...

    def live(self) -> AbstractContextManager[Session]:
        """The published warehouse, read only, tables found without their schema."""
        ...

    def has_live(self) -> bool:
        """Whether anything was ever published."""
        ...

    def live_state(self) -> str | None:
        """What changes with every publication and costs next to nothing to ask; None = nothing is published."""
        ...

    def readers(self, count: int) -> AbstractContextManager[Sequence[Session]]:
        """Sessions as `live` gives them, all on one publication and each for one thread at a time.

        They see that publication to their end, whatever is published meanwhile.
        """
        ...

    def workbench(self, tables: Sequence[str] = ()) -> AbstractContextManager[Engine]:
        """An engine in a temporary place whose durable side has these tables of the live warehouse, or all of them.

        Builds in it disturb nobody.
        """
        ...

    def complete(self, build: Session) -> None:
        """The last touch before publishing, which can be repeated.

        What looks at the durable side goes, as readers see the published tables alone; the rows of all tables are
        counted in `ops.row_counts`; and the tables are made quick to search.
        """
        ...

    def keep_models(self, run_id: str) -> None:
        """Puts the models that a run saved in `models_folder` where all who use the warehouse can reach them."""
        ...

    def forget_models(self, known: Sequence[str]) -> None:
        """Removes the copies that `keep_models` made of all models but these, which the registry knows by folder."""
        ...

    def model(self, folder: str) -> Path:
        """The folder on this machine of a published model, which the registry calls `folder`."""
        ...

    def bring_home(self) -> Engine:
        """The engine that readers are served from, with the finished tables in its build: itself, but for Spark."""
        ...

    def kept_away(self) -> Sequence[str]:
        """The tables of a build that are not brought home, so that readers are not served them: none, but on Spark."""
        ...

    def publish(self) -> None:
        """Puts the finished build in the place of the live one in one atomic step."""
        ...

    def scrub(self) -> list[str]:
        """Takes the bytes of deleted rows out of all that the warehouse keeps, and says what it did; can be repeated.

        Nobody else writes meanwhile. What was left by runs that were killed goes too.
        """
        ...

    def folders(self) -> list[Path]:
        """The folders of this machine in which the warehouse keeps anything."""
        ...

    def problem(self, words: str) -> RegularsError | None:
        """What a message of dbt's driver says of the warehouse: gone, full, closed to us; None = of the statement."""
        ...

    def dbt_environment(self) -> Mapping[str, str]:
        """The variables that dbt's profile reads."""
        ...

    def dbt_session(self) -> AbstractContextManager[None]:
        """Held while dbt works on the build."""
        ...

    @property
    def dbt_target(self) -> str:
        """The target of dbt's profile."""
        ...

    @property
    def dbt_folder(self) -> Path:
        """Where dbt keeps its parsed project and its log."""
        ...


def open_engine(settings: Settings) -> Engine:
    """The engine that `settings.warehouse` names: a folder for embedded DuckDB, a URL for a database or for Spark.

    `env:NAME` stands for what the variable NAME holds, so that no password need stand in a file.

    Raises:
        SettingsError: The warehouse is a URL of a kind that no engine serves.
    """
    warehouse = secret(settings.warehouse)
    scheme, separator, rest = warehouse.partition("://")
    if separator and scheme in ("postgresql", "postgres"):
        from regulars.engines.postgres import PostgresEngine

        return PostgresEngine(warehouse)
    from regulars.engines.duckdb import DuckDBEngine

    if (separator and scheme in ("spark", "sc")) or scheme.startswith("local["):
        from regulars.engines.spark import open_spark

        return open_spark(settings, open_engine(settings.model_copy(update={"warehouse": settings.spark.serving})))
    if separator and scheme != "duckdb":
        raise SettingsError(
            f"No engine serves {scheme}://. Give `warehouse` a folder, such as `warehouse`, or"
            " postgresql://user:password@host/database."
        )
    folder = Path(rest if separator else warehouse)
    return DuckDBEngine(folder, threads=settings.threads, memory_limit=settings.memory_limit)
