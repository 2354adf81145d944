"""Arrow batches -> one file, whole or absent, in constant memory; or -> other batches, by SQL without a warehouse."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from regulars.engines.duckdb_scrubbing import overwrite
from regulars.errors import InputError

_EXCEL_ROWS = 1_048_575
_COPY = {
    "csv": "(format csv, header)",
    "json": "(format json, array true)",
    "parquet": "(format parquet, compression zstd)",
}
FORMATS = (*_COPY, "xlsx")


def write_file(reader: pa.RecordBatchReader, path: Path, kind: str) -> int:
    """Writes every row to a temporary file beside `path`, renames it, and returns the number of rows.

    Args:
        reader: The rows.
        path: The file, replaced when it exists.
        kind: csv, json (one array), parquet or xlsx.

    Raises:
        InputError: The place cannot be written, or Excel cannot hold so many rows.
    """
    half = path.with_name(f".{path.name}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            rows = _write_excel(reader, half) if kind == "xlsx" else _copy(reader, half, kind)
            os.replace(half, path)
        finally:
            half.unlink(missing_ok=True)
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
    """Zeroes a file and removes it; harmless when there is none."""
    overwrite(path)


@contextmanager
def selected(reader: pa.RecordBatchReader, sql: str, batch_rows: int = 122_880) -> Iterator[pa.RecordBatchReader]:
    """The result of a query over the batches, which it calls `incoming`, in their order and batch by batch."""
    # Without access to files: the query may hold the text of a user's column names.
    connection = duckdb.connect(config={"enable_external_access": False})
    try:
        connection.execute("set enable_progress_bar = false")
        connection.register("incoming", reader)
        yield connection.sql(sql).to_arrow_reader(batch_rows)
    finally:
        connection.close()


def _copy(reader: pa.RecordBatchReader, path: Path, kind: str) -> int:
    if kind == "csv":
        reader = pa.RecordBatchReader.from_batches(reader.schema, map(_without_formulas, reader))
    connection = duckdb.connect()
    try:
        # A bar would go to standard output, between the lines of --json.
        connection.execute("set enable_progress_bar = false")
        connection.register("outgoing", reader)
        target = str(path).replace("'", "''")
        row = connection.execute(f"copy (select * from outgoing) to '{target}' {_COPY[kind]}").fetchone()
    finally:
        connection.close()
    return int(row[0]) if row else 0


def _without_formulas(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers such as +44… stay."""
    return pa.RecordBatch.from_arrays([_inert(column) for column in batch.columns], names=batch.schema.names)


def _inert(column: pa.Array) -> pa.Array:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    risky = pc.and_(
        pc.match_substring_regex(column, r"^[=+\-@\t\r]"),
        pc.invert(pc.match_substring_regex(column, r"^[+-]?[0-9.,]+$")),
    )
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def _write_excel(reader: pa.RecordBatchReader, path: Path) -> int:
    import xlsxwriter

    workbook = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = workbook.add_worksheet("customers")
    bold = workbook.add_format({"bold": True})
    formats = [_excel_format(workbook, field.type) for field in reader.schema]
    for position, name in enumerate(reader.schema.names):
        sheet.write_string(0, position, name, bold)
    sheet.freeze_panes(1, 1)
    rows = 0
    for batch in reader:
        if rows + batch.num_rows > _EXCEL_ROWS:
            workbook.close()
            raise InputError(f"Excel holds {_EXCEL_ROWS:,} rows and there are more. Export csv or parquet instead.")
        # The format has no columnar writer: cells go in one by one, column values taken out of Arrow in bulk.
        cells = [_excel_values(column) for column in batch.columns]
        for offset in range(batch.num_rows):
            for position, values in enumerate(cells):
                if values[offset] is not None:
                    sheet.write(rows + offset + 1, position, values[offset], formats[position])
        rows += batch.num_rows
    workbook.close()
    return rows


def _excel_values(column: pa.Array) -> list[object]:
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    values: list[object] = column.to_pylist()
    return values


def _excel_format(workbook: object, kind: pa.DataType) -> object:
    add: Callable[[dict[str, str]], object] = workbook.add_format  # type: ignore[attr-defined]
    if pa.types.is_date(kind):
        return add({"num_format": "yyyy-mm-dd"})
    if pa.types.is_timestamp(kind):
        return add({"num_format": "yyyy-mm-dd hh:mm:ss"})
    return add({"num_format": "#,##0.00"} if pa.types.is_decimal(kind) else {})
