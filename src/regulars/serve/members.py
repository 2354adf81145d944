"""The customers behind a number: of a segment and of scores, page by page or all of them, in the order asked for."""

from __future__ import annotations

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.pages import Condition, Order, Page, read_page

# What a list may be sorted by: nothing personal, as the order of rows would tell it.
ORDERS = {
    "Revenue": Order("monetary", is_descending=True),
    "Last order, newest first": Order("recency"),
    "Last order, oldest first": Order("recency", is_descending=True),
    "Orders": Order("frequency", is_descending=True),
    "Expected value": Order("clv", is_descending=True),
    "Likely to stop": Order("churn_probability", is_descending=True),
}
COLUMNS = (
    "customer_id, full_name, email, phone, segment, rfm_score, recency, last_order_date, frequency, monetary, clv,"
    " churn_probability, health, consent"
)


def members_page(
    live: Session, segment: str | None, r_score: int | None, f_score: int | None, order: str, page: int, size: int
) -> Page:
    """One page of the customers of a segment and of scores, each of which may be left open.

    Raises:
        InputError: Lists have no such order.
    """
    return read_page(
        live,
        marts.CUSTOMER_360,
        "customer_id",
        _conditions(segment, r_score, f_score),
        [_order(order)],
        page,
        size,
    )


def members(
    live: Session, segment: str | None, r_score: int | None, f_score: int | None, order: str, limit: int
) -> pa.Table:
    """The same customers as a list with the columns that one acts by, as far as `limit`."""
    conditions = _conditions(segment, r_score, f_score)
    where = " and ".join(f"{c.column} = ${place}" for place, c in enumerate(conditions, 1)) or "true"
    return live.query(
        f"select {COLUMNS} from {marts.CUSTOMER_360} where {where}"
        f" order by {_order(order).sql}, customer_id limit {int(limit)}",
        tuple(condition.value for condition in conditions),
    )


def _conditions(segment: str | None, r_score: int | None, f_score: int | None) -> list[Condition]:
    asked = {"segment": segment, "r_score": r_score, "f_score": f_score}
    return [Condition(column, "=", value) for column, value in asked.items() if value is not None]


def _order(name: str) -> Order:
    if name not in ORDERS:
        raise InputError(f"Customers cannot be sorted by `{name}`. Choose of: {', '.join(ORDERS)}.")
    return ORDERS[name]
