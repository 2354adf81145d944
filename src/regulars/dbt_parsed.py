"""dbt's parsed project, shared by the warehouses of a machine's user: only the first of them waits for it to be read.

It says nothing of any shop, and dbt reads again by itself what has changed since. Where nothing can be kept, each
warehouse reads the project for itself.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["fetch_parsed", "keep_parsed", "user_cache"]

_FILE = "partial_parse.msgpack"


def user_cache() -> Path:
    """Where this machine keeps what a run can make again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "regulars"


def fetch_parsed(folder: Path, project: Path, names: Sequence[str]) -> None:
    """Puts what another warehouse has read into a folder where nothing was read yet.

    Args:
        folder: Where dbt keeps its parsed project.
        project: The dbt project.
        names: What else the parsed project depends on: dbt's target, and the names that tables are made of.
    """
    with suppress(OSError, RuntimeError):
        if not (folder / _FILE).exists():
            folder.mkdir(parents=True, exist_ok=True)
            _copy(_shared(project, names), folder / _FILE)


def keep_parsed(folder: Path, project: Path, names: Sequence[str]) -> None:
    """Keeps what was read in a folder for the other warehouses, unless they have it as new; as `fetch_parsed`."""
    with suppress(OSError, RuntimeError):
        shared, own = _shared(project, names), folder / _FILE
        if not shared.exists() or shared.stat().st_mtime < own.stat().st_mtime:
            shared.parent.mkdir(parents=True, exist_ok=True)
            _copy(own, shared)


def _shared(project: Path, names: Sequence[str]) -> Path:
    # Raises RuntimeError for a user without a home.
    key = hashlib.sha256("\n".join([str(project), *names]).encode()).hexdigest()[:16]
    return user_cache() / "parsed" / key / _FILE


def _copy(source: Path, target: Path) -> None:
    """In one step, for others may be reading or copying too; with the time of the source, to tell which is newer."""
    half = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        shutil.copy2(source, half)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
