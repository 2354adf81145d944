"""The clock runs fast when the shop is busy, and keeps the length of the history."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from regulars.demo.recipe import read_recipe
from regulars.demo.season import SeasonalClock

START = dt.date(2024, 1, 1)  # a Monday
CLOCK = SeasonalClock(read_recipe().season, START, 731, 365)


def test_busy_time_is_as_long_as_the_history() -> None:
    assert CLOCK.busy(np.array([0.0, 731.0])) == pytest.approx([0.0, 731.0])


def test_there_and_back_is_the_same_moment() -> None:
    moments = np.linspace(0.0, 1_095.9, 5_001)
    assert CLOCK.calendar(CLOCK.busy(moments)) == pytest.approx(moments)


def test_saturdays_december_and_evenings_are_busier() -> None:
    def length(since: float, until: float) -> float:
        start, end = CLOCK.busy(np.array([since, until]))
        return float(end - start)

    assert length(5, 6) > length(1, 2)
    assert length(335, 366) > 1.5 * length(31, 62)
    assert length(0.8, 0.9) > length(0.1, 0.2)
