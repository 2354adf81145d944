"""Arrow batches -> one file, whole or absent, in constant memory; or -> other batches, by SQL without a warehouse.

What is under way has a name of its own, `.<file>.<process>-<letters>.half`. Killed before the last rename, the file is
as it was; the half is removed by the next one who writes there, and `halves` finds it.
"""

from __future__ import annotations

import glob
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from regulars.engines.duckdb_scrubbing import overwrite
from regulars.engines.processes import is_living, mark
from regulars.errors import InputError

_EXCEL_ROWS = 1_048_575
_COPY = {
    "csv": "(format csv, header)",
    "json": "(format json, array true)",
    "parquet": "(format parquet, compression zstd)",
}
FORMATS = (*_COPY, "xlsx")
# What begins a formula for one spreadsheet or another, the wide characters of East Asian keyboards among them.
RISKY = r"^[=+\-@\t\r\n＝＋－＠]"
# Where a spreadsheet parts cells by semicolons or tabs, as in much of Europe, a cell begins in the middle of a text.
_RISKY_WITHIN = r"([;\t\r\n][\s\"]*)([=+\-@＝＋－＠])"


def write_file(reader: pa.RecordBatchReader, path: Path, kind: str, about: Mapping[str, str] | None = None) -> int:
    """Writes every row to a temporary file beside `path`, renames it, and returns the number of rows.

    Args:
        reader: The rows.
        path: The file, replaced when it exists.
        kind: csv, json (one array), parquet or xlsx.
        about: What the file says of itself where its format has room beside the rows: parquet as metadata of the file,
            xlsx as properties of the document.

    Raises:
        InputError: The place cannot be written, or Excel cannot hold so many rows.
    """
    try:
        with under_way(path) as half:
            rows = _write_excel(reader, half, about) if kind == "xlsx" else _copy(reader, half, kind, about)
            sync(half)
            os.replace(half, path)
            sync(path.parent)
    except (OSError, duckdb.IOException) as error:
        raise InputError(f"Cannot write {path}: {error}. Choose another place or free disk space.") from None
    return rows


def write_text(pieces: Iterable[str], path: Path) -> None:
    """Writes text piece by piece to a temporary file beside `path`, for its owner's eyes only, and renames it.

    Raises:
        InputError: The place cannot be written.
    """
    half = path.with_name(f".{path.name}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.writelines(pieces)
            os.replace(half, path)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error}. Choose another place or free disk space.") from None


def discard(path: Path) -> None:
    """Zeroes a file, or the files of a folder, and removes it; harmless when there is none."""
    if path.is_dir():
        for file in path.rglob("*"):
            if file.is_file():
                overwrite(file)
        shutil.rmtree(path, ignore_errors=True)
    else:
        overwrite(path)


@contextmanager
def under_way(path: Path) -> Iterator[Path]:
    """A name beside `path` for what will take its place; the folder is made, and what is left of it goes at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in halves(path):
        if not is_being_written(left):
            _remove(left)
    half = path.with_name(f".{path.name}.{mark()}-{secrets.token_hex(4)}.half")
    try:
        yield half
    finally:
        _remove(half)


def halves(path: Path) -> list[Path]:
    """What lies beside a file or folder of those who are writing it, or were killed while they did."""
    return sorted(path.parent.glob(f".{glob.escape(path.name)}.*.half"))


def is_being_written(half: Path) -> bool:
    """Whether the process that writes a half is alive, on this machine."""
    found = re.search(r"\.(\d+-[0-9a-f]+)(-[0-9a-f]+)?\.half$", half.name)
    return found is not None and is_living(found[1])


def sync(path: Path) -> None:
    """Returns when the disk has the content of a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def selected(
    reader: pa.RecordBatchReader,
    sql: str,
    batch_rows: int = 122_880,
    *,
    beside: Mapping[str, pa.Table] | None = None,
) -> Iterator[pa.RecordBatchReader]:
    """The result of a query over the batches, which it calls `incoming`, in their order and batch by batch.

    `beside` are small tables that it may name too.
    """
    # Without access to files: the query may hold the text of a user's column names.
    connection = duckdb.connect(config={"enable_external_access": False})
    try:
        connection.execute("set enable_progress_bar = false")
        connection.register("incoming", reader)
        for name, table in (beside or {}).items():
            connection.register(name, table)
        yield connection.sql(sql).to_arrow_reader(batch_rows)
    finally:
        connection.close()


