"""What the chart of the shop's days draws: what was sold, the mean of a week, what stood out, and what is foretold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.charts.basis import Floats, Missing, Words, floats, missing, percent, read_ground
from regulars.serve.sales_views import COLUMNS, days, first_and_last, has_sales, odd_days
from regulars.serve.wording import date_words

NAMES = {"revenue": "revenue", "orders": "orders", "active_customers": "buyers"}
WEEK = 7


@dataclass(frozen=True)
class Days:
    """One metric by the day.

    Attributes:
        words: What is shown.
        conclusion: How the last four weeks compare with the four before.
        label: Of the axis, with the unit.
        dates: Every calendar day.
        values: What came on each.
        week: The mean of the day and the six before it; not a number on the first six.
        odd_dates: Days that stood out.
        odd_values: What came on them.
    """

    words: Words
    conclusion: str
    label: str
    dates: tuple[dt.date, ...]
    values: Floats
    week: Floats
    odd_dates: tuple[dt.date, ...]
    odd_values: Floats


def read_days(
    live: Session, metric: str = "revenue", first: dt.date | None = None, last: dt.date | None = None
) -> Days | Missing:
    """The days of one metric.

    Args:
        live: The session to ask.
        metric: revenue, orders or active_customers.
        first: The first day; None = the first there is.
        last: The last day; None = the last there is.

    Raises:
        InputError: There is no such metric.
    """
    if metric not in COLUMNS:
        raise InputError(f"There are no days of `{metric}`. Choose of: {', '.join(COLUMNS)}.")
    title = f"Daily {NAMES[metric]}"
    whole = first_and_last(live) if has_sales(live) else None
    if whole is None:
        return missing(title, "Nothing was sold yet.", "`regulars run ORDERS` lands orders.")
    ground = read_ground(live)
    since, until = max(first or whole[0], whole[0]), min(last or whole[1], whole[1])
    found = days(live, since, until)
    if not found.num_rows:
        return missing(title, f"There is no day from {since} to {until}.", "Choose other days.")
    values = floats(found, COLUMNS[metric])
    odd = odd_days(live, metric, since, until)
    unit = f" {ground.currency}".rstrip() if metric == "revenue" else ""
    mean = float(values.mean())
    subtitle = (
        f"{found.num_rows:,} days from {date_words(since)} to {date_words(until)}; {values.sum():,.0f}{unit} in all,"
        f" {mean:,.{0 if mean >= 10 else 1}f}{unit} a day."
    )
    conclusion = _conclusion(values, odd.num_rows, NAMES[metric])
    labels = {
        "revenue": ground.money("Revenue per day"),
        "orders": "Orders per day",
        "active_customers": "Buyers per day",
    }
    return Days(
        Words(title, subtitle, f"{title}. {subtitle} {conclusion}"),
        conclusion,
        labels[metric],
        tuple(found["date"].to_pylist()),
        values,
        _of_weeks(values),
        tuple(odd["date"].to_pylist()),
        floats(odd, "actual") if odd.num_rows else np.array([], dtype=np.float64),
    )


def _of_weeks(values: Floats) -> Floats:
    means = np.full(values.size, np.nan)
    if values.size >= WEEK:
        sums = np.convolve(values, np.ones(WEEK), mode="valid")
        means[WEEK - 1 :] = sums / WEEK
    return means


def _conclusion(values: Floats, odd: int, name: str) -> str:
    stood_out = f" {odd:,} day{'' if odd == 1 else 's'} stood out: look what happened." if odd else " No day stood out."
    if values.size < 8 * WEEK:
        return f"There are too few days to compare four weeks with the four before.{stood_out}"
    now, before = float(values[-4 * WEEK :].sum()), float(values[-8 * WEEK : -4 * WEEK].sum())
    if before <= 0:
        return f"The four weeks before the last four brought no {name}.{stood_out}"
    change = now / before - 1
    if abs(change) < 0.02:
        return f"The last four weeks brought about the same {name} as the four before.{stood_out}"
    less = "less" if name == "revenue" else "fewer"
    compared = f"{percent(abs(change))} {'more' if change > 0 else less} {name}"
    return f"The last four weeks brought {compared} than the four before.{stood_out}"
