"""The embedded warehouse: one folder, one writer, readers that never wait.

`durable.duckdb` holds what grows; a run builds `build.duckdb` beside `live.duckdb` and publishes by renaming it, so a
reader has the old file or the new one, whole. DuckDB lets one process write a file or many read it: only a run that
holds the lock opens the durable file, and readers open the live one read only.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from regulars import catalog
from regulars.engines.access_records import AccessRecords
from regulars.engines.base import Session
from regulars.engines.duckdb_completing import complete
from regulars.engines.duckdb_opening import opened
from regulars.engines.duckdb_scrubbing import clear_away, rewrite, take_the_place
from regulars.engines.duckdb_session import DuckDBSession, confine
from regulars.engines.journal import FileJournal, Journal
from regulars.engines.known import show_known
from regulars.errors import LockedError, SettingsError, WarehouseError

_DEFAULT_MEMORY = 4 * 10**9


class DuckDBEngine:
    """The Engine of a folder. Opening it touches nothing; `prepare` makes the folder."""

    kind = "duckdb"
    dbt_target = "duckdb"
    query_errors: tuple[type[Exception], ...] = (
        duckdb.ProgrammingError,
        duckdb.DataError,
        duckdb.NotSupportedError,
        duckdb.PermissionException,
    )

    def __init__(self, folder: Path, *, threads: int | None = None, memory_limit: str | None = None) -> None:
        self.folder = folder
        self.location = str(folder)
        self.journal: Journal = FileJournal(folder / "journal.sqlite")
        self.access = AccessRecords(self.journal, self.journal)
        self.models_folder = folder / "models"
        self.scratch_folder = folder / "scratch"
        # Absolute, because dbt takes a relative one from its project, which is inside the package.
        self.dbt_folder = folder.absolute() / "dbt"
        self._durable = folder / "durable.duckdb"
        self._build = folder / "build.duckdb"
        self._live = folder / "live.duckdb"
        self._config: dict[str, Any] = {
            "memory_limit": memory_limit or bounded_memory(),
            "temp_directory": str(folder / "spill"),
        }
        if threads:
            self._config["threads"] = threads

    def prepare(self) -> None:
        """Makes the folder, the durable file, its schemas and tables, and the columns that older tables lack."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(f"Cannot make the folder {self.folder}: {error.strerror}. Choose another.") from None
        with self.durable() as session, session.transaction():
            for schema in catalog.DURABLE_SCHEMAS:
                session.execute(f"create schema if not exists {schema}")
            for table in catalog.DURABLE_TABLES:
                columns = ", ".join(f"{name} {kind}" for name, kind in table.columns)
                session.execute(f"create table if not exists {table.name} ({columns})")
                present = session.columns(table.name)
                for name, kind in table.columns:
                    # A warehouse of an older version lacks what came since.
                    if name not in present:
                        session.execute(f"alter table {table.name} add column {name} {kind}")
            for view, query in catalog.DURABLE_VIEWS.values():
                session.execute(f"create view if not exists {view} as {query}")

    def set_up(self) -> list[str]:
        """Makes the folder; who may do what in it is a matter of its permissions."""
        self.prepare()
        return [f"made the folder {self.folder}"]

    def set_up_sql(self) -> str:
        """Nothing: an embedded warehouse has no administrator."""
        raise SettingsError(
            f"{self.location} is a folder, which needs no SQL. Run `regulars init` without --print-sql."
        )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the folder for one run; the system frees the lock when the process dies."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / "lock", timeout=0)
            lock.acquire()
        except Timeout:
            raise LockedError(self._who_holds()) from None
        except OSError as error:
            raise WarehouseError(f"Cannot write in {self.folder}: {error.strerror}. Mend its permissions.") from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def durable(self) -> Iterator[DuckDBSession]:
        """The durable file, writable."""
        with self._connect(self._durable) as connection:
            yield DuckDBSession(connection)

    @contextmanager
    def mapped_tables(self, durable: Session) -> Iterator[Session]:
        """The durable session, which reads every table of the warehouse."""
        yield durable

    def show_mapped(self, durable: Session, tables: Session, selections: Mapping[str, Sequence[str]]) -> None:
        """Makes the views over the tables where they lie."""
        show_known(durable, selections)

    @contextmanager
    def build(self, *, fresh: bool = False) -> Iterator[DuckDBSession]:
        """The build file, with the durable one attached read only."""
        if fresh:
            _remove(self._build)
        with self._connect(self._build) as connection:
            path = str(self._durable).replace("'", "''")
            connection.execute(f"attach '{path}' as durable (read_only)")
            if fresh:
                for schema in (*catalog.DERIVED_SCHEMAS, *catalog.DURABLE_SCHEMAS):
                    connection.execute(f"create schema if not exists {schema}")
                for table in catalog.DERIVED_TABLES:
                    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns)
                    connection.execute(f"create table {table.name} ({columns})")
            yield DuckDBSession(connection)

    def has_build(self) -> bool:
        """Whether a build is in flight."""
        return self._build.exists()

    @contextmanager
    def live(self) -> Iterator[DuckDBSession]:
        """The live file, read only, with every schema on the search path."""
        self._refuse_without_live()
        with self._connect(self._live, read_only=True) as connection:
            confine([connection])
            yield DuckDBSession(connection)

    def has_live(self) -> bool:
        """Whether anything was ever published."""
        return self._live.exists()

    def live_state(self) -> str | None:
        """Which file is live: publishing puts another in its place."""
        try:
            found = self._live.stat()
        except FileNotFoundError:
            return None
        return f"{found.st_dev}-{found.st_ino}-{found.st_mtime_ns}"

    @contextmanager
    def readers(self, count: int) -> Iterator[list[DuckDBSession]]:
        """Connections to one opening of the live file, each of whose queries runs on the thread that asks.

        Many readers share the cores better by a core each than by all of them wanting all.
        """
        self._refuse_without_live()
        with self._connect(self._live, read_only=True) as connection:
            connection.execute("set threads = 1")
            connections = [connection.cursor() for _ in range(count)]
            try:
                confine(connections)
                yield [DuckDBSession(each) for each in connections]
            finally:
                for each in connections:
                    each.close()

    @contextmanager
    def workbench(self, tables: Sequence[str] = ()) -> Iterator[DuckDBEngine]:
        """An engine in a temporary folder, which reads all of the live file where it would read the durable one."""
        self._refuse_without_live()
        # In the warehouse, where there is room; who may only read there works in the system's temporary folder.
        place = self.folder if os.access(self.folder, os.W_OK) else None
        with TemporaryDirectory(prefix="workbench-", dir=place, ignore_cleanup_errors=True) as name:
            bench = DuckDBEngine(Path(name))
            bench._config = self._config | {"temp_directory": name}
            bench._durable = bench.folder / "published.duckdb"
            try:
                # Another name for the same file: a run that publishes meanwhile does not take it away.
                os.link(self._live, bench._durable)
            except OSError:
                bench._durable = self._live
            if self.dbt_folder.is_dir():
                bench.dbt_folder.mkdir()
                for file in self.dbt_folder.glob("partial_parse*"):
                    shutil.copy(file, bench.dbt_folder)
            yield bench

    def bring_home(self) -> DuckDBEngine:
        """Itself: the build lies where it is published from."""
        return self

    def complete(self, build: Session) -> None:
        """Drops views of the durable side, which readers of the live file do not have, and counts rows."""
        complete(build)

    def keep_models(self, run_id: str) -> None:
        """Nothing: the folder of models is in the warehouse."""

    def forget_models(self, known: Sequence[str]) -> None:
        """Nothing: no copies were made."""

    def model(self, folder: str) -> Path:
        """The folder of a model."""
        return self.models_folder / folder

    def kept_away(self) -> Sequence[str]:
        """None: all is built where it is served."""
        return ()

    def publish(self) -> None:
        """Renames the build over the live file, once the disk has both its content and its name."""
        with self._connect(self._build) as connection:
            connection.execute("checkpoint")
        _sync(self._build)
        os.replace(self._build, self._live)
        _sync(self.folder)

    def scrub(self) -> list[str]:
        """Writes the durable file anew and removes what killed runs have left; the live file is new with each run."""
        done = clear_away(self.folder)
        fresh, before = self.folder / "rewritten.duckdb", self._durable.stat().st_size
        with self._connect(self._durable) as connection:
            rewrite(connection, fresh)
        take_the_place(fresh, self._durable)
        return [*done, f"{self._durable.name}: {before:,} bytes, written anew as {self._durable.stat().st_size:,}"]

    def folders(self) -> list[Path]:
        """The folder."""
        return [self.folder]

    def problem(self, words: str) -> WarehouseError | None:
        """What a message of dbt's driver says of the warehouse itself."""
        if not any(sign in words for sign in ("No space left on device", "Out of Memory Error")):
            return None
        return WarehouseError(
            f"Not enough memory or disk: {words.strip()}. Raise `memory_limit`, or free space where {self.folder} lies."
        )

    def dbt_environment(self) -> Mapping[str, str]:
        """The variables that dbt's profile reads."""
        return {
            "REGULARS_BUILD_PATH": str(self._build.resolve()),
            "REGULARS_DURABLE_PATH": str(self._durable.resolve()),
            "REGULARS_DUCKDB": repr({k: value for k, value in self._config.items() if k != "temp_directory"}),
        }

    def dbt_session(self) -> AbstractContextManager[None]:
        """Nothing to hold: dbt opens the files itself, and transform.py closes them."""
        return nullcontext()

    def _connect(self, path: Path, *, read_only: bool = False) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return opened(path, self._config, self._who_holds, read_only=read_only)

    def _refuse_without_live(self) -> None:
        if not self.has_live():
            raise WarehouseError(
                f"Nothing is published in {self.folder} yet. Make it with `regulars run FILE` or `regulars demo`."
            )

    def _who_holds(self) -> str:
        run = self.journal.running()
        who = f"run {run.run_id} (process {run.process_id}, since {run.started_at} UTC)" if run else "another process"
        return f"The warehouse {self.folder} is held by {who}. Wait for it to end, then run again."


def bounded_memory() -> str:
    """4 GB, or three quarters of the machine's memory where that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else _DEFAULT_MEMORY * 2
    return f"{min(_DEFAULT_MEMORY, total * 3 // 4) // 10**6}MB"


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
