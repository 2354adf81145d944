"""Records of JSON, page after page, as a delivery: columns of text, held in a temporary file until all are known.

What comes out is what the same records give as a file of JSON lines (`json_files.py`): numbers digit by digit, nested
values as JSON text, empty text as null, and a record that is no object as a malformed row. But they are neither
written as text nor parsed a second time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.errors import InputError
from regulars.sources.delivery import MALFORMED, Delivery, numbered, unique_names
from regulars.sources.feed import nothing_new

# Marks that no text has, around a number with a point: between parsing and writing it is text, and keeps its digits.
_OPEN, _CLOSE, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_PAGE_ROWS = 5000


def parsed(text: bytes) -> Any:
    """JSON whose numbers with a point keep their digits, as text between marks.

    Raises:
        ValueError: It is none.
    """
    try:
        return json.loads(text, parse_float=_marked)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def without_marks(value: Any) -> Any:
    """A value that `parsed` gave, its digits as plain text."""
    return value.strip(_OPEN + _CLOSE) if isinstance(value, str) and value[:1] == _OPEN else value


def as_lines(records: list[Any]) -> bytes:
    """One line per record: written as one list, which is much faster, with a mark wherever a line ends."""
    marked = [_END] * (2 * len(records) - 1)
    marked[::2] = records
    text = _WRITE(marked)[1:-1].replace(f',"{_END}",', "\n")
    return _plain(text).encode(errors="replace")


@contextmanager
def spooled_records(
    name: str, uri: str, pages: Iterable[list[Any]], watermark: Callable[[], str | None]
) -> Iterator[Delivery]:
    """A delivery of records that `parsed` gave.

    Args:
        name: The source.
        uri: Where the records come from, without secrets, for the ledger.
        pages: The records, some at a time.
        watermark: Up to where the source was read, once the pages are exhausted.

    Raises:
        InputError: None of the records is an object with keys.
    """
    with TemporaryDirectory(prefix="regulars-feed-") as folder:
        file = Path(folder) / "records.arrows"
        spool = _Spool()
        with pa.OSFile(str(file), "wb") as sink:
            for records in _gathered(pages):
                spool.write(records, sink)
            size = sink.tell()
        if not spool.rows:
            yield nothing_new(name, uri)
            return
        if not spool.keys:
            raise InputError(f"{name} gives no JSON objects with keys. Each of its records must be an object.")
        columns = unique_names(spool.keys)
        bad = pa.Table.from_pylist([dict(zip(MALFORMED.names, row, strict=True)) for row in spool.bad], MALFORMED)
        yield Delivery(
            uri, name, size, "", columns, lambda: spool.read(file, columns), malformed=bad, watermark=watermark
        )


class _Spool:
    """Batches written one after the other, each with the columns that it has."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.rows = 0
        self.bad: list[tuple[int, str, str]] = []

    def write(self, records: list[Any], sink: pa.NativeFile) -> None:
        """Adds records; those that are no objects are noted."""
        first = self.rows + 1
        self.rows += len(records)
        places: Sequence[int] = range(len(records))
        if not all(isinstance(record, dict) for record in records):
            places = [place for place in places if isinstance(records[place], dict)]
            self.bad += [
                (first + place, "the row is no JSON object", as_lines([record]).decode())
                for place, record in enumerate(records)
                if not isinstance(record, dict)
            ]
            records = [records[place] for place in places]
        columns = _columns(records)
        for key in columns:
            self.keys.setdefault(key, len(self.keys))
        numbers = pa.array([first + place for place in places], pa.int64())
        batch = pa.RecordBatch.from_arrays([*columns.values(), numbers], names=[*columns, "_row"])
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)

    def read(self, file: Path, names: list[str]) -> Iterator[pa.RecordBatch]:
        """All batches with all columns."""
        with pa.OSFile(str(file)) as source:
            size = source.size()
            while source.tell() < size:
                for batch in pa.ipc.open_stream(source):
                    *found, numbers = batch.columns
                    columns: list[pa.Array | None] = [None] * len(self.keys)
                    for key, column in zip(batch.schema.names, found, strict=False):
                        columns[self.keys[key]] = column
                    missing = pa.nulls(batch.num_rows, pa.string())
                    cells = [missing if column is None else column for column in columns]
                    yield numbered(pa.RecordBatch.from_arrays(cells, names=names), names, numbers)


def _gathered(pages: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Small pages together, for each batch has its price."""
    held: list[Any] = []
    for page in pages:
        held += page
        if len(held) >= _PAGE_ROWS:
            yield held
            held = []
    if held:
        yield held


def _columns(records: list[dict[str, Any]]) -> dict[str, pa.Array]:
    """The records' values by key, as text."""
    keys = dict.fromkeys(chain.from_iterable(records))
    return {_whole(key): _texts([record.get(key) for record in records]) for key in keys}


def _texts(values: list[Any]) -> pa.Array:
    try:
        column = pa.array(values)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        column = None
    if column is None or not _is_flat(column.type):
        column = pa.array(map(_text, values), pa.string())
    column = column.cast(pa.string())
    if pc.any(pc.starts_with(column, _OPEN)).as_py():
        column = pc.utf8_trim(column, _OPEN + _CLOSE)
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _is_flat(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_int64(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind)


def _text(value: Any) -> str | None:
    """One value as text."""
    if value is None or isinstance(value, str):
        return None if value is None else _whole(value)
    return _whole(_plain(_WRITE(value)))


def _plain(text: str) -> str:
    """JSON whose marked digits are numbers again."""
    return text.replace(f'"{_OPEN}', "").replace(f'{_CLOSE}"', "") if _OPEN in text else text


def _whole(text: str) -> str:
    """Half a character, which is no text, is a question mark."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def _marked(digits: str) -> str:
    return f"{_OPEN}{digits}{_CLOSE}"
