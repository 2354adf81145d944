"""What the rest of Regulars may ask of a warehouse; the engines beside this file are the only code that knows a driver.

Everything is Arrow in and Arrow out. SQL parameters are written $1, $2, …
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pyarrow as pa

from regulars.engines.journal import Journal
from regulars.errors import SettingsError
from regulars.settings import Settings

Rows: TypeAlias = pa.Table | pa.RecordBatchReader


class Session(Protocol):
    """One open connection to the durable, the building or the live warehouse."""

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

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing: commits at the end of the block, rolls back on an error."""
        ...


class Engine(Protocol):
    """A warehouse: durable schemas, a build in flight, the live state that readers see, a lock and a journal.

    `query_errors` are what the driver raises for SQL that it cannot run; `scratch_folder` is where a run that holds the
    lock may keep files while it goes on.
    """

    kind: str
    location: str
    journal: Journal
    models_folder: Path
    scratch_folder: Path
    query_errors: tuple[type[Exception], ...]

    def prepare(self) -> None:
        """Makes what is missing of the durable side; harmless when all is there."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Holds the warehouse for one run; raises LockedError when another run has it."""
        ...

    def durable(self) -> AbstractContextManager[Session]:
        """The durable schemas, writable."""
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

    def workbench(self) -> AbstractContextManager[Engine]:
        """An engine in a temporary place whose durable side is the live warehouse: builds in it disturb nobody."""
        ...

    def bring_home(self) -> Engine:
        """The engine that readers are served from, with the finished tables in its build: itself, but for Spark."""
        ...

    def publish(self) -> None:
        """Puts the finished build in the place of the live one in one atomic step."""
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
    """The engine that `settings.warehouse` names: a folder for embedded DuckDB, or a master of Spark.

    Raises:
        SettingsError: The warehouse is a URL of a kind that no engine serves.
    """
    from regulars.engines.duckdb import DuckDBEngine

    scheme, separator, rest = settings.warehouse.partition("://")
    if (separator and scheme in ("spark", "sc")) or scheme.startswith("local["):
        from regulars.engines.spark import open_spark

        home = settings.model_copy(update={"warehouse": settings.spark.serving})
        return open_spark(settings, open_engine(home))
    if separator and scheme != "duckdb":
        raise SettingsError(f"No engine serves {scheme}://. Give `warehouse` a folder, such as `warehouse`.")
    folder = Path(rest if separator else settings.warehouse)
    return DuckDBEngine(folder, threads=settings.threads, memory_limit=settings.memory_limit)
