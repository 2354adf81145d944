"""Where a customer stands on a day: the values, the scores and the segment, with the cut points held fixed.

It repeats in Python what int_customers__order_totals, score_of and customer_segments do in SQL, for days that have not
come yet; a test of every customer of a shop holds one against the other.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from regulars.segments.codes import Code
from regulars.segments.model import PROSPECT

METRICS = ("recency", "frequency", "monetary")
_DAY = dt.timedelta(days=1)
_NOTHING = Decimal("0.00")


class Movement(NamedTuple):
    """What one day changed for a customer: valid orders placed, and money won or, by a refund, lost."""

    day: dt.date
    orders: int
    money: Decimal


class Band(NamedTuple):
    """The values of one score: from `value_from` up to `value_to`, itself excluded; both unset = nobody has it."""

    score: int
    value_from: Decimal | None
    value_to: Decimal | None

    @property
    def is_empty(self) -> bool:
        """Whether no value gets this score; a lone band without edges holds everything, and is score 1."""
        return self.score > 1 and self.value_from is None and self.value_to is None


class Purchases:
    """A customer's movements, summed so that any stretch of days is read off at once."""

    def __init__(self, movements: Iterable[Movement]) -> None:
        ordered = sorted(movements)
        self.days = [movement.day for movement in ordered]
        self._orders = list(accumulate((movement.orders for movement in ordered), initial=0))
        self._money = list(accumulate((movement.money for movement in ordered), initial=_NOTHING))
        self._order_days = [movement.day for movement in ordered if movement.orders]
        self.lifetime_orders = self._orders[-1]

    def within(self, first: dt.date, end: dt.date) -> tuple[int, Decimal]:
        """Valid orders and net money from `first` up to, not including, `end`."""
        start, stop = bisect_left(self.days, first), bisect_left(self.days, end)
        return self._orders[stop] - self._orders[start], self._money[stop] - self._money[start]

    def last_order_before(self, day: dt.date) -> dt.date | None:
        """The day of the newest valid order before `day`."""
        place = bisect_left(self._order_days, day)
        return self._order_days[place - 1] if place else None


@dataclass(frozen=True)
class Yardstick:
    """What customers are measured by: the window, the cut points of one run, and the map.

    Attributes:
        window_days: Days that orders and money are counted over.
        methods: The scoring method of each metric.
        bands: The bands of each metric, as rfm_thresholds holds them.
        codes: The segment of every code.
        segments: The segments, best first.
    """

    window_days: int
    methods: Mapping[str, str]
    bands: Mapping[str, tuple[Band, ...]]
    codes: Mapping[Code, str]
    segments: tuple[str, ...]

    def score(self, metric: str, value: Decimal | int) -> int:
        """The score of a value, as the macro score_of gives it."""
        for band in sorted(self.bands[metric], reverse=True, key=lambda band: band.score):
            edge = band.value_to if metric == "recency" else band.value_from
            if band.score > 1 and edge is not None and (value < edge if metric == "recency" else value >= edge):
                return band.score
        return 1

    def position(self, segment: str) -> int:
        """The segment's place in the map, 0 for the best."""
        return self.segments.index(segment)


@dataclass(frozen=True)
class Standing:
    """A customer at the start of a day: `code` is None for those who never bought."""

    day: dt.date
    recency: int
    frequency: int
    monetary: Decimal
    code: Code | None
    segment: str
    is_active: bool


def score_on(yardstick: Yardstick, purchases: Purchases, day: dt.date) -> Standing:
    """Where the customer stands at the start of `day` when nothing happens that is not in `purchases`."""
    return what_if(yardstick, purchases, day, 0, _NOTHING)


def what_if(yardstick: Yardstick, purchases: Purchases, day: dt.date, orders: int, spend: Decimal) -> Standing:
    """Where the customer stands at the start of `day` after placing `orders` more on the day before.

    Args:
        yardstick: Held fixed, however much the order would move the cut points of the shop.
        purchases: What is known of the customer.
        day: The start of this day is now.
        orders: Valid orders, all of them placed on the day before `day`.
        spend: What they come to together.
    """
    frequency, monetary = purchases.within(day - yardstick.window_days * _DAY, day)
    frequency, monetary = frequency + orders, monetary + spend
    lifetime_orders = purchases.lifetime_orders + orders
    last = day - _DAY if orders else purchases.last_order_before(day)
    if last is None or not frequency:
        never = lifetime_orders == 0
        code = None if never else Code(1, 1, 1, lifetime_orders == 1)
        segment = PROSPECT if code is None else yardstick.codes[code]
        return Standing(day, yardstick.window_days + 1, 0, _NOTHING, code, segment, is_active=False)
    recency = (day - last).days
    values: tuple[Decimal | int, ...] = (recency, frequency, monetary)
    scores = [yardstick.score(metric, value) for metric, value in zip(METRICS, values, strict=True)]
    code = Code(scores[0], scores[1], scores[2], lifetime_orders == 1)
    return Standing(day, recency, frequency, monetary, code, yardstick.codes[code], is_active=True)
