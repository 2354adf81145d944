"""Cohorts by the month of the first purchase: what is counted of them month by month, and who is in one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session

MEMBER_COLUMNS = (
    "customer_id",
    "full_name",
    "email",
    "segment",
    "orders",
    "historic_clv",
    "first_order_date",
    "last_order_date",
    "churn_probability",
)


def has_cohorts(live: Session) -> bool:
    """Whether anybody ever bought."""
    return bool(live.columns(marts.COHORT_RETENTION)) and (
        live.query(f"select 1 as one from {marts.COHORT_RETENTION} limit 1").num_rows > 0
    )


def cohort_months(live: Session) -> list[dt.date]:
    """The months that have newcomers, newest first."""
    rows = live.query(
        f"select cohort_month from {marts.COHORT_RETENTION} where month_number = 0 order by cohort_month desc"
    )
    months: list[dt.date] = rows.column(0).to_pylist()
    return months


def cohort(live: Session, month: dt.date) -> pa.Table:
    """One cohort month by month, as the mart has it."""
    return live.query(
        "select month_number, customers, cohort_size, retention, revenue, cumulative_revenue, revenue_per_customer,"
        f" cumulative_value_per_customer, is_incomplete from {marts.COHORT_RETENTION} where cohort_month = $1"
        " order by month_number",
        (month,),
    )


def members(live: Session, month: dt.date, number: int, size: int, bought_in: dt.date | None = None) -> pa.Table:
    """The customers of a cohort, those worth most first, page by page.

    Args:
        live: The session to ask.
        month: The first day of the month of their first purchase.
        number: The page, from 1.
        size: Rows of a page.
        bought_in: Only those who also bought in the month that begins on this day.
    """
    source, params = _of(month, bought_in)
    return live.query(
        f"select {', '.join(f'wide.{name}' for name in MEMBER_COLUMNS)} from {marts.CUSTOMER_360} as wide"
        " inner join (select behavior.customer_id, behavior.lifetime_value"
        f" from {source} order by behavior.lifetime_value desc nulls last, behavior.customer_id"
        f" limit {int(size)} offset {int((number - 1) * size)}) as page on wide.customer_id = page.customer_id"
        " order by page.lifetime_value desc nulls last, wide.customer_id",
        params,
    )


def count_of(live: Session, month: dt.date, bought_in: dt.date | None = None) -> int:
    """How many customers `members` has in all."""
    source, params = _of(month, bought_in)
    return int(live.query(f"select count(*) as n from {source}", params).column(0)[0].as_py())


def month_after(month: dt.date, number: int) -> dt.date:
    """The first day of the month that lies so many months later."""
    months = month.year * 12 + month.month - 1 + number
    return dt.date(months // 12, months % 12 + 1, 1)


def _next(month: dt.date) -> dt.date:
    return month_after(month, 1)


def _of(month: dt.date, bought_in: dt.date | None) -> tuple[str, list[Any]]:
    params: list[Any] = [month, _next(month)]
    where = "behavior.first_order_date >= $1 and behavior.first_order_date < $2"
    if bought_in is not None:
        params += [bought_in, _next(bought_in)]
        where += (
            f" and exists (select 1 from {marts.FCT_ORDERS} as orders where orders.customer_id = behavior.customer_id"
            " and orders.is_valid and orders.order_date >= $3 and orders.order_date < $4)"
        )
    return f"{marts.CUSTOMER_BEHAVIOR} as behavior where {where}", params
