"""Published rows as files, streamed whatever the size: segment lists, and customers joined to their purchases."""

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
    chosen = _format(path, kind)
    with queries.customers_stream(segments, columns) as reader:
        return write_file(reader, path, chosen)


def export_extract(queries: Queries, path: Path, found_in: Sequence[str] = ()) -> int:
    """Writes customers joined to their purchases, or only those found on some sides, and returns the number of rows.

    Raises:
        InputError: An unknown format or side, or a place that cannot be written.
    """
    chosen = _format(path, None)
    with queries.extract_stream(found_in) as reader:
        return write_file(reader, path, chosen)


def _format(path: Path, kind: str | None) -> str:
    chosen = (kind or path.suffix.removeprefix(".")).lower()
    if chosen not in FORMATS:
        raise InputError(f"`{chosen}` is no format of exports. Choose one of: {', '.join(FORMATS)}.")
    return chosen
