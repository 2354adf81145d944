"""The key figures: of the last month that is over, and of the base as published, each against what was before.

A month is compared with the month before it only when the data holds all of that one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from regulars import marts
from regulars.engines.base import Session
from regulars.serve.report.numbers import Change, Number, change, count, money
from regulars.serve.wording import date_words

# The base is compared with the newest month end that lies at least so many days back.
A_MONTH = 28


@dataclass(frozen=True)
class Figure:
    """A key figure with what it was before."""

    title: str
    now: Number
    before: Number
    change: Change


@dataclass(frozen=True)
class Figures:
    """Key figures that share what they are of and compared with; `before` is None where there is no comparison."""

    of: str
    before: str | None
    figures: tuple[Figure, ...]


def read_month(live: Session, as_of: dt.date, currency: str) -> Figures:
    """What came in during the last calendar month that was over at `as_of`."""
    start, end = last_month(as_of)
    earlier, _ = last_month(start)
    [first] = live.query(f"select min(date) as day from {marts.DAILY_SALES} where orders > 0").to_pylist()
    now = _month(live, start, end)
    is_whole = first["day"] is not None and first["day"] <= earlier
    before = _month(live, earlier, start) if is_whole else None
    return Figures(
        _month_words(start),
        _month_words(earlier) if before else None,
        (
            _figure("Revenue", now, before, "revenue", currency),
            _figure("Orders", now, before, "orders"),
            _figure("Customers who bought", now, before, "buyers"),
            _figure("New customers", now, before, "new_customers"),
            _figure("Average order", now, before, "average_order", currency, 2),
        ),
    )


def read_base(live: Session, as_of: dt.date, window_days: int, currency: str) -> Figures:
    """The base as published, against the history's month end of a month ago."""
    now = live.query(f"select {_BASE} from {marts.FCT_CUSTOMER_RFM}").to_pylist()[0]
    before, day = None, None
    if live.columns(marts.RFM_HISTORY):
        latest = as_of - dt.timedelta(days=A_MONTH)
        [found] = live.query(
            f"select max(as_of) as day from {marts.RFM_HISTORY} where as_of <= $1", (latest,)
        ).to_pylist()
        day = found["day"]
    if day is not None:
        before = live.query(f"select {_BASE} from {marts.RFM_HISTORY} where as_of = $1", (day,)).to_pylist()[0]
    return Figures(
        f"the base at the start of {date_words(as_of)}",
        f"the start of {date_words(day)}" if day else None,
        (
            _figure("Customers known", now, before, "customers"),
            _figure(f"Bought within {window_days} days", now, before, "active"),
            _figure(f"Revenue of {window_days} days", now, before, "revenue", currency),
        ),
    )


def last_month(day: dt.date) -> tuple[dt.date, dt.date]:
    """First day of the last calendar month that is over at the start of a day, and the day after its last."""
    end = day.replace(day=1)
    return (end - dt.timedelta(days=1)).replace(day=1), end


def _month_words(start: dt.date) -> str:
    return date_words(start).partition(" ")[2]


_BASE = (
    "count(*) as customers, count(*) filter (where is_active) as active,"
    " cast(coalesce(sum(monetary), 0) as decimal(18, 2)) as revenue"
)


def _month(live: Session, start: dt.date, end: dt.date) -> dict[str, Any]:
    [sales] = live.query(
        "select cast(coalesce(sum(revenue), 0) as decimal(18, 2)) as revenue,"
        " cast(coalesce(sum(orders), 0) as bigint) as orders,"
        " cast(coalesce(sum(new_customers), 0) as bigint) as new_customers"
        f" from {marts.DAILY_SALES} where date >= $1 and date < $2",
        (start, end),
    ).to_pylist()
    [orders] = live.query(
        "select count(distinct customer_id) as buyers, cast(avg(amount) as decimal(18, 2)) as average_order"
        f" from {marts.FCT_ORDERS}"
        " where is_valid and customer_id is not null and order_date >= $1 and order_date < $2",
        (start, end),
    ).to_pylist()
    return {**sales, **orders}


def _figure(
    title: str,
    now: dict[str, Any],
    before: dict[str, Any] | None,
    column: str,
    currency: str | None = None,
    digits: int = 0,
) -> Figure:
    earlier = before[column] if before else None
    shown = [count(v) if currency is None else money(v, currency, digits) for v in (now[column], earlier)]
    return Figure(title, shown[0], shown[1], change(now[column], earlier))
