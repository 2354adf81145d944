"""The shop's clock: customers buy steadily in busy time, which runs fast on a Saturday evening in December.

Purchases that are Poisson in busy time are Poisson with the season's intensity on the calendar, exactly; and as busy
time is as long as the calendar over the whole history, the purchase rates keep their meaning.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from regulars.demo.recipe import Season

Floats = npt.NDArray[np.float64]


class SeasonalClock:
    """Turns calendar days since the start of the history (fractions are the time of day) into busy days and back."""

    def __init__(self, season: Season, start: dt.date, history_days: int, future_days: int) -> None:
        """Tabulates busy time hour by hour, from the start of the history to the end of the future."""
        days = np.datetime64(start, "D") + np.arange(history_days + future_days)
        weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
        month = days.astype("datetime64[M]").astype(np.int64) % 12
        of_day = np.asarray(season.weekdays)[weekday] * np.asarray(season.months)[month]
        of_hour = np.asarray(season.hours) / np.sum(season.hours)
        busy = np.concatenate(([0.0], np.cumsum(np.outer(of_day, of_hour))))
        self.history_days = history_days
        self._calendar: Floats = np.arange(busy.size) / 24
        self._busy: Floats = busy * (history_days / busy[24 * history_days])

    def busy(self, calendar: Floats) -> Floats:
        """Busy days at these calendar days."""
        return np.interp(calendar, self._calendar, self._busy)

    def calendar(self, busy: Floats) -> Floats:
        """Calendar days at these busy days."""
        return np.interp(busy, self._busy, self._calendar)
