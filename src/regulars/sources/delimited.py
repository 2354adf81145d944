"""CSV and its relatives, parsed by Arrow block by block; a row of another width is malformed, with number and text."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from regulars.errors import InputError
from regulars.sources.blocks import Block, SetAside, blocks, decoder, strictly
from regulars.sources.delivery import MALFORMED, Delivery, FileOptions, numbered
from regulars.sources.dialect import WHITESPACE, Dialect, find_dialect
from regulars.sources.survey import HEAD_BYTES, Survey

_THREADS = 2
_LONGEST_PAYLOAD = 100_000
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class _Parsed:
    """A block's columns, and its malformed rows by their position among all its rows."""

    batch: pa.RecordBatch
    bad: list[SetAside]


def open_delimited(path: Path, facts: Survey, options: FileOptions) -> Delivery:
    """A delivery of a text table.

    Raises:
        InputError: It is empty, or no text.
    """
    is_wide = facts.encoding.lower().startswith("utf-16")
    head = facts.head[: len(facts.head) // 2 * 2] if is_wide else facts.head
    text = head.decode(facts.encoding, errors="replace")
    if text.count("\0") > len(text) // 10 or len(_CONTROL.findall(text)) > len(text) // 50:
        raise InputError(
            f"{path.name} is no text file, or its encoding is not {facts.encoding}."
            " Export it as CSV in UTF-8, Excel, Parquet or JSON, or set its encoding."
        )
    dialect = find_dialect(
        text, path.name, is_whole=len(facts.head) < HEAD_BYTES, delimiter=options.delimiter, header=options.header
    )
    delivery = Delivery(str(path), path.name, facts.bytes, facts.content_hash, list(dialect.columns), lambda: iter(()))
    delivery.read = lambda: _read(path, facts, dialect, delivery, is_checked=facts.is_utf8 and not is_wide)
    if facts.encoding not in ("utf-8", "utf-8-sig") and not options.encoding:
        delivery.warnings.append(f"is not UTF-8; read as {facts.encoding}")
    if facts.has_nul:
        delivery.warnings.append("has NUL bytes, which are left out")
    if not dialect.has_header:
        delivery.warnings.append(f"has no header line; its columns are called {', '.join(dialect.columns)}")
    return delivery


def _read(
    path: Path, facts: Survey, dialect: Dialect, delivery: Delivery, *, is_checked: bool
) -> Iterator[pa.RecordBatch]:
    names = delivery.columns
    is_spaced = dialect.delimiter == WHITESPACE
    bad: list[SetAside] = []
    first = 1
    try:
        with gzip.open(path) if facts.is_gzip else path.open("rb", buffering=0) as stream:
            pieces = blocks(
                stream.read,
                decoder(facts.encoding, is_checked=is_checked),
                dialect.skipped_lines,
                None if is_spaced else dialect.delimiter,
                len(names),
            )
            for parsed in _in_order(pieces, names, dialect.delimiter):
                rows = parsed.batch.num_rows + len(parsed.bad)
                positions = np.delete(np.arange(first, first + rows), [position for position, *_ in parsed.bad])
                bad += [(first + position, reason, text) for position, reason, text in parsed.bad]
                first += rows
                yield numbered(parsed.batch, names, pa.array(positions, pa.int64()))
    except (pa.ArrowInvalid, UnicodeDecodeError, EOFError, OSError, zlib.error, InputError) as error:
        raise InputError(
            f"{path.name} cannot be read to its end: {error}."
            " Mend that place or export it again, or set its encoding or delimiter."
        ) from None
    finally:
        delivery.malformed = pa.table(
            [[n for n, *_ in bad], [f"the row {r}" for _, r, _ in bad], [t[:_LONGEST_PAYLOAD] for *_, t in bad]],
            schema=MALFORMED,
        )


def _in_order(pieces: Iterator[Block], names: list[str], delimiter: str) -> Iterator[_Parsed]:
    """The blocks parsed: the first at once, for samples, the others some at a time."""
    parse = partial(_parse, names=names, delimiter=delimiter)
    for piece in pieces:
        yield parse(piece)
        break
    waiting: deque[Future[_Parsed]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for piece in pieces:
            waiting.append(pool.submit(parse, piece))
            if len(waiting) > _THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _parse(block: Block, names: list[str], delimiter: str) -> _Parsed:
    if delimiter == WHITESPACE:
        text = re.sub(rb"(?m)^\t|\t(?=\r?$)", b"", re.sub(rb"[ \t\x0b\x0c]+", b"\t", block.text))
        return _Parsed(*_columns(Block(text), names, "\t", has_quotes=False))
    batch, bad = _columns(block, names, delimiter)
    if block.records is not None and batch.num_rows + len(bad) != block.records:
        again = strictly(block, delimiter, len(names))
        batch, bad = _columns(again, names, delimiter)
        bad = _merged(bad, again.set_aside)
    return _Parsed(batch, _merged(bad, block.set_aside))


def _columns(
    block: Block, names: list[str], delimiter: str, *, has_quotes: bool = True
) -> tuple[pa.RecordBatch, list[SetAside]]:
    bad: list[SetAside] = []

    def invalid(row: csv.InvalidRow) -> str:
        # One thread per block: only then does the parser know the row's number.
        reason = f"has {row.actual_columns} columns instead of {row.expected_columns}"
        bad.append((int(row.number) - 1, reason, row.text))
        return "skip"

    empty = pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in names], names=names)
    if not block.text.strip(b"\r\n"):
        return empty, bad
    parsing = csv.ParseOptions(
        delimiter=delimiter,
        quote_char='"' if has_quotes else False,
        newlines_in_values=block.is_multiline,
        invalid_row_handler=invalid,
    )
    reading = csv.ReadOptions(use_threads=False, block_size=len(block.text) + 1, column_names=names)
    table = csv.read_csv(pa.BufferReader(block.text), reading, parsing, _as_text(names)).combine_chunks()
    return next(iter(table.to_batches()), empty), bad


def _merged(parsed: list[SetAside], before: tuple[SetAside, ...]) -> list[SetAside]:
    """Malformed rows of both kinds by their position among all rows; the parser did not see those set aside before."""
    if not before:
        return parsed
    taken = np.array([position for position, *_ in before])
    # The n-th row that the parser saw is the n-th of those not taken.
    free = taken - np.arange(len(taken))
    seen = [(place + int(np.searchsorted(free, place, side="right")), reason, text) for place, reason, text in parsed]
    return sorted([*seen, *before])


def _as_text(names: list[str]) -> csv.ConvertOptions:
    return csv.ConvertOptions(
        column_types={name: pa.string() for name in names},
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        null_values=[""],
    )
