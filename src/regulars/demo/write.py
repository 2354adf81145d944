"""Writes tables chunk by chunk, into a folder of their own, so that a reader sees each file whole or not at all.

Everything is written in a hidden folder within the target first and then renamed into place; the truth's parameters
come last, and mark the folder as a generated shop.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from regulars.demo.options import FileFormat
from regulars.errors import InputError

CHUNK_ROWS = 500_000
MARKER = Path("truth") / "parameters.json"
_HIDDEN = ".generating-"
_OURS = {"customers.csv", "customers.parquet", "orders.csv", "orders.parquet", "truth"}

Rows = Callable[[slice], pa.Table]


@contextmanager
def replaced_folder(folder: Path, force: bool) -> Iterator[Path]:
    """A hidden folder to write into; its files take their places in `folder` when the block ends well.

    Raises:
        InputError: `folder` is a file, or holds anything but a generated shop and `force` is not set.
    """
    _refuse_foreign(folder, force)
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    for abandoned in folder.glob(f"{_HIDDEN}*"):
        shutil.rmtree(abandoned)
    hidden = Path(tempfile.mkdtemp(prefix=_HIDDEN, dir=folder))
    is_done = False
    try:
        yield hidden
        _move_into_place(hidden, folder)
        is_done = True
    finally:
        shutil.rmtree(hidden, ignore_errors=True)
        if is_new and not is_done:
            with suppress(OSError):
                folder.rmdir()


def write_table(path: Path, file_format: FileFormat, count: int, rows: Rows, on_chunk: Callable[[int], None]) -> None:
    """Writes `count` rows, asking for CHUNK_ROWS of them at a time; a table without rows has its header still."""
    writer: pa_csv.CSVWriter | pq.ParquetWriter | None = None
    with path.open("wb") as sink:
        for start in range(0, max(count, 1), CHUNK_ROWS):
            stop = min(start + CHUNK_ROWS, count)
            table = rows(slice(start, stop))
            writer = writer or _open_writer(sink, file_format, table.schema)
            writer.write_table(table)
            on_chunk(stop)
        if writer is not None:
            writer.close()


def _open_writer(sink: BinaryIO, file_format: FileFormat, schema: pa.Schema) -> pa_csv.CSVWriter | pq.ParquetWriter:
    """A writer for the format. No value of ours needs quotes in CSV, and the writer refuses one that would."""
    if file_format == "parquet":
        return pq.ParquetWriter(sink, schema)
    sink.write((",".join(schema.names) + "\n").encode())
    options = pa_csv.WriteOptions(include_header=False, quoting_style="none", batch_size=8_192)
    return pa_csv.CSVWriter(sink, schema, write_options=options)


def _refuse_foreign(folder: Path, force: bool) -> None:
    """Only an empty folder or one that holds just an earlier generated shop is written over without being told to."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, so no shop can be made in it. Name another folder.")
    if force or not folder.exists():
        return
    held = sorted(path.name for path in folder.iterdir() if not path.name.startswith(_HIDDEN))
    is_shop = (folder / MARKER).exists() and set(held) <= _OURS
    if held and not is_shop:
        shown = ", ".join(held[:3]) + (f" and {len(held) - 3} more" if len(held) > 3 else "")
        raise InputError(
            f"{folder} holds other things already: {shown}. "
            "Name an empty folder, or add --force to write into this one; of its files only those of the same names go."
        )


def _move_into_place(hidden: Path, folder: Path) -> None:
    """Renames the finished files over the old ones, the marker last; the old shop's files of the other format go."""
    if (folder / MARKER).exists():
        (folder / MARKER).unlink()
        shutil.rmtree(folder / "truth")
        for name in _OURS - {"truth"}:
            (folder / name).unlink(missing_ok=True)
    files = sorted(path.relative_to(hidden) for path in hidden.rglob("*") if path.is_file())
    for file in sorted(files, key=lambda file: file == MARKER):
        (folder / file.parent).mkdir(parents=True, exist_ok=True)
        (hidden / file).replace(folder / file)
