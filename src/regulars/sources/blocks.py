"""Cuts a stream of delimited text into blocks that end where a record ends, so that blocks can be parsed apart and side by side.

Where all quotes are in order, a block is cut out by looking at its quotes alone. Where one is not, the block's records are matched one
by one; each line that starts no record is taken out and a marker that no parser accepts is left in its place, to be counted.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from regulars.errors import InputError
from regulars.sources.grammar import Dialect, records_pattern

# A quoted field that is not closed within this many bytes counts as never closed.
LONGEST_RECORD = 4 << 20
LONGEST_LINE = 256 << 20
_QUOTE = ord('"')
_LINE = re.compile(rb"([^\r\n]*+)(?:\r\n|\n|\r)")


@dataclass(frozen=True)
class Block:
    """Whole records, and the lines taken out from among them, one for each marker."""

    content: bytes
    broken: list[bytes] = field(default_factory=list)
    is_matched: bool = False


class BlockCutter:
    """Cuts text of one dialect and width."""

    def __init__(self, dialect: Dialect, width: int) -> None:
        self.dialect = dialect
        self._records = records_pattern(dialect, width)
        self._marker = dialect.mark * width + b"\n"
        self._signs = [sign.encode() for sign in (dialect.quote, dialect.escape) if sign]
        ends_field = np.zeros(256, dtype=np.bool_)
        ends_field[[_QUOTE, dialect.mark[0], 10, 13]] = True
        self._ends_field = ends_field

    def blocks(self, name: str, chunks: Iterable[bytes]) -> Generator[Block, None, None]:
        """The text in blocks, in order.

        Raises:
            InputError: A line is so long that this can be no table.
        """
        rest = b""
        for chunk, is_last in _with_last(chunks):
            text = rest + chunk
            if is_last and not text.endswith((b"\n", b"\r")):
                text += b"\n"
            block, end = self._cut(text, is_last)
            rest = text[end:]
            if block.content:
                yield block
            if len(rest) > LONGEST_LINE:
                raise InputError(f"{name} has a line of more than {LONGEST_LINE >> 20} MB. It is no table of rows.")

    def matched(self, text: bytes) -> Block:
        """All of a text whose records are to be matched one by one."""
        return self._match(text, is_last=True)[0]

    def _cut(self, text: bytes, is_last: bool) -> tuple[Block, int]:
        if not any(sign in text for sign in self._signs):
            end = len(text) if is_last else _after_last_line(text)
            return Block(text[:end]), end
        if self.dialect.escape is None:
            end = self._end_by_quotes(text, is_last)
            if end:
                return Block(text[:end]), end
            if not is_last and len(text) < 2 * LONGEST_RECORD:
                return Block(b""), 0
        return self._match(text, is_last)

    def _end_by_quotes(self, text: bytes, is_last: bool) -> int:
        """The end of the last whole record; 0 when there is none or a quote is out of order.

        Every second quote closes what the one before it opened. So an opening one follows a delimiter, a line end or a quote,
        and a closing one is followed by one of these.
        """
        letters = np.frombuffer(text, dtype=np.uint8)
        quotes = np.flatnonzero(letters == _QUOTE)
        end = len(text) if is_last else 0
        if is_last and quotes.size % 2:
            return 0
        if not is_last:
            # Line ends lie between a closing quote and the next opening one: the last such gap that has one ends the block.
            bounds = np.concatenate([[-1], quotes, [len(text)]])
            for gap in range(quotes.size - quotes.size % 2, -1, -2):
                line_end = _after_last_line(text, int(bounds[gap]) + 1, int(bounds[gap + 1]))
                if line_end:
                    end = line_end
                    break
            quotes = quotes[quotes < end]
        opening, closing = quotes[0::2], quotes[1::2]
        before, after = letters[np.maximum(opening - 1, 0)], letters[np.minimum(closing + 1, len(text) - 1)]
        in_order = np.all(self._ends_field[before] | (opening == 0)) and np.all(self._ends_field[after])
        return end if in_order else 0

    def _match(self, text: bytes, is_last: bool) -> tuple[Block, int]:
        parts: list[bytes] = []
        broken: list[bytes] = []
        position = 0
        while position < len(text):
            found = self._records.match(text, position)
            end = found.end() if found else position
            parts.append(text[position:end])
            position = end
            if position == len(text) or (not is_last and len(text) - position < LONGEST_RECORD):
                break
            line = _LINE.match(text, position)
            if line is None:
                break
            broken.append(line[1])
            parts.append(self._marker)
            position = line.end()
        return Block(b"".join(parts), broken, is_matched=True), position


def _after_last_line(text: bytes, start: int = 0, stop: int | None = None) -> int:
    """The position after the last line end between the two; 0 when there is none."""
    stop = len(text) if stop is None else stop
    found = text.rfind(b"\n", start, stop)
    return (found if found >= 0 else text.rfind(b"\r", start, stop)) + 1


def _with_last(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    waiting: bytes | None = None
    for chunk in chunks:
        if waiting is not None:
            yield waiting, False
        waiting = chunk
    if waiting is not None:
        yield waiting, True
