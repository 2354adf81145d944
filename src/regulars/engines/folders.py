"""A folder of files that takes the place of another as a whole."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def replace_folder(half: Path, path: Path) -> None:
    """Gives the folder `half` the name `path`; what had that name is called `half` afterwards, if there was anything.

    On Linux the two change names in one step. Elsewhere there is a moment between two renames in which nothing is
    called `path`.
    """
    if not path.exists():
        os.rename(half, path)
    elif not _exchanged(half, path):
        old = half.with_name(f"{half.name.removesuffix('.half')}0.half")
        os.rename(path, old)
        os.rename(half, path)
        os.rename(old, half)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the system could let two names change places, as renameat2 of Linux does on most file systems."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(_RENAME_EXCHANGE))
    return bool(done == 0)
