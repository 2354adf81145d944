"""What every chart stands on: its words, the day and the currency, and what to say when there is nothing to draw."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.serve.wording import date_words

Floats = npt.NDArray[np.float64]
RUN_AGAIN = "`regulars run` makes it."


@dataclass(frozen=True)
class Words:
    """The text around a chart: what it shows, of whom and in which unit, and the same for those who cannot see it."""

    title: str
    subtitle: str
    alt: str


@dataclass(frozen=True)
class Missing:
    """A chart that cannot be drawn, why, and what to do about it."""

    words: Words
    reason: str
    repair: str


@dataclass(frozen=True)
class Ground:
    """The day, the window and the currency of the published numbers; `as_of` is None before the first valid order."""

    as_of: dt.date | None
    window_days: int
    currency: str

    @property
    def window_words(self) -> str:
        """The window in words."""
        before = f" before {date_words(self.as_of)}" if self.as_of else ""
        return f"the {self.window_days} days{before}"

    def money(self, what: str) -> str:
        """A label with the currency, where it is known."""
        return f"{what} ({self.currency})" if self.currency else what


def read_ground(live: Session) -> Ground:
    """Reads it from an open session."""
    [row] = live.query(
        f"select as_of, window_days, coalesce(currency, '') as currency from {marts.RUN_PARAMETERS}"
    ).to_pylist()
    return Ground(row["as_of"], row["window_days"], row["currency"])


def missing(title: str, reason: str, repair: str = RUN_AGAIN) -> Missing:
    """Nothing to draw, said in the place of the chart."""
    return Missing(Words(title, "", f"{title}: nothing to draw. {reason} {repair}"), reason, repair)


def floats(table: pa.Table, column: str) -> Floats:
    """A column of numbers for drawing, each the floating number that is nearest to it."""
    values = table.column(column)
    if pa.types.is_decimal(values.type):
        # By way of text: Arrow's own cast of a decimal may miss the nearest one.
        values = values.cast(pa.string())
    numbers: Floats = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return numbers


def spans_decades(values: Floats) -> bool:
    """Whether positive values lie so far apart that only a log axis shows them all."""
    return bool(values.size) and float(values.min()) > 0 and float(values.max() / values.min()) >= 50


def percent(share: float, digits: int = 0) -> str:
    """A share for people; a small one is not told as none."""
    return f"{100 * share:.{1 if 0 < share < 0.005 else digits}f} %"
