"""Excel workbooks, .xlsx and .xls: one sheet, its first row that is not empty as the header, every cell as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.errors import InputError
from regulars.sources.delivery import Delivery, FileOptions, numbered, unique_names
from regulars.sources.survey import Survey
from regulars.sources.tables import as_text

_BATCH_ROWS = 122_880


def open_workbook(path: Path, facts: Survey, options: FileOptions) -> Delivery:
    """A delivery of one sheet: the one named, else the first that has anything in it.

    Raises:
        InputError: The workbook is protected or damaged, or has no such sheet, or nothing in it.
    """
    import fastexcel

    try:
        workbook = fastexcel.read_excel(path)
        names = workbook.sheet_names
        if options.sheet is not None and options.sheet not in (*names, *range(len(names))):
            raise InputError(f"{path.name} has no sheet {options.sheet!r}. It has: {', '.join(names)}.")
        wanted: Sequence[str | int] = [options.sheet] if options.sheet is not None else [*names]
        table = next((t for sheet in wanted if (t := _sheet(workbook, sheet)).num_rows), None)
    except fastexcel.FastExcelError as error:
        raise InputError(_what_is_wrong(path, facts, error)) from None
    if table is None:
        raise InputError(f"{path.name} is empty. Export it again, with a header row and rows.")
    header = [column[0].as_py() for column in table.columns]
    columns = unique_names(header)
    body = table.slice(1).combine_chunks()

    def read() -> Iterator[pa.RecordBatch]:
        first = 1
        for batch in body.to_batches(_BATCH_ROWS):
            numbers = pa.array(np.arange(first, first + batch.num_rows))
            texts = pa.RecordBatch.from_arrays([as_text(column) for column in batch.columns], names=columns)
            yield numbered(texts, columns, numbers)
            first += batch.num_rows

    return Delivery(str(path), path.name, facts.bytes, facts.content_hash, columns, read)


def _sheet(workbook: object, sheet: str | int) -> pa.Table:
    """The sheet's rows that are not empty, header included, all text."""
    batch = workbook.load_sheet(sheet, dtypes="string", header_row=None).to_arrow()  # type: ignore[attr-defined]
    table = pa.Table.from_batches([batch])
    if table.num_rows == 0:
        return table
    filled = pc.is_valid(table.column(0))
    for column in table.columns[1:]:
        filled = pc.or_(filled, pc.is_valid(column))
    return table if pc.all(filled).as_py() else table.filter(filled)


def _what_is_wrong(path: Path, facts: Survey, error: Exception) -> str:
    # An encrypted workbook is an OLE container that holds an "EncryptedPackage", its name in UTF-16.
    with path.open("rb") as file:
        start = file.read(8)
        is_container = start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        content = start + file.read() if is_container else b""
    protected = "EncryptedPackage".encode("utf-16-le") in content or "password" in str(error).lower()
    if protected:
        return f"{path.name} is protected with a password. Save a copy without one."
    # The library goes on with the calls it was in; its first line says what is wrong.
    reason = str(error).splitlines()[0].rstrip(".")
    return f"{path.name} is a damaged workbook: {reason}. Save it again from Excel, or export CSV."
