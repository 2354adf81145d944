"""Moments are spelled in four ways, right to the second where the way has seconds."""

from __future__ import annotations

import datetime as dt

import numpy as np

from regulars.demo.dates import DAY_FIRST, ISO, MONTH_FIRST, SLASHES, DateSpeller

STYLES = np.array([ISO, DAY_FIRST, MONTH_FIRST, SLASHES], dtype=np.int8)
SPELLER = DateSpeller(dt.date(1960, 1, 1), dt.date(2025, 12, 31))


def test_a_moment_is_spelled_in_its_style() -> None:
    moment = int(dt.datetime(2025, 3, 9, 14, 5, 7, tzinfo=dt.UTC).timestamp())
    assert SPELLER.moments(np.full(4, moment), STYLES).to_pylist() == [
        "2025-03-09 14:05:07", "09/03/2025", "03-09-2025", "2025/03/09 14:05:07",
    ]  # fmt: skip


def test_a_day_before_1970_is_spelled_in_its_style() -> None:
    day = (dt.date(1961, 12, 31) - dt.date(1970, 1, 1)).days
    assert SPELLER.dates(np.full(4, day), STYLES).to_pylist() == [
        "1961-12-31", "31/12/1961", "12-31-1961", "1961/12/31 00:00:00",
    ]  # fmt: skip
