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
    fewer = [model.probability_of_fewer(counts, summary, days) for counts in (came, came + 1)]
    orders.append(Measure("interval_coverage", interval_coverage(*fewer)))
    value = _compared(foretold * gross, worth, floats(summary, f"amount_{days}"))
    up_to = model.value_distribution(summary, days).probability_of_less(worth)
    value.append(Measure("interval_coverage", interval_coverage(np.where(worth > 0, up_to, 0.0), up_to)))
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


def interval_coverage(below: holdout.Floats, up_to: holdout.Floats) -> float:
    """The share of outcomes between the 10 % and the 90 % points of what was foretold, jumps divided.

    An outcome that is as probable as it is exact (a whole number, or nothing at all) can lie astride such a point; the
    part of it that lies inside counts (the non-randomised probability integral transform of Czado, Gneiting and Held
    2009, eq. 2).

    Args:
        below: Shape (n,): the probability of less than the outcome.
        up_to: Shape (n,): that of the outcome or less; the same where an outcome has no probability of its own.
    """
    inside = np.clip(np.minimum(up_to, 0.9) - np.maximum(below, 0.1), 0, None)
    is_exact = up_to > below
    whole = (up_to >= 0.1) & (up_to <= 0.9)
    part = np.divide(inside, up_to - below, out=whole.astype(np.float64), where=is_exact)
    return float(np.mean(part))
