"""One pass over a file before it is parsed: its hash, and what a parser must know of it as a whole.

It is cheap (hashing costs more than the rest) and lets a file that landed before be told without parsing it.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from regulars.errors import InputError

_CHUNK = 4 * 2**20
HEAD_BYTES = 2**18
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Survey:
    """Facts of a whole file; those of its text are of the unpacked text where it is gzipped."""

    bytes: int
    content_hash: str
    state: tuple[int, int, int]
    is_gzip: bool
    head: bytes
    encoding: str
    has_nul: bool
    has_odd_quotes: bool


def survey(path: Path, encoding: str | None = None, *, is_text: bool = True) -> Survey:
    """Reads the file once.

    Raises:
        InputError: It cannot be read, or its gzip is damaged.
    """
    digest, quotes, has_nul = hashlib.blake2b(digest_size=32), 0, False
    utf8, fits_utf8, fits_cp1252 = codecs.getincrementaldecoder("utf-8")(), True, True
    head = b""
    try:
        state = file_state(path)
        with path.open("rb") as file:
            is_gzip = file.peek(2)[:2] == b"\x1f\x8b"
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                if not is_gzip and is_text:
                    head = head or chunk[:HEAD_BYTES]
                    quotes += chunk.count(b'"')
                    has_nul = has_nul or b"\0" in chunk
                    if fits_utf8 and (not chunk.isascii() or utf8.getstate()[0]):
                        fits_utf8 = _decodes(utf8, chunk)
                    if not chunk.isascii() and fits_cp1252:
                        fits_cp1252 = not any(byte in chunk for byte in b"\x81\x8d\x8f\x90\x9d")
        if is_gzip and is_text:
            with gzip.open(path) as file:
                while chunk := file.read(_CHUNK):
                    head = head or chunk[:HEAD_BYTES]
                    quotes += chunk.count(b'"')
                    has_nul = has_nul or b"\0" in chunk
                    fits_utf8 = fits_utf8 and _decodes(utf8, chunk)
                    fits_cp1252 = fits_cp1252 and not any(byte in chunk for byte in b"\x81\x8d\x8f\x90\x9d")
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is a damaged gzip file: {error}. Fetch it again.") from None
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}. Check its name and permissions.") from None
    found = encoding or _by_mark(head) or ("utf-8" if fits_utf8 else "cp1252" if fits_cp1252 else "latin-1")
    is_wide = found.lower().replace("_", "-").startswith("utf-16")
    return Survey(
        state[0], digest.hexdigest(), state, is_gzip, head, found, has_nul and not is_wide, quotes % 2 == 1 and not is_wide
    )


def file_state(path: Path) -> tuple[int, int, int]:
    """What changes when the file does: size, time of change and inode."""
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns, status.st_ino


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _by_mark(head: bytes) -> str | None:
    return next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
