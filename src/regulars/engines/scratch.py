"""A private DuckDB database for work that is DuckDB's whatever the warehouse is; nothing of it stays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from regulars.engines.duckdb import bounded_memory
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
