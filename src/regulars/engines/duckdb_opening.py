"""Opening a file of DuckDB: who holds it, what cannot be read and what does not fit is said in a shop owner's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from regulars.errors import LockedError, WarehouseError


@contextmanager
def opened(
    path: Path, config: Mapping[str, Any], held_by: Callable[[], str], *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the file, closed at the end of the block.

    Args:
        path: The file; made if it is to be written.
        config: DuckDB's settings.
        held_by: What to say when another process has locked it.
        read_only: Attach it as `live` to a database of its own.

    Raises:
        LockedError: Another process writes it.
        WarehouseError: It cannot be opened, read or written, or memory or the disk does not suffice.
    """
    try:
        connection = _opened_apart(path, config) if read_only else duckdb.connect(str(path), config=dict(config))
    except duckdb.Error as error:
        if isinstance(error, duckdb.IOException) and "lock" in str(error).lower():
            raise LockedError(held_by()) from None
        raise WarehouseError(f"Cannot open {path}: {error}. Restore it from a back-up.") from None
    try:
        yield connection
    except duckdb.OutOfMemoryException as error:
        raise WarehouseError(
            f"Not enough memory or disk: {error}. Raise `memory_limit`, or free space where {path.parent} lies."
        ) from None
    except duckdb.IOException as error:
        raise WarehouseError(f"{path} cannot be read or written: {error}. Free disk space or mend it.") from None
    finally:
        connection.close()


def _opened_apart(path: Path, config: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    """A database of its own that only shows the file.

    DuckDB gives everyone in a process who opens one path the same database. Threads that read without a pause would
    keep the one that was live when the first of them came, and find it locked by each other's settings.
    """
    connection = duckdb.connect(config=dict(config))
    try:
        place = str(path).replace("'", "''")
        connection.execute(f"attach '{place}' as live (read_only)")
    except BaseException:
        connection.close()
        raise
    return connection
