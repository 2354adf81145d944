"""Customers in the order of their ids, streamed in memory that does not grow with their number.

A database that sorts wide rows holds all of them. Here only ids are sorted as a whole; the rows come part by part, each
a range of ids, which the table lies in the order of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session

PART_ROWS = 100_000


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
        part_rows: Rows that are sorted at a time.
    """
    ends = live.query(
        "select customer_id from ("
        f"select customer_id, row_number() over (order by customer_id) as place from {marts.CUSTOMER_360}"
        f" where {where}) as numbered where mod(place, {int(part_rows)}) = 0 order by 1",
        where_params,
    )
    last = [int(end) for end in ends.column(0).to_pylist()]
    params = (*where_params, *column_params)
    parts = (_part(live, columns, where, params, *span) for span in zip([None, *last], [*last, None], strict=True))
    first = next(parts)
    return pa.RecordBatchReader.from_batches(first.schema, _batches(first, parts))


def _part(
    live: Session, columns: str, where: str, params: Sequence[Any], after: int | None, last: int | None
) -> pa.RecordBatchReader:
    span = ([f"customer_id > {after}"] if after is not None else []) + (
        [f"customer_id <= {last}"] if last is not None else []
    )
    return live.stream(
        f"select {columns} from {marts.CUSTOMER_360} where {' and '.join([where, *span])} order by customer_id",
        params,
    )


def _batches(first: pa.RecordBatchReader, others: Iterator[pa.RecordBatchReader]) -> Iterator[pa.RecordBatch]:
    yield from first
    for reader in others:
        for batch in reader:
            # Where all of a part's values are null, a database may call their type by another name.
            yield batch if batch.schema.equals(first.schema) else batch.cast(first.schema)
