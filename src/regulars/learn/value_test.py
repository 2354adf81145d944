"""What a model of buying would have been worth: its purchases and their value held against what came."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from regulars.learn import holdout
from regulars.learn.learning_dates import CutOff
from regulars.learn.lifetime_value import LifetimeValue
from regulars.learn.validation import Measure, Test

REPEATED = "the same days before, once more"
_DECISIVE = ("mean_absolute_error", "root_mean_squared_error")


def value_tests(date: CutOff, summary: pa.Table, model: LifetimeValue) -> tuple[list[Test], list[pa.Table]]:
    """Compares what a model says at a holdout with what came.

    Args:
        date: The holdout; its horizon must be one of VALUE_HORIZONS.
        summary: What was known then, and what came.
        model: Fitted to what was known then.

    Returns:
        The tests of the orders and of their value before refunds, and the groups of their calibration.
    """
    days = date.horizon
    foretold = model.expected_orders(summary, days)
    gross = model.order_value(summary) / model.net_share if model.net_share else np.zeros(summary.num_rows)
    came, worth = floats(summary, "occasions_ahead"), floats(summary, "amount_ahead")
    orders = _compared(foretold, came, floats(summary, f"occasions_{days}"))
    orders.append(Measure("interval_coverage", _coverage(model, summary, days, came)))
    value = _compared(foretold * gross, worth, floats(summary, f"amount_{days}"))
    tests = [
        Test("orders", days, tuple(orders), _DECISIVE, REPEATED, summary.num_rows, date.cut_off),
        Test("value", days, tuple(value), _DECISIVE, REPEATED, summary.num_rows, date.cut_off, "before refunds"),
    ]
    groups = [calibration_table("orders", days, foretold, came)]
    return tests, [*groups, calibration_table("value", days, foretold * gross, worth)]


def calibration_table(model: str, horizon: int, foretold: holdout.Floats, came: holdout.Floats) -> pa.Table:
    """Rows of learned.model_calibration."""
    predicted, actual, customers = holdout.calibration(foretold, came)
    columns: dict[str, Any] = {
        "model": pa.repeat(model, len(predicted)),
        "horizon": pa.repeat(pa.scalar(horizon, pa.int32()), len(predicted)),
        "group_number": pa.array(np.arange(len(predicted)) + 1, pa.int32()),
        "predicted": pa.array(predicted),
        "actual": pa.array(actual),
        "customers": pa.array(customers),
    }
    return pa.table(columns)


def floats(summary: pa.Table, column: str) -> holdout.Floats:
    """A column of a purchase summary as floating numbers."""
    values: holdout.Floats = summary[column].cast(pa.float64()).to_numpy()
    return values


def _compared(foretold: holdout.Floats, came: holdout.Floats, baseline: holdout.Floats) -> list[Measure]:
    measures = (
        holdout.mean_absolute_error,
        holdout.root_mean_squared_error,
        holdout.bias,
        holdout.gini,
        holdout.top_decile_share,
    )
    return [Measure(measure.__name__, measure(foretold, came), measure(baseline, came)) for measure in measures]


def _coverage(model: LifetimeValue, summary: pa.Table, horizon: int, came: holdout.Floats) -> float:
    """The share of outcomes between the 10 % and the 90 % points of what was foretold, jumps divided.

    An outcome is a whole number whose probability can lie astride such a point; the part of it that lies inside counts
    (the non-randomised probability integral transform of Czado, Gneiting and Held 2009, eq. 2).
    """
    below = model.probability_of_fewer(came, summary, horizon)
    up_to = model.probability_of_fewer(came + 1, summary, horizon)
    inside = np.minimum(up_to, 0.9) - np.maximum(below, 0.1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.mean(np.clip(np.nan_to_num(inside / (up_to - below)), 0, 1)))
