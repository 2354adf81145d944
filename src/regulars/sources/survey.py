"""One pass over a file before it is parsed: its hash, and what a parser must know of it as a whole.

It is cheap (hashing costs more than the rest, and runs beside it), and tells a file that landed before without parsing.
"""

from __future__ import annotations

import builtins
import codecs
import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from regulars.errors import InputError

_CHUNK = 4 * 2**20
HEAD_BYTES = 2**18
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


@dataclass(frozen=True)
class Survey:
    """Facts of a whole file; those of its text are of the unpacked text where it is gzipped."""

    bytes: int
    content_hash: str
    state: tuple[int, int, int]
    is_gzip: bool
    head: builtins.bytes
    encoding: str
    has_nul: bool
    is_utf8: bool


def survey(path: Path, encoding: str | None = None, *, is_text: bool = True) -> Survey:
    """Reads the file once.

    Raises:
        InputError: It cannot be read, its gzip is damaged, or the encoding is none that Python knows.
    """
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise InputError(f"`{encoding}` is no known encoding. Write one such as utf-8, cp1252 or utf-16.") from None
    text = _Text()
    try:
        state = file_state(path)
        with path.open("rb") as file:
            is_gzip = file.peek(2)[:2] == b"\x1f\x8b"
        is_plain_text = is_text and not is_gzip
        digest = _hash(path, text if is_plain_text else None)
        if is_gzip and is_text:
            with gzip.open(path) as unpacked:
                while chunk := unpacked.read(_CHUNK):
                    text.look(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path} is a damaged gzip file: {error}. Fetch it again.") from None
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}. Check its name and permissions.") from None
    found = encoding or text.encoding()
    is_wide = found.lower().replace("_", "-").startswith("utf-16")
    is_utf8 = text.fits_utf8 and codecs.lookup(found).name in ("utf-8", "utf-8-sig")
    return Survey(state[0], digest, state, is_gzip, text.head, found, text.has_nul and not is_wide, is_utf8)


def file_state(path: Path) -> tuple[int, int, int]:
    """What changes when the file does: size, time of change and inode."""
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns, status.st_ino


def _hash(path: Path, text: _Text | None) -> str:
    """The file's hash; its text is looked at meanwhile."""
    digest = hashlib.blake2b(digest_size=32)
    with path.open("rb", buffering=0) as file, ThreadPoolExecutor(1) as beside:
        hashed = beside.submit(lambda: None)
        for chunk in _chunks(file.read):
            hashed.result()
            hashed = beside.submit(digest.update, chunk)
            if text:
                text.look(chunk)
        hashed.result()
    return digest.hexdigest()


def _chunks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while chunk := read(_CHUNK):
        yield chunk


class _Text:
    """What the chunks of a text have shown so far."""

    def __init__(self) -> None:
        self.head = b""
        self.has_nul = False
        self.fits_utf8 = True
        self._fits_cp1252 = True
        self._utf8 = codecs.getincrementaldecoder("utf-8")()

    def look(self, chunk: bytes) -> None:
        """Takes in the next chunk."""
        self.head += chunk[: HEAD_BYTES - len(self.head)]
        self.has_nul = self.has_nul or b"\0" in chunk
        if chunk.isascii() and not self._utf8.getstate()[0]:
            return
        self._fits_cp1252 = self._fits_cp1252 and not any(byte in chunk for byte in _NOT_IN_CP1252)
        if self.fits_utf8:
            try:
                self._utf8.decode(chunk)
            except UnicodeDecodeError:
                self.fits_utf8 = False

    def encoding(self) -> str:
        """By the byte order mark, else the strictest that fits; latin-1 fits everything."""
        marked = next((name for mark, name in _BYTE_ORDER_MARKS if self.head.startswith(mark)), None)
        if self.fits_utf8 and self._utf8.getstate()[0]:
            self.fits_utf8 = False  # it ends in the middle of a character
        if marked and (marked == "utf-16" or self.fits_utf8):
            return marked
        return "utf-8" if self.fits_utf8 else "cp1252" if self._fits_cp1252 else "latin-1"
