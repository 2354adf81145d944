"""The shop's days: what was sold on each, and the days that stood out from what was expected of them."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session

# The columns of daily_sales by the metric that is forecast.
COLUMNS = {"revenue": "revenue", "orders": "orders", "active_customers": "customers"}


def has_sales(live: Session) -> bool:
    """Whether anything was ever sold."""
    return bool(live.columns(marts.DAILY_SALES)) and (
        live.query(f"select 1 as one from {marts.DAILY_SALES} limit 1").num_rows > 0
    )


def first_and_last(live: Session) -> tuple[dt.date, dt.date] | None:
    """The first and the last day with numbers; None = there is none."""
    [row] = live.query(f"select min(date) as first, max(date) as last from {marts.DAILY_SALES}").to_pylist()
    return (row["first"], row["last"]) if row["first"] is not None else None


def days(live: Session, first: dt.date, last: dt.date) -> pa.Table:
    """The sales of each day between two, both included."""
    return live.query(
        "select date, revenue, orders, customers, new_customers, average_order_value"
        f" from {marts.DAILY_SALES} where date >= $1 and date <= $2 order by date",
        (first, last),
    )


def ahead(live: Session, metric: str) -> pa.Table:
    """The days foretold of a metric with their interval; empty when nothing is foretold."""
    if not live.columns(marts.FORECAST):
        return pa.table({"date": pa.array([], pa.date32())})
    return live.query(
        f"select date, expected, lower_end, upper_end, model, is_validated from {marts.FORECAST}"
        " where metric = $1 order by date",
        (metric,),
    )


def odd_days(live: Session, metric: str, first: dt.date | None = None, last: dt.date | None = None) -> pa.Table:
    """Days that stood out between two, newest first."""
    if not live.columns(marts.ANOMALIES):
        return pa.table({"date": pa.array([], pa.date32())})
    conditions, params = ["metric = $1"], list[object]([metric])
    for day, sign in ((first, ">="), (last, "<=")):
        if day is not None:
            params.append(day)
            conditions.append(f"date {sign} ${len(params)}")
    return live.query(
        "select date, direction, actual, expected, lower_end, upper_end, score"
        f" from {marts.ANOMALIES} where {' and '.join(conditions)} order by date desc",
        params,
    )
