"""What charts of predictions draw: the days ahead with their interval, and what was foretold against what came."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow.compute as pc

from regulars import marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.charts.basis import Floats, Ground, Missing, Words, floats, missing, read_ground
from regulars.serve.wording import date_words

METRICS = {"revenue": "revenue", "orders": "orders", "active_customers": "customers"}
PAST_DAYS = 90
CALIBRATION_DAYS = 90
_NAMES = {"revenue": "revenue", "orders": "orders", "active_customers": "buyers"}


@dataclass(frozen=True)
class Forecast:
    """Days that were, days that are foretold with an interval of 80 %, and days that stood out."""

    words: Words
    label: str
    is_validated: bool
    past_days: tuple[dt.date, ...]
    past: Floats
    days: tuple[dt.date, ...]
    expected: Floats
    lower_end: Floats
    upper_end: Floats
    odd_days: tuple[dt.date, ...]
    odd: Floats


@dataclass(frozen=True)
class CalibrationPanel:
    """One prediction: means of tenths of the customers, foretold and as it came."""

    title: str
    unit: str
    is_validated: bool
    predicted: Floats
    actual: Floats


@dataclass(frozen=True)
class Calibration:
    """The predictions whose test the warehouse holds."""

    words: Words
    panels: tuple[CalibrationPanel, ...]


def read_forecast(live: Session, metric: str = "revenue") -> Forecast | Missing:
    """The days ahead of one metric.

    Raises:
        InputError: There is no such metric.
    """
    if metric not in METRICS:
        raise InputError(f"`{metric}` is not forecast. Choose of: {', '.join(METRICS)}.")
    ground = read_ground(live)
    title = f"Daily {_NAMES[metric]}: the last {PAST_DAYS} days and those ahead"
    ahead = None
    if live.columns(marts.FORECAST):
        ahead = live.query(
            f"select date, expected, lower_end, upper_end, is_validated from {marts.FORECAST}"
            " where metric = $1 order by date",
            (metric,),
        )
    if ahead is None or not ahead.num_rows:
        return missing(
            title,
            "The days ahead are not foretold: the history is too short, or there was nothing to learn from.",
            "`regulars run` foretells them as soon as the history is long enough.",
        )
    first = ahead["date"][0].as_py()
    since = first - dt.timedelta(days=PAST_DAYS)
    past = live.query(
        f"select date, {METRICS[metric]} as value from {marts.DAILY_SALES}"
        " where date >= $1 and date < $2 order by date",
        (since, first),
    )
    odd = live.query(
        f"select date, actual from {marts.ANOMALIES} where metric = $1 and date >= $2 order by date", (metric, since)
    )
    is_validated = bool(ahead["is_validated"][0].as_py())
    expected = floats(ahead, "expected")
    verdict = "Validated" if is_validated else "Not validated: do not plan by it"
    unit = f" {ground.currency}".rstrip() if metric == "revenue" else ""
    subtitle = (
        f"{verdict}. In 8 of 10 cases a day lies in the band. Expected in {ahead.num_rows} days:"
        f" {expected.sum():,.0f}{unit}."
    )
    alt = f"{title}. {subtitle} {odd.num_rows} of the days shown stood out."
    return Forecast(
        Words(title, subtitle, alt),
        _label(metric, ground),
        is_validated,
        tuple(past["date"].to_pylist()),
        floats(past, "value"),
        tuple(ahead["date"].to_pylist()),
        expected,
        floats(ahead, "lower_end"),
        floats(ahead, "upper_end"),
        tuple(odd["date"].to_pylist()),
        floats(odd, "actual"),
    )


def read_calibration(live: Session) -> Calibration | Missing:
    """What was foretold of tenths of the customers, and what came, for orders, value and churn."""
    ground = read_ground(live)
    title = "What was foretold, and what came"
    rows = None
    if live.columns(marts.CALIBRATION):
        rows = live.query(
            "select c.model, c.horizon, c.predicted, c.actual, coalesce(v.is_validated, false) as is_validated,"
            f" v.cut_off from {marts.CALIBRATION} c left join"
            " (select model, horizon, bool_and(is_validated) as is_validated,"
            f" min(cut_off) as cut_off from {marts.VALIDATION} group by model, horizon) v"
            " on c.model = v.model and c.horizon = v.horizon order by c.model, c.horizon, c.group_number"
        )
    if rows is None or not rows.num_rows:
        return missing(
            title,
            "No prediction of customers could be tested yet.",
            "`regulars run` tests them as soon as the history is longer than the days foretold.",
        )
    panels, cut_offs = [], set()
    for model, name in (("orders", "Orders per customer"), ("value", "Value per customer"), ("churn", "Who leaves")):
        of_model = rows.filter(pc.equal(rows["model"], model))
        horizons = sorted(set(of_model["horizon"].to_pylist()), key=lambda days: (abs(days - CALIBRATION_DAYS), days))
        if not horizons:
            continue
        own = of_model.filter(pc.equal(of_model["horizon"], horizons[0]))
        cut_offs.add(own["cut_off"][0].as_py())
        unit = ground.money("amount") if model == "value" else "share who left" if model == "churn" else "orders"
        panels.append(
            CalibrationPanel(
                f"{name}, {horizons[0]} days",
                unit,
                bool(own["is_validated"][0].as_py()),
                floats(own, "predicted"),
                floats(own, "actual"),
            )
        )
    days = sorted(day for day in cut_offs if day is not None)
    tested = f" Tested on the days from {date_words(days[0])} on." if days else ""
    subtitle = f"Each point is a tenth of the customers; on the line a prediction came true.{tested}"
    verdicts = "; ".join(f"{p.title}: {'validated' if p.is_validated else 'not validated'}" for p in panels)
    return Calibration(Words(title, subtitle, f"{title}. {subtitle} {verdicts}."), tuple(panels))


def _label(metric: str, ground: Ground) -> str:
    labels = {
        "revenue": ground.money("Revenue per day"),
        "orders": "Orders per day",
        "active_customers": "Buyers per day",
    }
    return labels[metric]
