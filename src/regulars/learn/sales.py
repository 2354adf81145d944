"""The sales of the days ahead and the days that stood out, from daily_sales to the tables of the schema `learned`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.learn import holdout
from regulars.learn.anomalies import find_anomalies
from regulars.learn.forecast import BASELINE, Forecast, forecast
from regulars.learn.validation import Measure, Test

# The columns of daily_sales that are foretold, and what they are called.
METRICS = {"revenue": "revenue", "orders": "orders", "customers": "active_customers"}

SALES_FORECAST = pa.schema(
    [
        ("date", pa.date32()),
        ("metric", pa.string()),
        ("model", pa.string()),
        ("expected", pa.float64()),
        ("lower_end", pa.float64()),
        ("upper_end", pa.float64()),
    ]
)
SALES_ANOMALIES = pa.schema(
    [
        ("date", pa.date32()),
        ("metric", pa.string()),
        ("actual", pa.float64()),
        ("expected", pa.float64()),
        ("lower_end", pa.float64()),
        ("upper_end", pa.float64()),
        ("score", pa.float64()),
    ]
)


@dataclass(frozen=True)
class SalesLearned:
    """What was learned of the shop's days: the two tables and the tests of the forecasts."""

    forecast: pa.Table
    anomalies: pa.Table
    tests: tuple[Test, ...]


def learn_sales(build: Session, days: int) -> SalesLearned:
    """Foretells the daily sales and looks for days that stood out.

    Args:
        build: The build in flight, with daily_sales made.
        days: How many days ahead.
    """
    columns = ", ".join(f"cast({column} as double precision) as {column}" for column in METRICS)
    daily = build.query(f"select date, {columns} from {marts.DAILY_SALES} order by date")
    dates = daily["date"].to_pylist()
    ahead, stood_out, tests = [SALES_FORECAST.empty_table()], [SALES_ANOMALIES.empty_table()], []
    for column, metric in METRICS.items():
        # Refunds can make a day's revenue negative; there is less than nothing to foretell of it.
        series = np.maximum(daily[column].to_numpy(), 0.0)
        found = forecast(series, days)
        if found.model:
            ahead.append(_ahead(metric, dates[-1], found))
        stood_out.append(_stood_out(metric, dates, series, found))
        tests.append(_test(metric, dates, series, found, days))
    return SalesLearned(pa.concat_tables(ahead), pa.concat_tables(stood_out), tuple(tests))


def _ahead(metric: str, last: dt.date, found: Forecast) -> pa.Table:
    count = len(found.expected)
    columns = [
        pa.array([last + dt.timedelta(days=day + 1) for day in range(count)], pa.date32()),
        pa.array([metric] * count),
        pa.array([found.model] * count),
        pa.array(found.expected),
        pa.array(found.lower),
        pa.array(found.upper),
    ]
    return pa.table(columns, schema=SALES_FORECAST)


def _stood_out(metric: str, dates: list[dt.date], series: holdout.Floats, found: Forecast) -> pa.Table:
    anomalies = find_anomalies(series, found.fitted)
    columns = [
        pa.array([dates[place] for place in anomalies.places], pa.date32()),
        pa.array([metric] * len(anomalies.places), pa.string()),
        pa.array(series[anomalies.places]),
        pa.array(found.fitted[anomalies.places]),
        pa.array(anomalies.lower),
        pa.array(anomalies.upper),
        pa.array(anomalies.score),
    ]
    return pa.table(columns, schema=SALES_ANOMALIES)


def _test(metric: str, dates: list[dt.date], series: holdout.Floats, found: Forecast, days: int) -> Test:
    if found.tested is None or found.baseline is None:
        return Test(f"daily_{metric}", days, note=found.reason)
    came = series[-days:]
    expected, lower, upper = found.tested
    measures = (
        Measure(
            "mean_absolute_error",
            holdout.mean_absolute_error(expected, came),
            holdout.mean_absolute_error(found.baseline, came),
        ),
        Measure("bias", holdout.bias(expected, came), holdout.bias(found.baseline, came)),
        Measure("interval_coverage", holdout.coverage(lower, upper, came)),
    )
    return Test(
        f"daily_{metric}",
        days,
        measures,
        decisive=("mean_absolute_error",),
        baseline=BASELINE,
        customers=days,
        cut_off=dates[-days],
        note=f"by {found.model}",
    )
