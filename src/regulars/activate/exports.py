"""Segment lists as files: customer_360 rows of some segments, streamed whatever the size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
    chosen = (kind or path.suffix.removeprefix(".")).lower()
    if chosen not in FORMATS:
        raise InputError(f"`{chosen}` is no format of exports. Choose one of: {', '.join(FORMATS)}.")
    with queries.customers_stream(segments, columns) as reader:
        return write_file(reader, path, chosen)
