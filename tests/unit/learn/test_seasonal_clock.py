"""Properties of the clock that runs by the season."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.learn.seasonal_clock import FARTHEST_DAYS, FLAT, SeasonalClock

dates = st.dates(dt.date(1995, 1, 1), dt.date(2060, 1, 1))
indices = st.lists(st.floats(0.2, 5.0), min_size=12, max_size=12).map(tuple)
spans = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), min_size=1, max_size=30)


def columns(pairs):
    return np.array([min(pair) for pair in pairs]), np.array([max(pair) for pair in pairs])


@given(dates, spans, st.integers(0, FARTHEST_DAYS))
def test_without_a_season_the_clock_is_the_calendar_exactly(cut_off, pairs, days):
    clock = SeasonalClock(cut_off, FLAT)
    last, observed = columns(pairs)
    assert clock.is_calendar
    found = clock.spans(last, observed)
    assert np.array_equal(found[0], last) and np.array_equal(found[1], observed)
    assert clock.ahead(days) == days
    assert np.array_equal(clock.calendar_days(np.array([1.5, 1e9])), [1.5, 1e9])


@given(dates, indices, spans)
def test_the_last_purchase_stays_between_the_first_and_the_end(cut_off, index, pairs):
    last, observed = SeasonalClock(cut_off, index).spans(*columns(pairs))
    assert (last >= 0).all() and (last <= observed).all()
    assert np.issubdtype(observed.dtype, np.integer)


@given(dates, indices, st.integers(1, 2000), st.integers(1, 900))
def test_times_ahead_add_up(cut_off, index, first, second):
    clock = SeasonalClock(cut_off, index)
    later = SeasonalClock(cut_off + dt.timedelta(days=first), index)
    assert clock.ahead(first) + later.ahead(second) == pytest.approx(clock.ahead(first + second))


@given(dates, indices, st.integers(1, 2000))
def test_the_days_ahead_become_the_days_that_have_passed(cut_off, index, days):
    after = SeasonalClock(cut_off + dt.timedelta(days=days), index)
    _, passed = after.spans(np.array([0]), np.array([days]))
    assert abs(passed[0] - SeasonalClock(cut_off, index).ahead(days)) <= 0.5 + 1e-6


@given(dates, indices, st.floats(0, 3000))
def test_a_time_ahead_is_brought_back_to_the_calendar(cut_off, index, days):
    clock = SeasonalClock(cut_off, index)
    assert clock.calendar_days(np.array([clock.ahead(days)]))[0] == pytest.approx(days, abs=1e-6)
    assert np.isinf(clock.calendar_days(np.array([1e9]))[0])


def test_a_day_lasts_as_its_month_says():
    clock = SeasonalClock(dt.date(2026, 1, 1), (0.5, *(1.0,) * 10, 2.0))
    last, observed = clock.spans(np.array([10, 31, 0]), np.array([31, 61, 10]))
    # Of 31 days before the cut-off, all of them in December, the last purchase was on the tenth.
    assert last.tolist() == [20, 32, 0] and observed.tolist() == [62, 92, 20]
    assert clock.ahead(31) == 15.5 and clock.ahead(32) == 16.5
