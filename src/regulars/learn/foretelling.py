"""What each customer will buy and whether they leave: fitted to the whole past, and tested on its last part.

A test stands one horizon before as_of, fits the same models to what was known there, and compares what they foretell
with what came. The models that are published are fitted to all of the past, by the clock that the tests chose
(`clock_choice.py`); their tests say what that is worth.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.errors import ModelError, NotConverged
from regulars.learn.churn import ChurnModel, fit_churn
from regulars.learn.churn_choice import CLASSIFIER, choose_churn
from regulars.learn.clock_choice import ClockChoice, Trial, choose_clock, seasonal_clock
from regulars.learn.leakage import leaking_rows
from regulars.learn.learning_dates import CutOff, LearningDates
from regulars.learn.lifetime_value import LifetimeValue, fit_lifetime_value
from regulars.learn.seasonal_clock import SeasonalClock
from regulars.learn.validation import Test
from regulars.learn.value_test import value_tests
from regulars.prediction_settings import VALUE_HORIZONS
from regulars.settings import Settings

Progress = Callable[[str], None]

CUSTOMER_CHURN = pa.schema([("customer_id", pa.int64()), ("model", pa.string()), ("churn_probability", pa.float64())])
_ORIGINS = 5  # of the past that the classifier learns from
_CHUNK = 100_000  # customers scored at a time


@dataclass
class Foretold:
    """What was found.

    Attributes:
        value: learned.customer_value; None when nobody ever bought.
        churn: learned.customer_churn; None likewise.
        tests: What it is worth.
        calibration: The groups of the tests' calibration.
        notes: What the user should know of.
        lifetime_value: The model of buying.
        churn_model: The classifier; None when the model of buying is the better one.
    """

    value: pa.Table | None = None
    churn: pa.Table | None = None
    tests: list[Test] = field(default_factory=list)
    calibration: list[pa.Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lifetime_value: LifetimeValue | None = None
    churn_model: ChurnModel | None = None


def foretell(build: Session, settings: Settings, progress: Progress) -> Foretold:
    """Fits, tests and applies the models of buying and of churn.

    Args:
        build: The build in flight, with the core marts made.
        settings: Which model, and the horizon of churn.
        progress: Told what is being done.

    Raises:
        ModelError: A customer's row knows what came after its cut-off.
    """
    found, dates = Foretold(), LearningDates(build)
    if dates.present is None:
        found.notes.append("Nothing is foretold, as there is no valid order.")
        return found
    if leaks := leaking_rows(build):
        raise ModelError(
            f"{leaks:,} rows of {marts.PURCHASE_SUMMARY} know what came after their cut-off, so no test of a"
            " prediction would be worth anything. Run `regulars run` again; if it stays, the warehouse's"
            " models were changed."
        )
    trials = {}
    for horizon in sorted({*VALUE_HORIZONS, settings.churn.horizon}):
        progress(f"what would have been foretold {horizon} days ago")
        trials[horizon] = _trial(dates, horizon, settings)
    choice = choose_clock(settings.value.season, dates, dates.present, [trial for trial in trials.values() if trial])
    found.tests += choice.tests
    found.notes.append(choice.note)
    for horizon in VALUE_HORIZONS:
        _test_value(found, horizon, trials[horizon], choice)

    summary = dates.summary(dates.present)
    progress(f"value of {summary.num_rows:,} customers")
    with warnings.catch_warnings(record=True) as problems:
        warnings.simplefilter("always", NotConverged)
        model = _fitted(dates, dates.present, summary, settings, choice.clock)
    found.notes += [str(problem.message) for problem in problems if issubclass(problem.category, NotConverged)]
    if model.values.why_not_gamma_gamma:
        found.notes.append(f"The value of orders is not Gamma-Gamma's: {model.values.why_not_gamma_gamma}.")
    found.lifetime_value = model
    found.value = pa.concat_tables([model.foretell(chunk, dates.present.cut_off) for chunk in _chunks(summary)])
    progress("churn")
    chosen = _choose_churn(found, dates, trials[settings.churn.horizon], settings, choice)
    found.churn = pa.concat_tables([_churn(found, chosen, chunk, settings) for chunk in _chunks(summary)])
    return found


def _fitted(
    dates: LearningDates, date: CutOff, summary: pa.Table, settings: Settings, clock: SeasonalClock
) -> LifetimeValue:
    return fit_lifetime_value(settings.value.model, dates.kinds(date), summary, dates.net_share(date), clock)


def _trial(dates: LearningDates, horizon: int, settings: Settings) -> Trial | None:
    date = dates.holdout(horizon)
    if date is None:
        return None
    summary = dates.summary(date)
    with warnings.catch_warnings():
        # What the fit of a test lacks shows in the test.
        warnings.simplefilter("ignore", NotConverged)
        by_calendar = _fitted(dates, date, summary, settings, SeasonalClock(date.cut_off))
        clock = seasonal_clock(settings.value.season, dates, date)
        by_season = by_calendar.on(clock, dates.kinds(date)) if clock else None
    return Trial(date, summary, by_calendar, by_season)


def _test_value(found: Foretold, horizon: int, trial: Trial | None, choice: ClockChoice) -> None:
    if trial is None:
        found.tests += [Test(model, horizon, note=_too_short(horizon)) for model in ("orders", "value")]
        return
    tests, calibration = value_tests(trial.date, trial.summary, choice.model(trial))
    found.tests += tests
    found.calibration += calibration


def _choose_churn(
    found: Foretold, dates: LearningDates, trial: Trial | None, settings: Settings, clocks: ClockChoice
) -> str:
    """The name of the model whose churn is published; the classifier is taught all of the past if it is that one."""
    horizon, seed = settings.churn.horizon, settings.churn.seed
    assert found.lifetime_value is not None
    if trial is None or dates.present is None:
        found.tests.append(Test("churn", horizon, note=_too_short(horizon)))
        return found.lifetime_value.name

    def taught(today: CutOff) -> ChurnModel:
        return fit_churn([dates.summary(date) for date in dates.origins(horizon, today.cut_off, _ORIGINS)], seed)

    buying = clocks.model(trial)
    by_buying = 1 - buying.probability_of_order(trial.summary, horizon)
    choice = choose_churn(trial.date, trial.summary, taught(trial.date), buying.name, by_buying)
    found.tests.append(choice.test)
    found.calibration.append(choice.calibration)
    if choice.model != CLASSIFIER:
        return found.lifetime_value.name
    found.churn_model = taught(dates.present)
    return CLASSIFIER


def _churn(found: Foretold, model: str, chunk: pa.Table, settings: Settings) -> pa.Table:
    if found.churn_model is not None:
        probability = found.churn_model.probability(chunk)
    else:
        assert found.lifetime_value is not None
        probability = 1 - found.lifetime_value.probability_of_order(chunk, settings.churn.horizon)
    columns = [chunk["customer_id"].combine_chunks(), pa.repeat(model, chunk.num_rows), pa.array(probability)]
    return pa.table(columns, schema=CUSTOMER_CHURN)


def _chunks(summary: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, max(summary.num_rows, 1), _CHUNK):
        yield summary.slice(start, _CHUNK)


def _too_short(horizon: int) -> str:
    return f"the history is shorter than twice {horizon} days"
