"""Nothing of a deleted row stays in a DuckDB file: the file is written anew without it, and the old bytes are zeroed.

DuckDB marks deleted rows and free blocks; neither a checkpoint nor VACUUM takes their bytes out of the file. What a
file system with snapshots, an SSD's spare blocks or a back-up keep is beyond our reach.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

_ZEROS = bytes(2**20)


def rewrite(connection: duckdb.DuckDBPyConnection, fresh: Path) -> None:
    """Writes all that the connection's database holds into a new file.

    Args:
        connection: The database, open for writing.
        fresh: The new file; one that was left half-way is replaced.
    """
    for left in (fresh, fresh.with_name(fresh.name + ".wal")):
        overwrite(left)
    [(name,)] = connection.execute("select current_database()").fetchall()
    place = str(fresh).replace("'", "''")
    connection.execute(f"attach '{place}' as rewritten")
    connection.execute(f'copy from database "{name}" to rewritten')
    connection.execute("checkpoint rewritten")
    connection.execute("detach rewritten")


def take_the_place(fresh: Path, old: Path) -> None:
    """Gives the new file the old one's name, then zeroes what the old one held."""
    with old.open("r+b") as held:
        descriptor = os.open(fresh, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(fresh, old)
        folder = os.open(old.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        _zero(held.fileno())
    overwrite(old.with_name(old.name + ".wal"))


def overwrite(path: Path) -> None:
    """Zeroes a file and removes it; harmless when there is none."""
    try:
        with path.open("r+b") as held:
            _zero(held.fileno())
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)


def clear_away(folder: Path) -> list[str]:
    """Removes what runs and questions that were killed have left in a warehouse's folder; says so."""
    left = [folder / "spill", folder / "scratch", *folder.glob("workbench-*"), *folder.glob("regulars-*")]
    removed = []
    for path in left:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path.name)
    for name in ("build.duckdb", "build.duckdb.wal", "live.duckdb.wal"):
        if (folder / name).exists():
            overwrite(folder / name)
            removed.append(name)
    return [f"removed what runs had left beside it: {', '.join(removed)}"] if removed else []


def _zero(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    for start in range(0, size, len(_ZEROS)):
        os.write(descriptor, _ZEROS[: min(len(_ZEROS), size - start)])
    os.fsync(descriptor)
