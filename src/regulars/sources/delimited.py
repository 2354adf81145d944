"""CSV and its kin -> batches of text. Clean blocks are parsed by Arrow, several at a time and in order; nothing depends on the size of the
file, and every data row is either in a batch or set aside with its number, the reason and its text.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from regulars.errors import InputError
from regulars.sources.blocks import Block, BlockCutter
from regulars.sources.delivery import Batches, FileOptions, Reading, text_schema
from regulars.sources.dialect import SAMPLE, Layout, decide_layout
from regulars.sources.text_stream import TextStream, Warn, as_utf8

_QUOTES_BROKEN = "a quotation mark in the row is not closed, or one inside a value is not doubled"
_SPACES = re.compile(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)")
_RUN_OF_SPACES = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class Parsed:
    """A block's rows as columns of text, the number of each within the block from 0, and the rows set aside."""

    columns: list[pa.Array]
    rows: npt.NDArray[np.int64]
    malformed: npt.NDArray[np.int64]
    reasons: list[str]
    payloads: list[str]


class DelimitedReader:
    """Reader of delimited text."""

    def __init__(self, path: Path, options: FileOptions) -> None:
        self._stream = TextStream(path, options.encoding)
        self._name = path.name
        self._layout = self._look(options)
        self.kind = f"text delimited by {self._layout.dialect.describe()}"
        self.columns = self._layout.columns
        self.warnings = self._layout.warnings

    def batches(self, reading: Reading) -> Batches:
        """All rows in order; rows that are none go to `reading`."""
        schema = text_schema(self.columns)
        with closing(self._stream.chunks(reading.warn)) as chunks:
            cutter = BlockCutter(self._layout.dialect, self._layout.width)
            blocks = cutter.blocks(self._name, _from(self._layout.start, chunks))
            done = 0
            for parsed in _side_by_side(_Parser(self._layout, cutter, reading.warn), blocks):
                reading.reject(parsed.malformed + done + 1, parsed.reasons, parsed.payloads)
                if parsed.rows.size:
                    numbers = pa.array(parsed.rows + done + 1)
                    yield pa.RecordBatch.from_arrays([*parsed.columns, numbers], schema=schema)
                done += parsed.rows.size + parsed.malformed.size

    def _look(self, options: FileOptions) -> Layout:
        sample, is_whole = b"", True
        with closing(self._stream.chunks(lambda message: None)) as chunks:
            for chunk in chunks:
                is_whole = len(sample) + len(chunk) <= SAMPLE
                sample += chunk
                if not is_whole and (b"\n" in sample or b"\r" in sample):
                    break
        end = max(sample.rfind(b"\n", 0, SAMPLE), sample.rfind(b"\r", 0, SAMPLE)) + 1
        if is_whole:
            sample = sample if sample.endswith((b"\n", b"\r")) else sample + b"\n"
        else:
            # A first line longer than the sample is taken whole.
            sample = sample[:end] if end else sample[: max(sample.find(b"\n"), sample.find(b"\r")) + 1]
        return decide_layout(self._name, as_utf8(sample, lambda message: None), options)


class _Parser:
    """Parses one block after the other; several threads may use it."""

    def __init__(self, layout: Layout, cutter: BlockCutter, warn: Warn) -> None:
        self._layout, self._cutter, self._warn = layout, cutter, warn
        self._names = [f"c{position}" for position in range(layout.width)]
        dialect = layout.dialect
        self._signs = {
            "delimiter": dialect.delimiter,
            "quote_char": dialect.quote or False,
            "escape_char": dialect.escape or False,
        }
        # What is no UTF-8 was read as Windows-1252 before, so Arrow need not look.
        self._convert = csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(self._names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        )

    def __call__(self, block: Block) -> Parsed:
        content = as_utf8(block.content, self._warn)
        if self._layout.dialect.is_whitespace:
            content = _RUN_OF_SPACES.sub(b" ", _SPACES.sub(b"", content))
        refused: list[csv.InvalidRow] = []

        def refuse(row: csv.InvalidRow) -> str:
            refused.append(row)
            return "skip"

        try:
            table = csv.read_csv(
                pa.BufferReader(content),
                csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=self._names),
                csv.ParseOptions(**self._signs, newlines_in_values=True, invalid_row_handler=refuse),
                self._convert,
            )
        except pa.ArrowInvalid as error:
            if str(error).startswith("Empty CSV file"):
                table = pa.table({name: pa.array([], pa.string()) for name in self._names})
            else:
                raise InputError(f"A part of the file cannot be read as a table: {error}.") from None
        if not block.is_matched and any("\n" in row.text or "\r" in row.text for row in refused):
            # A quote that was never closed may have swallowed good rows: match them one by one.
            return self(self._cutter.matched(block.content))
        return self._numbered(table, refused, block)

    def _numbered(self, table: pa.Table, refused: list[csv.InvalidRow], block: Block) -> Parsed:
        columns = [column.combine_chunks() for column in table.columns]
        if not refused:
            none = np.empty(0, dtype=np.int64)
            return Parsed(columns, np.arange(table.num_rows, dtype=np.int64), none, [], [])
        is_blank = np.array([row.actual_columns == 1 and not row.text.strip() for row in refused], dtype=np.bool_)
        places = np.array([row.number - 1 for row in refused], dtype=np.int64)
        # Lines of nothing but spaces are no rows: they take no number.
        counted = np.ones(table.num_rows + len(refused), dtype=np.int64)
        counted[places[is_blank]] = 0
        numbers = np.cumsum(counted) - 1
        rejected = [row for row, blank in zip(refused, is_blank, strict=True) if not blank]
        if block.is_matched:
            payloads = [line.decode("utf-8", "regulars.windows") for line in block.broken]
            reasons = [self._reason_of(line) for line in block.broken]
        else:
            payloads = [row.text for row in rejected]
            reasons = [self._ragged(row.actual_columns) for row in rejected]
        return Parsed(columns, np.delete(numbers, places), numbers[places[~is_blank]], reasons, payloads)

    def _reason_of(self, line: bytes) -> str:
        found = list(_records_of_line(line, self._layout))
        return self._ragged(found[0]) if found and found[0] else _QUOTES_BROKEN

    def _ragged(self, values: int) -> str:
        return f"the row has {values} value{'' if values == 1 else 's'} where the header has {self._layout.width}"


def _records_of_line(line: bytes, layout: Layout) -> Iterable[int]:
    from regulars.sources.grammar import records_of

    return (record.width for record in records_of(line + b"\n", layout.dialect, limit=1))


def _side_by_side(parse: _Parser, blocks: Generator[Block, None, None]) -> Generator[Parsed, None, None]:
    """Parses blocks in as many threads as there are cores and gives the results in order, a few blocks ahead at most."""
    workers = min(os.cpu_count() or 1, 4)
    ahead: deque[Future[Parsed]] = deque()
    with ThreadPoolExecutor(workers, "parse") as pool, closing(blocks):
        try:
            for block in blocks:
                ahead.append(pool.submit(parse, block))
                if len(ahead) > workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()


def _from(start: int, chunks: Iterable[bytes]) -> Generator[bytes, None, None]:
    """The stream without its first `start` bytes."""
    for chunk in chunks:
        if start < len(chunk):
            yield chunk[start:] if start else chunk
        start = max(0, start - len(chunk))
