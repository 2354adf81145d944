"""What a viewer sees of people: everything but the values of personal columns, which are listed once, as data.

A column is known by its name wherever it turns up: `email`, and with words before it, `left_email`. Whoever renames
columns on the way to a viewer must mask before.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from regulars.errors import InputError
from regulars.serve import masks
from regulars.serve.roles import Principal, Role

SEES_PEOPLE = Role.operator
# `avg_income` is of a segment, and of no person.
_OF_MANY = ("avg_", "average_", "median_")


@cache
def personal_columns() -> Mapping[str, str]:
    """The mask of every personal column, by its name."""
    content = (files("regulars.serve") / "personal_columns.csv").read_text(encoding="utf-8")
    return {row["column"]: row["mask"] for row in csv.DictReader(content.splitlines())}


@cache
def mask_of(column: str) -> str | None:
    """The mask of a column; None when its values say nothing of a person."""
    listed = personal_columns()
    if column.lower().startswith(_OF_MANY):
        return None
    words = column.lower().split("_")
    endings = ("_".join(words[start:]) for start in range(len(words)))
    return next((listed[ending] for ending in endings if ending in listed), None)


def masked(table: pa.Table, principal: Principal) -> pa.Table:
    """A table as this principal may see it: the same columns, types and rows."""
    if principal.role >= SEES_PEOPLE:
        return table
    for place, field in enumerate(table.schema):
        table = table.set_column(place, field, _behind(field, table.column(place)))
    return table


def masked_stream(reader: pa.RecordBatchReader, principal: Principal) -> pa.RecordBatchReader:
    """A stream as this principal may see it, batch by batch."""
    if principal.role >= SEES_PEOPLE:
        return reader

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            yield from masked(pa.Table.from_batches([batch], reader.schema), principal).to_batches()

    return pa.RecordBatchReader.from_batches(reader.schema, batches())


def masked_rows(rows: Iterable[Mapping[str, Any]], principal: Principal) -> list[dict[str, Any]]:
    """A few rows of Python values, with rows and lists of rows inside them, as this principal may see them."""
    if principal.role >= SEES_PEOPLE:
        return [dict(row) for row in rows]
    return [{name: _value(name, value, principal) for name, value in row.items()} for row in rows]


def refuse_personal(columns: Sequence[str], principal: Principal) -> None:
    """Refuses to sort or filter by what is masked: the order of the rows would tell it.

    Raises:
        InputError: One of the columns is personal, and the principal may not see it.
    """
    if principal.role >= SEES_PEOPLE:
        return
    for column in columns:
        if mask_of(column) is not None:
            raise InputError(
                f"A {principal.role.name} cannot sort or filter by `{column}`, which is masked."
                " Choose another column, or use the key of an operator."
            )


def _behind(field: pa.Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    mask = mask_of(field.name)
    if mask is not None:
        return masks.apply(mask, column)
    if pa.types.is_nested(field.type) and _holds_personal(field.type):
        return pa.chunked_array([pa.nulls(len(column), field.type)])
    return column


def _holds_personal(kind: pa.DataType) -> bool:
    """Whether a value of a nested type has a personal one inside; of those nothing is shown."""
    inner = [kind.field(place) for place in range(kind.num_fields)]
    return any(
        mask_of(field.name) is not None or (pa.types.is_nested(field.type) and _holds_personal(field.type))
        for field in inner
    )


def _value(name: str, value: Any, principal: Principal) -> Any:
    if isinstance(value, Mapping):
        return masked_rows([value], principal)[0]
    if isinstance(value, list | tuple):
        return [_value(name, item, principal) for item in value]
    mask = mask_of(name)
    return value if mask is None or value is None else masks.apply(mask, pa.chunked_array([[value]]))[0].as_py()
