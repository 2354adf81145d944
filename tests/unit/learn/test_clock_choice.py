"""The season is used where it foretells better what was not seen, and said to be."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.learn.summaries import kinds, purchase_summary

from regulars.learn.clock_choice import Trial, choose_clock, seasonal_clock
from regulars.learn.learning_dates import CutOff
from regulars.learn.lifetime_value import fit_lifetime_value
from regulars.learn.season import Season
from regulars.learn.seasonal_clock import SeasonalClock

PRESENT = CutOff(1, 0, True, False, False, dt.date(2026, 1, 1))
HOLDOUT = CutOff(2, 90, False, True, False, dt.date(2025, 10, 3))
WINTER = np.array([0.7, 0.7, *(0.95,) * 8, 1.3, 1.8])
WINTER = WINTER / WINTER.mean()


class Known:
    """What LearningDates says of the season."""

    def __init__(self, days=731, index=WINTER):
        self._days, self._index = days, index

    def history_days(self, date):
        return self._days - (PRESENT.cut_off - date.cut_off).days

    def season(self, date):
        return Season(self._index, np.full(12, 0.02), 1.0, 5000.0)


def trial(times):
    """Of customers who bought so many times what steady ones would have in the ninety days after the holdout."""
    summary = purchase_summary(1500, days=640, seed=4)
    came = np.random.default_rng(1).binomial(2 * summary["occasions_ahead"].to_numpy(), times / 2)
    column = summary.schema.get_field_index("occasions_ahead")
    summary = summary.set_column(column, "occasions_ahead", pa.array(came, pa.int32()))
    by_calendar = fit_lifetime_value("mbg_nbd", kinds(summary), summary, 1.0, SeasonalClock(HOLDOUT.cut_off))
    by_season = by_calendar.on(SeasonalClock(HOLDOUT.cut_off, tuple(WINTER)), kinds(summary))
    return Trial(HOLDOUT, summary, by_calendar, by_season)


@pytest.fixture(scope="module")
def trials():
    return {"busy": trial(1.6), "quiet": trial(0.6)}


def test_the_season_is_used_when_it_foretold_better(trials):
    choice = choose_clock("auto", Known(), PRESENT, [trials["busy"]])
    assert tuple(choice.clock.index) == tuple(WINTER) and choice.clock.cut_off == PRESENT.cut_off
    assert choice.model(trials["busy"]) is trials["busy"].by_season
    assert [(test.model, test.horizon, test.is_validated) for test in choice.tests] == [("season", 90, True)]
    assert "December is 1.7" in choice.note


def test_the_season_is_not_used_when_it_foretold_worse(trials):
    choice = choose_clock("auto", Known(), PRESENT, [trials["quiet"]])
    assert choice.clock.is_calendar and "foretold the last part no better" in choice.note
    assert choice.model(trials["quiet"]) is trials["quiet"].by_calendar
    assert [test.is_validated for test in choice.tests] == [False]


def test_the_season_is_used_on_demand_and_left_on_demand(trials):
    assert not choose_clock("on", Known(), PRESENT, [trials["quiet"]]).clock.is_calendar
    assert not choose_clock("on", Known(days=400), PRESENT, []).clock.is_calendar
    off = choose_clock("off", Known(), PRESENT, [])
    assert off.clock.is_calendar and off.tests == () and "is off" in off.note


def test_two_years_are_needed_and_without_evidence_there_is_no_season(trials):
    assert "two years" in choose_clock("auto", Known(days=729), PRESENT, [trials["busy"]]).note
    assert choose_clock("auto", Known(), PRESENT, []).clock.is_calendar
    assert "no season repeats" in choose_clock("auto", Known(index=np.ones(12)), PRESENT, []).note
    assert seasonal_clock("on", Known(days=300), PRESENT) is None
