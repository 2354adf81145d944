"""Moments as text, in the four ways that exports spell them.

ISO           2025-03-09 14:05:00
DAY_FIRST     09/03/2025             the time of day is lost
MONTH_FIRST   03-09-2025             the time of day is lost
SLASHES       2025/03/09 14:05:00
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

ISO, DAY_FIRST, MONTH_FIRST, SLASHES = range(4)
DATE_STYLES = ["YYYY-MM-DD", "DD/MM/YYYY", "MM-DD-YYYY", "YYYY/MM/DD HH:MM:SS"]
_NO_TIME = 86_400


class DateSpeller:
    """Spells the days from `first` to `last`: every day and every second of the day is spelled once, then taken."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        """Spells all of them in all styles."""
        self._first = np.datetime64(first, "D").astype(np.int64)
        self._count = (last - first).days + 1
        iso = [str(day) for day in np.datetime64(first, "D") + np.arange(self._count)]
        parts = [(day[:4], day[5:7], day[8:]) for day in iso]
        day_first, month_first, slashes = ("{2}/{1}/{0}", "{1}-{2}-{0}", "{0}/{1}/{2}")
        self._days = pa.array(
            [*iso, *(style.format(*part) for style in (day_first, month_first, slashes) for part in parts)]
        )
        self._times = _times_of_day()

    def moments(self, seconds: npt.NDArray[np.int64], style: npt.NDArray[np.int8]) -> pa.Array:
        """Seconds since 1970-01-01 as text, each in its style."""
        day, second = np.divmod(seconds, 86_400)
        has_time = (style == ISO) | (style == SLASHES)
        return self._spell(day, style, np.where(has_time, second, _NO_TIME))

    def dates(self, days: npt.NDArray[np.integer], style: npt.NDArray[np.int8]) -> pa.Array:
        """Days since 1970-01-01 as text, each in its style; the style that has a time shows midnight."""
        return self._spell(days.astype(np.int64), style, np.where(style == SLASHES, 0, _NO_TIME))

    def _spell(self, day: npt.NDArray[np.int64], style: npt.NDArray[np.int8], time: npt.NDArray[np.int64]) -> pa.Array:
        position = style.astype(np.int64) * self._count + (day - self._first)
        days, times = pc.take(self._days, pa.array(position)), pc.take(self._times, pa.array(time))
        return pc.binary_join_element_wise(days, times, "")


@cache
def _times_of_day() -> pa.Array:
    """Every second of the day with a space before it, then no time at all."""
    return pa.array([f" {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(_NO_TIME)] + [""])
