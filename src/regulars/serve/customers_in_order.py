"""Customers in the order of their ids, streamed in memory that does not grow with their number.

A database that sorts wide rows holds all of them. Here rows come part by part, each a range of ids, which lie together
in the table; and where the parts end is found by counting ranges, so that not even the ids are sorted as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session

PART_ROWS = 50_000
# Rows of a hundred columns take two kilobytes each, and whoever writes them holds some batches and copies at once.
BATCH_ROWS = 8_192
_RANGES_OF_A_PART = 8


def customers_in_order(
    live: Session,
    columns: str,
    where: str,
    where_params: Sequence[Any] = (),
    column_params: Sequence[Any] = (),
    part_rows: int = PART_ROWS,
) -> pa.RecordBatchReader:
    """The rows of customer_360 for which a condition holds, ordered by customer_id.

    Args:
        live: The published build; nothing else may be asked of it until the rows are read.
        columns: What is selected, as SQL.
        where: The condition, as SQL.
        where_params: The parameters of the condition, $1 and so on.
        column_params: The parameters of the columns, numbered behind those of the condition.
        part_rows: About how many rows are sorted at a time.
    """
    last = list(_ends(live, where, where_params, int(part_rows)))
    params = (*where_params, *column_params)
    parts = (_part(live, columns, where, params, *span) for span in zip([None, *last], [*last, None], strict=True))
    first = next(parts)
    return pa.RecordBatchReader.from_batches(first.schema, _batches(first, parts))


def _ends(live: Session, where: str, params: Sequence[Any], part_rows: int) -> Iterator[int]:
    """The ids after which a part ends, ascending; behind the last of them there may be nobody."""
    rows = 0
    for end, count in _ranges(live, where, params, part_rows):
        rows += count
        if rows >= part_rows:
            yield end
            rows = 0


def _ranges(live: Session, where: str, params: Sequence[Any], part_rows: int) -> Iterator[tuple[int, int]]:
    """Ranges of ids, ascending, each with its last id and with fewer customers than a part or just one id."""
    [found] = live.query(
        "select min(customer_id) as first_id, max(customer_id) as last_id, count(*) as customers"
        f" from {marts.CUSTOMER_360} where {where}",
        params,
    ).to_pylist()
    if not found["customers"]:
        return
    first, last = int(found["first_id"]), int(found["last_id"])
    width = max(1, (last - first + 1) * part_rows // (int(found["customers"]) * _RANGES_OF_A_PART))
    counts = live.query(
        f"select cast(floor((customer_id - {first}) / cast({width} as double precision)) as bigint) as place,"
        f" count(*) as customers from {marts.CUSTOMER_360} where {where} group by 1 order by 1",
        params,
    ).to_pylist()
    for row in counts:
        low = first + int(row["place"]) * width
        high = low + width - 1
        if row["customers"] > part_rows and width > 1:
            # Ids that lie close together with wide gaps beside them: looked at more closely.
            within = f"({where}) and customer_id >= {low} and customer_id <= {high}"
            yield from _ranges(live, within, params, part_rows)
        else:
            yield high, int(row["customers"])


def _part(
    live: Session, columns: str, where: str, params: Sequence[Any], after: int | None, last: int | None
) -> pa.RecordBatchReader:
    span = ([f"customer_id > {after}"] if after is not None else []) + (
        [f"customer_id <= {last}"] if last is not None else []
    )
    return live.stream(
        f"select {columns} from {marts.CUSTOMER_360} where {' and '.join([where, *span])} order by customer_id",
        params,
        BATCH_ROWS,
    )


def _batches(first: pa.RecordBatchReader, others: Iterator[pa.RecordBatchReader]) -> Iterator[pa.RecordBatch]:
    yield from first
    for reader in others:
        for batch in reader:
            # Where all of a part's values are null, a database may call their type by another name.
            yield batch if batch.schema.equals(first.schema) else batch.cast(first.schema)