def _copy(reader: pa.RecordBatchReader, path: Path, kind: str, about: Mapping[str, str] | None) -> int:
    if kind == "csv":
        reader = pa.RecordBatchReader.from_batches(reader.schema, map(_without_formulas, reader))
    # DuckDB 2.0's writing in the background waits for itself for ever where a query fails while a write is pending
    # (AsyncFileWriter holds the lock in its destructor that the pending write needs). Without its threads it writes
    # at once. With one thread nothing waits in memory for its turn to be written.
    connection = duckdb.connect(config={"async_threads": 0, "threads": 1})
    try:
        # A bar would go to standard output, between the lines of --json.
        connection.execute("set enable_progress_bar = false")
        connection.register("outgoing", reader)
        target = str(path).replace("'", "''")
        options = _COPY[kind]
        if about and kind == "parquet":
            quoted = {name: value.replace("'", "''") for name, value in about.items()}
            facts = ", ".join(f"{name}: '{value}'" for name, value in quoted.items())
            options = f"{options.removesuffix(')')}, kv_metadata {{{facts}}})"
        row = connection.execute(f"copy (select * from outgoing) to '{target}' {options}").fetchone()
    finally:
        connection.close()
    return int(row[0]) if row else 0


def _without_formulas(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers such as +44… stay.

    The same goes for what would become a cell of its own where semicolons or tabs part them.
    """
    return pa.RecordBatch.from_arrays([_inert(column) for column in batch.columns], schema=batch.schema)


def _inert(column: pa.Array) -> pa.Array:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    risky = pc.and_(
        pc.match_substring_regex(column, RISKY),
        pc.invert(pc.match_substring_regex(column, r"^[+-]?[0-9.,]+$")),
    )
    inert = pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
    if not pc.any(pc.match_substring_regex(inert, _RISKY_WITHIN)).as_py():
        return inert
    return pc.replace_substring_regex(inert, _RISKY_WITHIN, r"\1'\2")


def _write_excel(reader: pa.RecordBatchReader, path: Path, about: Mapping[str, str] | None) -> int:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    # The parts of a large sheet lie beside the file, and not in a folder that all may read.
    parts = path.with_name(path.name.removesuffix(".half") + "0.half")
    parts.mkdir(mode=0o700)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(parts)}
    try:
        workbook = xlsxwriter.Workbook(str(path), options)
        for name, value in (about or {}).items():
            workbook.set_custom_property(name, value, "text")
        rows = _fill(workbook, reader)
        workbook.close()
    except FileCreateError as error:
        raise OSError(str(error)) from None
    finally:
        _remove(parts)
    return rows


def _fill(workbook: Any, reader: pa.RecordBatchReader) -> int:
    sheet = workbook.add_worksheet("customers")
    bold = workbook.add_format({"bold": True})
    formats = [_excel_format(workbook, field.type) for field in reader.schema]
    for position, name in enumerate(reader.schema.names):
        sheet.write_string(0, position, name, bold)
    sheet.freeze_panes(1, 1)
    rows = 0
    for batch in reader:
        if rows + batch.num_rows > _EXCEL_ROWS:
            raise InputError(f"Excel holds {_EXCEL_ROWS:,} rows and there are more. Export csv or parquet instead.")
        # The format has no columnar writer: cells go in one by one, column values taken out of Arrow in bulk.
        cells = [_excel_values(column) for column in batch.columns]
        for offset in range(batch.num_rows):
            for position, values in enumerate(cells):
                if values[offset] is not None:
                    sheet.write(rows + offset + 1, position, values[offset], formats[position])
        rows += batch.num_rows
    return rows


def _excel_values(column: pa.Array) -> list[object]:
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    values: list[object] = column.to_pylist()
    return values


def _excel_format(workbook: Any, kind: pa.DataType) -> object:
    add: Callable[[dict[str, str]], object] = workbook.add_format
    if pa.types.is_date(kind):
        return add({"num_format": "yyyy-mm-dd"})
    if pa.types.is_timestamp(kind):
        return add({"num_format": "yyyy-mm-dd hh:mm:ss"})
    return add({"num_format": "#,##0.00"} if pa.types.is_decimal(kind) else {})
