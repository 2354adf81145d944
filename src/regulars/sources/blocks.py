"""A text table cut into blocks of whole records: blocks are parsed beside each other, and one bad quote harms one row.

A record is a line, or several when a quoted field has line breaks in it. A line that opens a quote is joined with the
line that closes it only if the two make one proper record; otherwise it is set aside alone, and the next line starts
afresh.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.errors import InputError

_FIRST_BLOCK = 2**20
_BLOCK = 8 * 2**20
_LONGEST_RECORD = 64 * 2**20
_LINE_END = re.compile(rb"\r\n|\n|\r")

SetAside = tuple[int, str, str]


@dataclass(frozen=True)
class Block:
    """Whole records as UTF-8, and those set aside: (position among all records of the block, reason, text)."""

    text: bytes
    set_aside: tuple[SetAside, ...] = ()
    is_multiline: bool = False
    records: int | None = None


def blocks(
    read: Callable[[int], bytes],
    decode: Callable[[bytes, bool], bytes],
    skipped_lines: int,
    delimiter: str | None,
    width: int,
) -> Iterator[Block]:
    """The records below the header, block by block; without a delimiter, quotes mean nothing.

    Raises:
        InputError: A record has no end.
    """
    held, size, is_last = b"", _FIRST_BLOCK, False
    while not is_last:
        fresh = read(size)
        is_last = not fresh
        held, size = held + decode(fresh, is_last), _BLOCK
        if skipped_lines:
            held, skipped_lines = _below(held, skipped_lines, is_last=is_last)
            if skipped_lines:
                continue
        if delimiter is None or b'"' not in held:
            # A line break of two characters must not be cut in two.
            end = len(held) if is_last else max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
            block = Block(held[:end])
        else:
            block, end = _quoted_block(held, delimiter, width, is_last=is_last)
        held = held[end:]
        if len(held) > _LONGEST_RECORD:
            raise InputError("a row is longer than 64 MB")
        if block.text or block.set_aside:
            yield block


def decoder(encoding: str, *, is_checked: bool) -> Callable[[bytes, bool], bytes]:
    """Turns chunks into UTF-8 without byte order mark and NUL bytes; text that was checked to be UTF-8 passes."""
    machine = codecs.getincrementaldecoder(encoding)()
    is_start = True

    def decode(chunk: bytes, is_last: bool) -> bytes:
        nonlocal is_start
        text = chunk if is_checked else machine.decode(chunk, is_last).encode()
        if is_start:
            text = text.removeprefix(codecs.BOM_UTF8)
        is_start = is_start and not text
        return text.replace(b"\0", b"") if b"\0" in text else text

    return decode


def strictly(block: Block, delimiter: str, width: int) -> Block:
    """A block cut again, with a look at each line with quotes: slow, for the rare quote that opens inside a line."""
    cut, _ = _quoted_block(block.text, delimiter, width, is_last=True, is_strict=True)
    return cut


def _below(text: bytes, lines: int, *, is_last: bool) -> tuple[bytes, int]:
    """The text below the first lines; as it is while not all of them have been read."""
    ends = [found.end() for found in itertools.islice(_LINE_END.finditer(text), lines)]
    if len(ends) == lines and (is_last or ends[-1] < len(text)):
        return text[ends[-1] :], 0
    return (b"", 0) if is_last else (text, lines)


def _quoted_block(
    held: bytes, delimiter: str, width: int, *, is_last: bool, is_strict: bool = False
) -> tuple[Block, int]:
    """The records of a text with quotes, and where the first record begins that is not whole yet."""
    data = np.frombuffer(held, np.uint8)
    ends = _line_ends(data, is_last=is_last)
    if not len(ends):
        return Block(b""), 0
    starts = np.concatenate([[0], ends[:-1]])
    lengths = ends - starts
    is_break = (data[starts] == 10) | (data[starts] == 13)
    is_blank = is_break & ((lengths == 1) | ((lengths == 2) & (data[ends - 1] == 10)))
    quotes = np.diff(np.searchsorted(np.flatnonzero(data == 34), np.concatenate([[0], ends])))
    odd = np.flatnonzero(quotes & 1).tolist()
    is_joined, broken, lines = np.zeros(len(ends), bool), [], len(ends)
    place = 0
    while place < len(odd):
        opening = odd[place]
        begin = int(starts[opening])
        if _is_record(held[begin : ends[opening]], delimiter, width):
            place += 1  # a stray quote within a cell, as in 5" disk, is a character like any other
            continue
        if place + 1 < len(odd):
            closing = odd[place + 1]
            if _is_record(held[begin : ends[closing]], delimiter, width):
                is_joined[opening + 1 : closing + 1] = True
                place += 2
                continue
        elif not is_last and len(held) - begin < _LONGEST_RECORD // 2:
            lines = opening  # its closing quote may be in the next block
            break
        broken.append(opening)
        place += 1
    if is_strict:
        is_whole = np.flatnonzero((quotes > 0) & ~is_joined & ~np.append(is_joined[1:], False)).tolist()
        broken = sorted({*broken, *(n for n in is_whole if not _is_record(held[starts[n] : ends[n]], delimiter, None))})
    end = int(ends[lines - 1]) if lines else 0
    is_start = ~(is_joined | is_blank)[:lines]
    position = np.cumsum(is_start) - 1
    edges = [0, *itertools.chain.from_iterable((int(starts[line]), int(ends[line])) for line in broken), end]
    text = b"".join(held[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2))
    reason = "opens a quote that it does not close"
    set_aside = tuple((int(position[n]), reason, _line(held[starts[n] : ends[n]])) for n in broken)
    records = int(is_start.sum()) - len(broken)
    return Block(text, set_aside, bool(is_joined[:lines].any()), records), end


def _line_ends(data: npt.NDArray[np.uint8], *, is_last: bool) -> npt.NDArray[np.int64]:
    """Where each line ends, its line break included."""
    ends = np.flatnonzero(data == 10)
    returns = np.flatnonzero(data == 13)
    if len(returns):
        returns = returns[returns + 1 < len(data)]
        ends = np.sort(np.concatenate([ends, returns[data[returns + 1] != 10]]))
    ends = ends + 1
    return np.append(ends, len(data)) if is_last and len(data) and (not len(ends) or ends[-1] < len(data)) else ends


def _is_record(raw: bytes, delimiter: str, width: int | None) -> bool:
    """Whether lines are one record with proper quotes, of a width if that matters.

    Two lines that each have all delimiters of a row are two rows and a stray quote.
    """
    text = raw.decode(errors="replace")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    lines = text.splitlines()
    if len(rows) != 1:
        return False
    if width is None or (len(lines) > 1 and width < 4):
        return True
    if len(lines) == 1:
        return len(rows[0]) == width
    return sum(line.count(delimiter) == width - 1 for line in lines) < 2


def _line(raw: bytes) -> str:
    return raw.decode(errors="replace").rstrip("\r\n")
