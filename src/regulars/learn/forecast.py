"""Days ahead: daily revenue, orders and active customers, by the model that foretold the past best.

Candidates foretell three stretches of the past that they had not seen; the one with the smallest absolute error is
chosen, and then tested on the last stretch, which no choice has looked at, against the same weekday of the week before.
Intervals come from the errors that the chosen model made on the stretches, as shares of the forecast (split conformal
prediction, Vovk et al. 2005), so that they hold whatever the errors are distributed like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEEK = 7
YEAR = 365
STRETCHES = 3  # of the past by which a model is chosen
FEWEST_DAYS = 8 * WEEK  # of history before the first stretch
LONGEST_HISTORY = 4 * YEAR  # older days say little of the next ones and take time
INTERVAL = 0.8
BASELINE = "seasonal naive"


@dataclass(frozen=True)
class Forecast:
    """The days ahead of one series and how such a forecast did on the last part of the past.

    Attributes:
        model: The name of the model that was chosen; empty when there is no forecast.
        expected: Per day ahead, never negative.
        lower: The lower end of the interval of 80 %.
        upper: Its upper end.
        tested: What the model foretold of the last stretch, in the same form; None when nothing could be tested.
        baseline: What the seasonal naive forecast said of it.
        fitted: What the model expected of every day of the past from the days before it, never negative; NaN for the
            first FEWEST_DAYS, in which it still learns, and for days older than LONGEST_HISTORY.
        reason: Why there is no forecast; empty when there is one.
    """

    model: str
    expected: Floats
    lower: Floats
    upper: Floats
    tested: tuple[Floats, Floats, Floats] | None
    baseline: Floats | None
    fitted: Floats
    reason: str = ""


@dataclass(frozen=True)
class Candidate:
    """A model that may foretell, and the form of exponential smoothing in it; empty = it looks for the likeliest."""

    name: str
    form: str = ""


def forecast(series: Floats, days: int) -> Forecast:
    """Foretells a series of days.

    Args:
        series: The value of every day of the past, in order, without a gap; never negative.
        days: How many days ahead.

    Returns:
        The forecast; without a model when the history is shorter than FEWEST_DAYS and four stretches of `days`.
    """
    needed = FEWEST_DAYS + (STRETCHES + 1) * days
    nothing = np.empty(0)
    if len(series) < needed:
        reason = f"{len(series)} days of history are too few: a forecast of {days} days needs {needed}"
        return Forecast("", nothing, nothing, nothing, None, None, np.full(len(series), np.nan), reason)
    recent = series[-LONGEST_HISTORY:]
    seen, unseen = recent[:-days], recent[-days:]
    chosen, ratios = _chosen(seen, days)
    tested = _with_interval(_foretold(chosen, seen, days)[0], ratios)
    baseline, _ = _foretold(Candidate(BASELINE), seen, days)
    # What the last stretch taught about the model's errors belongs to the intervals of the days ahead.
    ratios = np.r_[ratios, _ratios(tested[0], unseen)]
    expected, fitted = _foretold(chosen, recent, days)
    known = np.full(len(series), np.nan)
    known[len(series) - len(recent) + FEWEST_DAYS :] = np.maximum(fitted[FEWEST_DAYS:], 0)
    return Forecast(chosen.name, *_with_interval(expected, ratios), tested, baseline, known)


def _chosen(series: Floats, days: int) -> tuple[Candidate, Floats]:
    """The candidate with the smallest error on the last stretches, and the ratios of what came to what it foretold."""
    came = series[-STRETCHES * days :].reshape(STRETCHES, days)
    trials = [_trial(name, series, days) for name in _candidates(len(series) - STRETCHES * days)]
    best, foretold = min(trials, key=lambda trial: float(np.abs(trial[1] - came).mean()))
    return best, _ratios(foretold.ravel(), came.ravel())


def _trial(name: str, series: Floats, days: int) -> tuple[Candidate, Floats]:
    """A candidate in the form that it has found, and what it foretold of each of the stretches.

    It learns from the days before the first stretch, and hears of those that follow without learning anew
    (cross-validation without refitting): to look for its form takes nearly all of the time.
    """
    model, foretold = None, []
    for back in range(STRETCHES, 0, -1):
        seen = series[: len(series) - back * days]
        if _never_moves(seen):
            foretold.append(np.full(days, seen[0]))
            continue
        model = model or _model(Candidate(name)).fit(seen)
        foretold.append(_expected(model.forward(y=seen, h=days), seen))
    return Candidate(name, _form(model)), np.array(foretold)


def _candidates(shortest: int) -> Sequence[str]:
    """The models that a history of so many days can teach; the yearly season needs two of its own."""
    yearly = ("seasons of week and year",) if shortest >= 2 * YEAR + WEEK else ()
    return (BASELINE, "exponential smoothing", "theta", "season of week", *yearly)


def _model(candidate: Candidate) -> Any:
    from statsforecast.models import MSTL, AutoETS, DynamicOptimizedTheta, SeasonalNaive

    if candidate.name == BASELINE:
        return SeasonalNaive(season_length=WEEK)
    if candidate.name == "theta":
        return DynamicOptimizedTheta(season_length=WEEK)
    form, damped = candidate.form[:3], candidate.form[3:] == "D" if candidate.form else None
    if candidate.name == "exponential smoothing":
        return AutoETS(season_length=WEEK, model=form or "ZZZ", damped=damped)
    trend = AutoETS(model=form or "ZZN", damped=damped)
    if candidate.name == "season of week":
        return MSTL(season_length=[WEEK], trend_forecaster=trend)
    # A trend over a year and a half is smooth: a point of it per week, with lines between, takes a sixth of the time.
    return MSTL([WEEK, YEAR], trend, stl_kwargs={"trend_jump": WEEK, "low_pass_jump": WEEK})


def _form(model: Any) -> str:
    """The form of exponential smoothing that a model found: error, trend, season, D if damped; empty without any."""
    from statsforecast.models import AutoETS

    smoothing = getattr(model, "trend_forecaster", model)
    return str(smoothing.model_["components"]) if isinstance(smoothing, AutoETS) else ""


def _foretold(candidate: Candidate, series: Floats, days: int) -> tuple[Floats, Floats]:
    """The next days by a model, and what it expected of each day that it learned from."""
    if _never_moves(series):
        return np.full(days, series[0]), series.copy()
    try:
        found = _model(candidate).forecast(y=series, h=days, fitted=True)
    except ValueError:
        if not candidate.form:
            raise
        # Errors that are shares of a level cannot be told of what has fallen to 0, or below it without its season.
        found = _model(Candidate(candidate.name)).forecast(y=series, h=days, fitted=True)
    return _expected(found, series), np.asarray(found["fitted"], dtype=np.float64)


def _expected(found: Any, series: Floats) -> Floats:
    expected = np.nan_to_num(np.asarray(found["mean"], dtype=np.float64), nan=float(series.mean()))
    return np.maximum(expected, 0.0)


def _never_moves(series: Floats) -> bool:
    return bool((series == series[0]).all())


def _ratios(foretold: Floats, came: Floats) -> Floats:
    """What came as a share of what was foretold, of the days for which anything was."""
    is_something = foretold > 0
    ratios: Floats = came[is_something] / foretold[is_something]
    return ratios


def _with_interval(expected: Floats, ratios: Floats) -> tuple[Floats, Floats, Floats]:
    low, high = np.quantile(ratios, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2]) if len(ratios) else (1.0, 1.0)
    return expected, expected * low, expected * high
