"""The shop's clock: a day of a busy month lasts longer than one of a quiet month, and a year as long as a year.

Customers who buy steadily by this clock buy by the season on the calendar, so the models of buying, which know nothing
of seasons, are fitted to its days and asked in them. This is the time of a purchase process with time-varying
covariates that are the same for all (Bachmann, Meierer and Näf 2021), with drop-out on the same clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from regulars.learn.repeat_buying import Floats

FLAT = (1.0,) * 12
FARTHEST_DAYS = 3650  # an order that is expected later than this is not expected


@dataclass(frozen=True)
class SeasonalClock:
    """A clock that is read at the start of a day; from there time is counted back and ahead.

    Attributes:
        cut_off: That day.
        index: How many days of the clock a day of each month lasts, from January; FLAT is the calendar.
    """

    cut_off: dt.date
    index: Sequence[float] = FLAT

    @property
    def is_calendar(self) -> bool:
        """Whether its days are those of the calendar."""
        return all(length == 1 for length in self.index)

    def spans(
        self, last: npt.NDArray[np.integer], observed: npt.NDArray[np.integer]
    ) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]:
        """Days from the first to the last purchase, and from the first purchase to the cut-off, by this clock.

        Each day since the first is counted with its length. What has passed before the cut-off is rounded to whole
        days, so that the models have no more different values to reckon with than on the calendar; as it is the time
        since each date that is rounded, no last purchase comes to lie after the cut-off.

        Args:
            last: Shape (n,): t_x in calendar days.
            observed: Shape (n,): T in calendar days, to the day before the cut-off.
        """
        if self.is_calendar:
            return last, observed
        passed = np.rint(self._since(int(observed.max(initial=0)))).astype(np.int64)
        return passed[observed] - passed[observed - last], passed[observed]

    def ahead(self, days: float) -> float:
        """How long the next calendar days last, not rounded: the parts of a time ahead sum to the whole."""
        if self.is_calendar:
            return days
        return float(np.interp(days, np.arange(len(self._ahead)), self._ahead))

    def calendar_days(self, ahead: Floats) -> Floats:
        """The calendar days until so much time has passed by this clock; infinite beyond FARTHEST_DAYS."""
        if self.is_calendar:
            return ahead
        days = np.interp(ahead, self._ahead, np.arange(len(self._ahead)))
        found: Floats = np.where(ahead > self._ahead[-1], np.inf, days)
        return found

    @cached_property
    def _ahead(self) -> Floats:
        day = np.datetime64(self.cut_off, "D") + np.arange(FARTHEST_DAYS + 1)
        return np.concatenate([[0.0], np.cumsum(self._lengths(day))])

    def _since(self, days: int) -> Floats:
        day = np.datetime64(self.cut_off, "D") - 1 - np.arange(days)
        return np.concatenate([[0.0], np.cumsum(self._lengths(day))])

    def _lengths(self, day: npt.NDArray[np.datetime64]) -> Floats:
        month = day.astype("datetime64[M]").astype(np.int64) % 12
        lengths: Floats = np.asarray(self.index, dtype=float)[month]
        return lengths
