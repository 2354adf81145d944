"""A private DuckDB database for work that is DuckDB's whatever the warehouse is; nothing of it stays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from regulars import catalog
from regulars.engines.duckdb import DuckDBSession, bounded_memory
from regulars.errors import WarehouseError


@contextmanager
def scratch_database(
    folder: Path | None = None, *, threads: int | None = None, memory_limit: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens a database in a new folder of its own and removes it in the end.

    Args:
        folder: Where the new folder lies; the system's temporary folder if none.
        threads: How many threads work; all processors if none.
        memory_limit: What may be kept in memory, e.g. `"4GB"`; more goes to disk. As for the warehouse if none.

    Raises:
        WarehouseError: Memory or disk was not enough.
    """
    config: dict[str, str | bool | int | float | list[str]] = {"preserve_insertion_order": False}
    if threads is not None:
        config["threads"] = threads
    config["memory_limit"] = memory_limit or bounded_memory()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="regulars-", dir=folder) as own:
        config["temp_directory"] = str(Path(own) / "spill")
        connection = duckdb.connect(config=config)
        try:
            yield connection
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            raise WarehouseError(
                f"Not enough memory or disk: {error}. Raise `memory_limit`, or free space where {own} lies."
            ) from error
        finally:
            connection.close()


@dataclass(frozen=True)
class ScratchSpace:
    """What work beside the warehouse may take up.

    Attributes:
        folder: Where its files lie; the system's temporary folder if none.
        threads: How many threads work; all processors if none.
        memory_limit: What may be kept in memory; as for the warehouse if none.
    """

    folder: Path | None = None
    threads: int | None = None
    memory_limit: str | None = None


@contextmanager
def scratch_session(tables: Iterable[catalog.Table], space: ScratchSpace | None = None) -> Iterator[DuckDBSession]:
    """A scratch database as a Session, with the durable schemas and with these tables in them, empty."""
    space = space or ScratchSpace()
    with scratch_database(space.folder, threads=space.threads, memory_limit=space.memory_limit) as connection:
        connection.execute("set preserve_insertion_order = true")
        session = DuckDBSession(connection)
        for schema in catalog.DURABLE_SCHEMAS:
            session.execute(f"create schema {schema}")
        for table in tables:
            columns = ", ".join(f"{name} {kind}" for name, kind in table.columns)
            session.execute(f"create table {table.name} ({columns})")
        yield session
