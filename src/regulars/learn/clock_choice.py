"""Whether the models of buying count time by the calendar or by the season, decided on customers' unseen future.

Both are fitted to what was known at each holdout. The season is used after two whole years, of which the second can
tell whether the first repeats, if over the holdouts it makes the smaller error. Setting it `on` spares both conditions
but one: every month of a year must have been seen, for otherwise there is no season to be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regulars.learn import holdout
from regulars.learn.learning_dates import CutOff, LearningDates
from regulars.learn.lifetime_value import LifetimeValue
from regulars.learn.season import Season
from regulars.learn.seasonal_clock import SeasonalClock
from regulars.learn.validation import Measure, Test
from regulars.learn.value_test import floats

ONE_YEAR, TWO_YEARS = 365, 730  # days
_BASELINE = "calendar days"


@dataclass(frozen=True)
class Trial:
    """What was known at a holdout and came after it, and the models as they would have been fitted there.

    `by_season` is None where no season could be found there.
    """

    date: CutOff
    summary: pa.Table
    by_calendar: LifetimeValue
    by_season: LifetimeValue | None

    def errors(self) -> tuple[float, float] | None:
        """The root mean squared error of the orders by season and by calendar."""
        if self.by_season is None:
            return None
        came = floats(self.summary, "occasions_ahead")
        by_season, by_calendar = (
            holdout.root_mean_squared_error(model.expected_orders(self.summary, self.date.horizon), came)
            for model in (self.by_season, self.by_calendar)
        )
        return by_season, by_calendar


@dataclass(frozen=True)
class ClockChoice:
    """What was chosen.

    Attributes:
        clock: At the present.
        tests: The season's, one per horizon at which it could be tested.
        note: What the user should know of it.
    """

    clock: SeasonalClock
    tests: tuple[Test, ...]
    note: str

    def model(self, trial: Trial) -> LifetimeValue:
        """The model of a trial by the clock that was chosen, or by the calendar where no season was known yet."""
        return trial.by_calendar if self.clock.is_calendar or trial.by_season is None else trial.by_season


def seasonal_clock(setting: str, dates: LearningDates, date: CutOff) -> SeasonalClock | None:
    """The clock of the season as it was known at a date; None where none is wanted, or there was none to be seen."""
    season = _season(setting, dates, date)
    return None if season is None else _clock(season, date)


def choose_clock(setting: str, dates: LearningDates, present: CutOff, trials: Sequence[Trial]) -> ClockChoice:
    """Chooses by the setting, the length of the history, and the trials.

    Args:
        setting: `auto`, `on` or `off`.
        dates: What was known when.
        present: As of when the future is foretold.
        trials: Of all holdouts.
    """
    tests = tuple(_test(trial) for trial in trials if trial.by_season is not None)
    calendar = SeasonalClock(present.cut_off)
    if setting == "off":
        return ClockChoice(calendar, (), "Purchases are foretold by the calendar: `value.season` is off.")
    if setting == "auto" and dates.history_days(present) < TWO_YEARS:
        return ClockChoice(
            calendar, tests, "Purchases are foretold by the calendar: a season needs two years of history to be found."
        )
    season = _season(setting, dates, present)
    if season is None:
        return ClockChoice(calendar, tests, "Purchases are foretold by the calendar: no season repeats in the history.")
    found = season.in_words()
    ratios = [by_season / by_calendar for by_season, by_calendar in _errors(trials) if by_calendar > 0]
    if setting == "auto" and (not ratios or np.mean(np.log(np.maximum(ratios, 1e-9))) >= 0):
        return ClockChoice(
            calendar,
            tests,
            f"Purchases are foretold by the calendar: the season ({found}) foretold the last part no better.",
        )
    return ClockChoice(_clock(season, present), tests, f"Purchases are foretold by the season: {found}.")


def _season(setting: str, dates: LearningDates, date: CutOff) -> Season | None:
    if setting == "off" or dates.history_days(date) < ONE_YEAR:
        return None
    season = dates.season(date)
    return None if season.is_flat else season


def _clock(season: Season, date: CutOff) -> SeasonalClock:
    return SeasonalClock(date.cut_off, tuple(float(length) for length in season.index))


def _errors(trials: Sequence[Trial]) -> list[tuple[float, float]]:
    return [errors for trial in trials if (errors := trial.errors()) is not None]


def _test(trial: Trial) -> Test:
    assert trial.by_season is not None
    horizon, came = trial.date.horizon, floats(trial.summary, "occasions_ahead")
    foretold = [model.expected_orders(trial.summary, horizon) for model in (trial.by_season, trial.by_calendar)]
    measures = tuple(
        Measure(measure.__name__, *(measure(orders, came) for orders in foretold))
        for measure in (holdout.root_mean_squared_error, holdout.mean_absolute_error, holdout.bias)
    )
    decisive = ("root_mean_squared_error",)
    return Test("season", horizon, measures, decisive, _BASELINE, trial.summary.num_rows, trial.date.cut_off)
