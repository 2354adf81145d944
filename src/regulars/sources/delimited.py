"""CSV and its relatives, streamed by Arrow's parser; a row of another width is malformed, with its number and text.

A file whose quotes do not pair up, or whose columns are parted by runs of spaces, is read line by line instead: each line is a row, and
a line with an open quote is malformed, so that one stray quote cannot swallow the rest of the file.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from regulars.errors import InputError
from regulars.sources.delivery import MALFORMED, Delivery, FileOptions, numbered
from regulars.sources.dialect import WHITESPACE, Dialect, find_dialect
from regulars.sources.survey import HEAD_BYTES, Survey

_BLOCK = 16 * 2**20


def open_delimited(path: Path, facts: Survey, options: FileOptions) -> Delivery:
    """A delivery of a text table.

    Raises:
        InputError: It is empty, or no text.
    """
    is_wide = facts.encoding.lower().startswith("utf-16")
    head = facts.head[: len(facts.head) // 2 * 2] if is_wide else facts.head
    text = head.decode(facts.encoding, errors="replace")
    if facts.has_nul and text.count("\0") > len(text) // 10:
        raise InputError(f"{path.name} is no text file. Export it as CSV, Excel, Parquet or JSON.")
    dialect = find_dialect(
        text, path.name, is_whole=len(facts.head) < HEAD_BYTES, delimiter=options.delimiter, header=options.header
    )
    delivery = Delivery(str(path), path.name, facts.bytes, facts.content_hash, list(dialect.columns), lambda: iter(()))
    delivery.read = lambda: _read(path, facts, dialect, delivery)
    if facts.encoding not in ("utf-8", "utf-8-sig") and not options.encoding:
        delivery.warnings.append(f"is not UTF-8; read as {facts.encoding}")
    if facts.has_nul:
        delivery.warnings.append("has NUL bytes, which are left out")
    if facts.has_odd_quotes:
        delivery.warnings.append("has a quote that is never closed; read line by line")
    if not dialect.has_header:
        delivery.warnings.append(f"has no header line; its columns are called {', '.join(dialect.columns)}")
    return delivery


def _read(path: Path, facts: Survey, dialect: Dialect, delivery: Delivery) -> Iterator[pa.RecordBatch]:
    encoding = "utf8" if facts.encoding.startswith("utf-8") else facts.encoding
    rows = _Rows(dialect, delivery.columns, encoding, has_nul=facts.has_nul)
    compression = "gzip" if facts.is_gzip else None
    try:
        with pa.input_stream(str(path), compression=compression, buffer_size=2**20) as stream:
            if dialect.delimiter == WHITESPACE or facts.has_odd_quotes:
                yield from rows.line_by_line(stream)
            else:
                yield from rows.parse(stream)
    except pa.ArrowInvalid as error:
        # A header and nothing below it is a table without rows.
        if "Empty CSV file" not in str(error):
            raise InputError(
                f"{path.name} cannot be read as a table: {error}. Mend that place, or set its encoding or delimiter."
            ) from None
    except (UnicodeDecodeError, EOFError, OSError) as error:
        raise InputError(f"{path.name} cannot be read to its end: {error}. Export it again, or set its encoding.") from None
    finally:
        delivery.malformed = rows.malformed()


class _Rows:
    """Batches of one reading, and the rows that are none."""

    def __init__(self, dialect: Dialect, names: list[str], encoding: str, *, has_nul: bool) -> None:
        self._dialect, self._names, self._encoding, self._has_nul = dialect, names, encoding, has_nul
        self._bad_numbers: list[int] = []
        self._bad_reasons: list[str] = []
        self._bad_texts: list[str] = []
        self._next_row = 1

    def parse(self, stream: pa.NativeFile) -> Iterator[pa.RecordBatch]:
        """The stream through Arrow's parser, which tells of each row of another width."""

        def invalid(row: csv.InvalidRow) -> str:
            self._set_aside(int(row.number) - self._dialect.skipped_lines, _other_width(row), row.text)
            return "skip"

        parsing = csv.ParseOptions(
            delimiter=self._dialect.delimiter, newlines_in_values=True, invalid_row_handler=invalid
        )
        for batch in csv.open_csv(stream, self._reading(self._names), parsing, _as_text(self._names)):
            yield self._number(batch)

    def line_by_line(self, stream: pa.NativeFile) -> Iterator[pa.RecordBatch]:
        """The stream line by line: lines with an open quote are set aside, the others parsed in one go per block."""
        parsing = csv.ParseOptions(delimiter="\x01", quote_char=False)
        is_spaced = self._dialect.delimiter == WHITESPACE
        delimiter = "\t" if is_spaced else self._dialect.delimiter
        for block in csv.open_csv(stream, self._reading(["line"]), parsing, _as_text(["line"])):
            lines = pc.drop_null(block.column(0))
            if is_spaced:
                lines = pc.replace_substring_regex(pc.utf8_trim_whitespace(lines), r"\s+", "\t")
                lines = lines.filter(pc.not_equal(lines, ""))
            numbers = np.arange(self._next_row, self._next_row + len(lines))
            self._next_row += len(lines)
            is_open = pc.equal(pc.bit_wise_and(pc.count_substring(lines, '"'), 1), 1)
            mask = is_open.to_numpy(zero_copy_only=False)
            for number, text in zip(numbers[mask], lines.filter(is_open).to_pylist(), strict=True):
                self._set_aside(int(number), "opens a quote that it does not close", text)
            yield from self._parsed(lines.filter(pc.invert(is_open)), numbers[~mask], delimiter)

    def malformed(self) -> pa.Table:
        """The rows set aside so far."""
        return pa.table([self._bad_numbers, self._bad_reasons, self._bad_texts], schema=MALFORMED)

    def _reading(self, names: list[str]) -> csv.ReadOptions:
        # One thread: only then does the parser know the numbers of malformed rows.
        return csv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK,
            column_names=names,
            skip_rows=self._dialect.skipped_lines,
            encoding=self._encoding,
        )

    def _parsed(self, lines: pa.Array, numbers: npt.NDArray[np.int64], delimiter: str) -> Iterator[pa.RecordBatch]:
        """Whole lines, parsed once more into columns."""
        if len(lines) == 0:
            return
        bad: list[int] = []

        def invalid(row: csv.InvalidRow) -> str:
            bad.append(int(row.number) - 1)
            self._set_aside(int(numbers[bad[-1]]), _other_width(row), row.text)
            return "skip"

        text = "\n".join(lines.to_pylist()).encode() + b"\n"
        table = csv.read_csv(
            io.BytesIO(text),
            csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=self._names),
            csv.ParseOptions(delimiter=delimiter, invalid_row_handler=invalid, ignore_empty_lines=False),
            _as_text(self._names),
        )
        kept = pa.array(np.delete(numbers, bad), pa.int64())
        for batch in table.combine_chunks().to_batches():
            yield numbered(self._without_nul(batch), self._names, kept)

    def _number(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Gives the batch its rows' numbers in the file, those of malformed rows left out."""
        first, size = self._next_row, batch.num_rows
        numbers = np.arange(first, first + size + len(self._bad_numbers))
        if self._bad_numbers:
            numbers = np.setdiff1d(numbers, self._bad_numbers, assume_unique=True)[:size]
        if size:
            self._next_row = int(numbers[-1]) + 1
        return numbered(self._without_nul(batch), self._names, pa.array(numbers, pa.int64()))

    def _without_nul(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if not self._has_nul:
            return batch
        columns = [pc.replace_substring(column, "\0", "") for column in batch.columns]
        return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)

    def _set_aside(self, number: int, reason: str, text: str) -> None:
        self._bad_numbers.append(number)
        self._bad_reasons.append(f"the row {reason}")
        self._bad_texts.append(text.replace("\0", "")[:100_000])


def _other_width(row: csv.InvalidRow) -> str:
    return f"has {row.actual_columns} columns instead of {row.expected_columns}"


def _as_text(names: list[str]) -> csv.ConvertOptions:
    return csv.ConvertOptions(
        column_types={name: pa.string() for name in names},
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        null_values=[""],
    )
