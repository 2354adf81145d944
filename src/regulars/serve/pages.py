"""Published tables page by page: filtered, sorted, counted. No text from outside becomes SQL, only values do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from regulars.engines.base import Session


@dataclass(frozen=True)
class Condition:
    """What a column must be; the column is a name that stands in our code."""

    column: str
    operator: Literal["=", ">=", "<="]
    value: Any


@dataclass(frozen=True)
class Order:
    """By what the rows are sorted; what is not known comes last either way."""

    column: str
    is_descending: bool = False

    @property
    def sql(self) -> str:
        """As it stands behind `order by`."""
        return f"{self.column}{' desc' if self.is_descending else ''} nulls last"


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and how many the list has."""

    rows: pa.Table
    total: int


def read_page(
    live: Session,
    table: str,
    key: str,
    conditions: Sequence[Condition],
    order: Sequence[Order],
    number: int,
    size: int,
    total: int | None = None,
) -> Page:
    """One page of a table.

    Args:
        live: The session to ask.
        table: The table, of the catalog.
        key: Its key, which makes the order of the rows unambiguous.
        conditions: What must hold of a row.
        order: By what the rows are sorted before the key.
        number: The page, from 1.
        size: Rows of a page.
        total: How many rows meet the conditions, where somebody knows it already.
    """
    where = " and ".join(f"{c.column} {c.operator} ${place}" for place, c in enumerate(conditions, 1)) or "true"
    params = tuple(condition.value for condition in conditions)
    if total is None:
        total = int(live.query(f"select count(*) as n from {table} where {where}", params).column(0)[0].as_py())
    by = ", ".join(each.sql for each in (*order, Order(key)))
    outer = ", ".join(f"wide.{each.sql}" for each in (*order, Order(key)))
    # The wide rows are fetched of the page alone: sorting all of them would carry every column along.
    rows = live.query(
        f"select wide.* from {table} as wide inner join ("
        f"select {key} from {table} where {where} order by {by} limit {int(size)} offset {int((number - 1) * size)}"
        f") as page on wide.{key} = page.{key} order by {outer}",
        params,
    )
    return Page(rows, total)
