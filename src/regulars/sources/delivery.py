"""One file or table on its way in: its columns as text, in batches; every data row is in a batch or malformed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from regulars.errors import RegularsError
from regulars.source_settings import SourceSettings

MALFORMED = pa.schema([("row_number", pa.int64()), ("reason", pa.string()), ("payload", pa.string())])
SAMPLE_ROWS = 1000
BATCH_ROWS = 122_880


@dataclass(frozen=True)
class FileOptions:
    """What is known of a file beforehand; unset means: find out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | int | None = None
    header: bool | None = None

    @classmethod
    def of(cls, source: SourceSettings) -> FileOptions:
        """The options that a source's settings name."""
        return cls(source.encoding, source.delimiter, source.sheet, source.header)


@dataclass
class Delivery:
    """A file or table that can be landed.

    Attributes:
        uri: Where it came from, for the ledger.
        name: What people call it.
        bytes: Its size.
        content_hash: BLAKE2b of its content; empty for a feed, which is known by its watermark.
        columns: Column names as received, made unique and non-empty.
        read: Yields batches of text columns and an int64 `_row`, the number of the data row from 1.
        warnings: What was odd but could be read.
        malformed: Rows that could not be read (`row_number`, `reason`, `payload`); complete once the batches are.
        confirm: Called after the last batch; raises when the file changed while it was read.
        watermark: For a feed: up to where it was read, known once the batches are exhausted; the ledger keeps it in the
            transaction of the rows, and the next reading starts there.
        overlaps: For a feed: rows that landed before may come again, and are not kept again where they are the same.
    """

    uri: str
    name: str
    bytes: int
    content_hash: str
    columns: list[str]
    read: Callable[[], Iterator[pa.RecordBatch]]
    warnings: list[str] = field(default_factory=list)
    malformed: pa.Table = field(default_factory=MALFORMED.empty_table)
    confirm: Callable[[], None] = lambda: None
    watermark: Callable[[], str | None] = lambda: None
    overlaps: bool = False
    failure: RegularsError | None = None
    _sample: pa.Table | None = None

    @property
    def schema(self) -> pa.Schema:
        """Text columns, then `_row`."""
        return pa.schema([*((name, pa.string()) for name in self.columns), ("_row", pa.int64())])

    def batches(self) -> pa.RecordBatchReader:
        """Every readable row; the malformed ones are known when it is exhausted.

        Raises:
            InputError: It cannot be read on, or is not what was opened.
            SourceUnreachable: A feed broke off. A database that reads the batches may raise an error of its own in the
                place of either; `failure` then holds the real one.
        """

        def checked() -> Iterator[pa.RecordBatch]:
            try:
                yield from _evenly(self.read(), self.schema)
                self.confirm()
            except RegularsError as error:
                self.failure = error
                raise

        return pa.RecordBatchReader.from_batches(self.schema, checked())

    def sample(self, rows: int = SAMPLE_ROWS) -> pa.Table:
        """The first rows, for detection and previews; the file is opened for it once."""
        if self._sample is None or self._sample.num_rows < rows > SAMPLE_ROWS:
            wanted, found, known = max(rows, SAMPLE_ROWS), 0, self.malformed
            batches: list[pa.RecordBatch] = []
            reading = self.read()
            while found < wanted and (batch := next(reading, None)) is not None:
                batches.append(batch)
                found += batch.num_rows
            del reading  # closed, so that the file is not held open
            self._sample = pa.Table.from_batches(batches, self.schema).slice(0, wanted).drop_columns(["_row"])
            self.malformed = known
        return self._sample.slice(0, rows)


def _evenly(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of one size, the one in which DuckDB stores rows: it appends those twice as fast."""
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= BATCH_ROWS:
            table = pa.Table.from_batches(held, schema)
            whole = rows - rows % BATCH_ROWS
            for start in range(0, whole, BATCH_ROWS):
                yield from table.slice(start, BATCH_ROWS).combine_chunks().to_batches()
            rest = table.slice(whole)
            held, rows = rest.to_batches(), rest.num_rows
    if rows:
        yield from pa.Table.from_batches(held, schema).combine_chunks().to_batches()


def unique_names(names: Iterable[str | None]) -> list[str]:
    """Header cells as column names: blanks become column_3, repeats get _2, Regulars' own names an underscore."""
    taken: set[str] = set()
    unique = []
    for position, cell in enumerate(names, start=1):
        base = (cell or "").strip().strip("\ufeff") or f"column_{position}"
        base = f"{base}_" if base.lower() in ("_row", "_load_id", "_loaded_at") else base
        name = next(
            n for n in itertools.chain([base], (f"{base}_{i}" for i in itertools.count(2))) if n.lower() not in taken
        )
        taken.add(name.lower())
        unique.append(name)
    return unique


def numbered(batch: pa.RecordBatch, names: Sequence[str], row_numbers: pa.Array) -> pa.RecordBatch:
    """The batch under the delivery's column names, with its row numbers."""
    return pa.RecordBatch.from_arrays([*batch.columns, row_numbers], names=[*names, "_row"])
