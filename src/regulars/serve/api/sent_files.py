"""Files on their way to clients: in a folder for this server's eyes only, in which nothing stays behind.

A file is written whole, then opened and unlinked before its first byte goes out. What a server leaves that is killed
while it writes, the next one removes when it starts: a lock, which dies with its process, says whose folder is whose.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout
from starlette.responses import StreamingResponse

_PREFIX, _LOCK = "regulars-sending-", ".lock"
_PIECE = 2**20


class SendingFolder:
    """The folder of one server; made when the first file is.

    Args:
        place: Where it lies; unset = among the temporary files of the system.
    """

    def __init__(self, place: Path | None = None) -> None:
        self._place = place
        self._turn = threading.Lock()
        self._folder: Path | None = None
        self._lock: FileLock | None = None

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """A path to write a file at; at the end of the block nothing lies there any more."""
        folder = self._made() / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        try:
            yield folder / name
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> int:
        """Removes the folders of servers that were killed, and returns how many there were."""
        swept = 0
        for left in self._temporary().glob(f"{_PREFIX}*"):
            if left.suffix == _LOCK or not _is_ours(left):
                continue
            lock = FileLock(_lock_of(left), timeout=0)
            try:
                with lock:
                    shutil.rmtree(left, ignore_errors=True)
                    _lock_of(left).unlink(missing_ok=True)
            except (Timeout, OSError):
                continue
            swept += 1
        return swept

    def close(self) -> None:
        """Removes the folder."""
        with self._turn:
            if self._folder is not None and self._lock is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                _lock_of(self._folder).unlink(missing_ok=True)
                self._lock.release()
            self._folder = self._lock = None

    def _made(self) -> Path:
        with self._turn:
            if self._folder is None:
                folder = self._temporary() / f"{_PREFIX}{secrets.token_hex(8)}"
                # Held before there is a folder, so that nobody who sweeps takes a new one for one left behind.
                lock = FileLock(_lock_of(folder), timeout=0, mode=0o600, thread_local=False)
                lock.acquire()
                folder.mkdir(mode=0o700)
                self._folder, self._lock = folder, lock
            return self._folder

    def _temporary(self) -> Path:
        return self._place or Path(tempfile.gettempdir())


def sent(path: Path, media_type: str, headers: dict[str, str]) -> StreamingResponse:
    """A file as an answer; its length is said first, so that a client knows an answer that broke off."""
    opened = path.open("rb")
    size = os.fstat(opened.fileno()).st_size
    path.unlink()
    return StreamingResponse(_pieces(opened), media_type=media_type, headers={**headers, "Content-Length": str(size)})


def _pieces(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while piece := opened.read(_PIECE):
            yield piece


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + _LOCK)


def _is_ours(folder: Path) -> bool:
    """Whether a folder, and no link to one, belongs to the user of this process: the place is everybody's."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
