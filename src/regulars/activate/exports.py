"""Published rows as files, streamed whatever the size: segment lists, and customers joined to their purchases."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from regulars.engines.files import FORMATS, write_file
from regulars.errors import InputError
from regulars.serve.queries import Queries


def export(
    queries: Queries,
    path: Path,
    *,
    segments: Sequence[str] = (),
    columns: Sequence[str] = (),
    kind: str | None = None,
) -> int:
    """Writes the customers of some segments, or all, to a file and returns their number.

    Args:
        queries: The published warehouse.
        path: The file; its ending says the format unless `kind` does.
        segments: Names of segments; none = everyone.
        columns: Columns of customer_360; none = all.
        kind: csv, json, parquet or xlsx.

    Raises:
        InputError: An unknown format, segment or column, or a place that cannot be written.
    """
    chosen = _format(path, kind)
    with queries.customers_stream(segments, columns) as reader:
        return write_file(reader, path, chosen)


def export_rows(reader: pa.RecordBatchReader, path: Path) -> int:
    """Writes any published rows in the format that the file's ending says, and returns their number.

    Raises:
        InputError: An unknown format, or a place that cannot be written.
    """
    return write_file(reader, path, _format(path, None))


def _format(path: Path, kind: str | None) -> str:
    chosen = (kind or path.suffix.removeprefix(".")).lower()
    if chosen not in FORMATS:
        raise InputError(f"`{chosen}` is no format of exports. Choose one of: {', '.join(FORMATS)}.")
    return chosen
