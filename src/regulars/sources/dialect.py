"""How a text table is written: delimiter, header, width. Decided from its first lines, by consistency. Pure."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass

from regulars.errors import InputError
from regulars.sources.delivery import unique_names

WHITESPACE = " "
_LONGEST_HEADER = 100
csv.field_size_limit(2**30)  # Python refuses cells above 128 KB otherwise; Arrow does not
_DELIMITERS = (",", ";", "\t", "|")
_DATA_CELL = re.compile(r"^[\s£$€+-]*\d[\d\s.,:/TZ+-]*$|^[^@\s]+@[^@\s]+\.[^@\s]+$")


@dataclass(frozen=True)
class Dialect:
    """A text table's delimiter, its columns, and the physical lines before the first data row."""

    delimiter: str
    columns: tuple[str, ...]
    skipped_lines: int
    has_header: bool


def find_dialect(
    text: str, name: str, *, is_whole: bool, delimiter: str | None = None, header: bool | None = None
) -> Dialect:
    """Decides the dialect.

    Args:
        text: The beginning of the file.
        name: The file's name, for messages.
        is_whole: Whether `text` is all of it; if not, its last line may be cut off.
        delimiter: The delimiter, when it is known.
        header: Whether the first line is a header, when it is known.

    Raises:
        InputError: There is nothing in it, or the delimiter given is none.
    """
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter)
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in '\r\n"\0'):
        raise InputError(
            f"`{delimiter}` cannot be the delimiter of {name}. Write one character, such as ; or | or \\t."
        )
    lines = re.split(r"\r\n|\n|\r", text)
    if not is_whole and len(lines) > 1:
        lines = lines[:-1]
    skipped = 0
    while lines and (not lines[0].strip("\ufeff \t,;|\0") or re.fullmatch(r"\ufeff?sep=.", lines[0])):
        if lines[0].lstrip("\ufeff").startswith("sep="):
            delimiter = delimiter or lines[0].lstrip("\ufeff")[4]
        lines, skipped = lines[1:], skipped + 1
    if not lines:
        raise InputError(f"{name} is empty. Export it again, with a header line and rows.")
    lines = [line.replace("\0", "").removeprefix("\ufeff") for line in lines[:500]]
    delimiter = delimiter or _delimiter(lines)
    first, *others = _split(lines, delimiter)
    rest = [row for row in others if any(cell.strip() for cell in row)]
    has_header = header if header is not None else not _is_data(first)
    width = len(first)
    if rest:
        usual = Counter(map(len, rest)).most_common(1)[0][0]
        # A delimiter at the end of every row, but not of the header, is a column without a name.
        if usual == width + 1 and all(not row[-1].strip() for row in rest if len(row) == usual):
            width = usual
    cells = [*first, *[""] * (width - len(first))] if has_header else [""] * width
    header_lines = _header_lines(lines, delimiter) if has_header else 0
    return Dialect(delimiter, tuple(unique_names(cells)), skipped + header_lines, has_header)


def _delimiter(lines: list[str]) -> str:
    """The delimiter under which most rows have one width; a header that agrees and more columns break a tie."""

    def score(delimiter: str) -> tuple[float, int]:
        rows = [row for row in _split(lines, delimiter) if row]
        width, count = Counter(map(len, rows)).most_common(1)[0]
        if max(width, len(rows[0])) < 2:
            return 0, 0
        return round(count / len(rows), 1) + (len(rows[0]) == width), max(width, len(rows[0]))

    best = max(_DELIMITERS, key=score)
    if score(best) > (0, 0):
        return best
    return WHITESPACE if score(WHITESPACE)[0] >= 2 else ","


def _split(lines: list[str], delimiter: str) -> list[list[str]]:
    """Rows of cells. Below the header, a line with an open quote is left out: it says nothing of the dialect."""
    if delimiter == WHITESPACE:
        return [line.split() for line in lines]
    header = _header_lines(lines, delimiter)
    first = next(csv.reader([line + "\n" for line in lines[:header]], delimiter=delimiter))
    even = [line for line in lines[header:] if line.count('"') % 2 == 0]
    return [first, *(next(csv.reader([line + "\n"], delimiter=delimiter)) for line in even)]


def _header_lines(lines: list[str], delimiter: str) -> int:
    """Physical lines of the header: more than one when a quoted name has a line break in it."""
    if delimiter == WHITESPACE:
        return 1
    reader = csv.reader((line + "\n" for line in lines[:_LONGEST_HEADER]), delimiter=delimiter, strict=True)
    try:
        next(reader)
    except csv.Error:
        return 1  # a quote that is never closed belongs to its own line
    return reader.line_num


def _is_data(cells: list[str]) -> bool:
    return any(_DATA_CELL.match(cell.strip()) for cell in cells if cell.strip())
