"""What would move a customer: the least that lifts them into each better segment, and where time alone takes them.

Both are told with the cut points of the run held fixed, since nobody knows what all the other customers will do.
An order is judged at the start of the day after it, when recency is 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from regulars.segments.codes import Code
from regulars.segments.standing import Purchases, Standing, Yardstick, score_on, what_if

MOST_ORDERS = 5
_DAY = dt.timedelta(days=1)
_CENT = Decimal("0.01")
_ANY = Decimal("0.00")


class Span(NamedTuple):
    """Where an amount leads: from `spend_from`, 0 for any, up to `spend_below`, itself excluded, None for no end."""

    spend_from: Decimal
    spend_below: Decimal | None
    segment: str
    code: Code


@dataclass(frozen=True)
class Effort:
    """Orders that lead into a segment.

    Attributes:
        orders: How many, all placed by `last_day`.
        spend_from: What they must come to together; 0 = any amount.
        spend_below: From this sum on they lead elsewhere, to `beyond`; None = no sum is too much.
        beyond: The segment that more money leads to.
        last_day: The last day on which placing the last of them still works; None = on any day.
        code: The code that spending `spend_from` gives.
    """

    orders: int
    spend_from: Decimal
    spend_below: Decimal | None
    beyond: str | None
    last_day: dt.date | None
    code: Code


@dataclass(frozen=True)
class Way:
    """A segment with the efforts that reach it: fewest orders first, each further one for less money."""

    segment: str
    efforts: tuple[Effort, ...]


@dataclass(frozen=True)
class Turn:
    """A change of segment by the passing of time alone, with the code on the day before and from that day on."""

    day: dt.date
    segment: str
    code_before: Code
    code: Code
    is_active: bool


@dataclass(frozen=True)
class Outlook:
    """What would move a customer.

    Attributes:
        ways: The better segments within reach, least effort first.
        unreachable: The better segments that no `MOST_ORDERS` orders lead into.
        one_order: Where one more order leads, by its amount, be it up or down.
        turns: The segments that time alone leads through, until the last order leaves the window.
        stay: What keeps the customer from the first turn, when that is one for the worse and orders can avert it.
    """

    ways: tuple[Way, ...]
    unreachable: tuple[str, ...]
    one_order: tuple[Span, ...]
    turns: tuple[Turn, ...]
    stay: Way | None


def obstacle(yardstick: Yardstick) -> str | None:
    """Why no distance can be told, or None: `ntile` parts equal values, so that no value decides a score."""
    ranked = [metric for metric, method in yardstick.methods.items() if method == "ntile"]
    if not ranked:
        return None
    return (
        f"{' and '.join(ranked).capitalize()} is scored by ntile, which parts equal values by rank:"
        " no value is sure of a score, so the distance to another segment cannot be told."
        " Score it by quantile or cuts to see it."
    )


def outlook(yardstick: Yardstick, purchases: Purchases, as_of: dt.date) -> Outlook:
    """What would move the customer, seen from the start of `as_of`.

    Args:
        yardstick: The cut points and the map; `obstacle` must have nothing against it.
        purchases: All that is dated before `as_of`.
        as_of: The first day on which an order could be placed.
    """
    now = score_on(yardstick, purchases, as_of)
    better = yardstick.segments[: yardstick.position(now.segment)]
    ways = [way for segment in better if (way := _way(yardstick, purchases, as_of, segment))]
    # Stable, so that of equal efforts the nearest segment comes first.
    ways.sort(key=lambda way: -yardstick.position(way.segment))
    ways.sort(key=lambda way: (way.efforts[0].orders, way.efforts[0].spend_from))
    reached = {way.segment for way in ways}
    turns = tuple(_turns(yardstick, purchases, now))
    return Outlook(
        tuple(ways),
        tuple(segment for segment in better if segment not in reached),
        tuple(_spans(yardstick, purchases, as_of, 1)),
        turns,
        _stay(yardstick, purchases, now, turns[0]) if turns else None,
    )


def _way(yardstick: Yardstick, purchases: Purchases, as_of: dt.date, segment: str) -> Way | None:
    efforts: list[Effort] = []
    for orders in range(1, MOST_ORDERS + 1):
        spans = _spans(yardstick, purchases, as_of, orders)
        place = next((i for i, span in enumerate(spans) if span.segment == segment), None)
        if place is None or (efforts and spans[place].spend_from >= efforts[-1].spend_from):
            continue
        span = spans[place]
        beyond = spans[place + 1].segment if span.spend_below is not None else None
        last_day = _last_day(yardstick, purchases, as_of, orders, span)
        efforts.append(Effort(orders, span.spend_from, span.spend_below, beyond, last_day, span.code))
    return Way(segment, tuple(efforts)) if efforts else None


def _spans(yardstick: Yardstick, purchases: Purchases, day: dt.date, orders: int) -> list[Span]:
    """Where so many orders placed on `day` lead, by what they come to: the ranges of spend from nothing upwards."""
    evening = day + _DAY
    without = what_if(yardstick, purchases, evening, orders, _ANY).monetary
    least = orders * _CENT  # a valid order has a positive total
    edges = {band.value_from for band in yardstick.bands["monetary"] if band.score > 1 and band.value_from is not None}
    steps = sorted({(edge - without).quantize(_CENT, ROUND_CEILING) for edge in edges})
    spans: list[Span] = []
    for spend in [_ANY, *(step for step in steps if step > least)]:
        then = what_if(yardstick, purchases, evening, orders, max(spend, least))
        assert then.code is not None
        if spans and spans[-1].segment == then.segment:
            continue
        if spans:
            spans[-1] = spans[-1]._replace(spend_below=spend)
        spans.append(Span(spend, None, then.segment, then.code))
    return spans


def _last_day(
    yardstick: Yardstick, purchases: Purchases, as_of: dt.date, orders: int, promised: Span
) -> dt.date | None:
    """The end of the days, from `as_of` on without a gap, on which every promised sum leads where it was promised.

    Where an order leads changes only on a day on whose evening something older has left the window.
    """
    window = yardstick.window_days * _DAY
    for leaving in sorted({day + window for day in purchases.days if day + window > as_of}):
        if not any(_covers(span, promised) for span in _spans(yardstick, purchases, leaving, orders)):
            return leaving - _DAY
    return None


def _covers(span: Span, promised: Span) -> bool:
    if span.segment != promised.segment or span.spend_from > promised.spend_from:
        return False
    return span.spend_below is None or (promised.spend_below is not None and promised.spend_below <= span.spend_below)


def _turns(yardstick: Yardstick, purchases: Purchases, now: Standing) -> Iterator[Turn]:
    before = now
    while before.is_active:
        then = score_on(yardstick, purchases, before.day + _DAY)
        if then.segment != before.segment:
            assert before.code is not None and then.code is not None
            yield Turn(then.day, then.segment, before.code, then.code, then.is_active)
        before = then


def _stay(yardstick: Yardstick, purchases: Purchases, now: Standing, turn: Turn) -> Way | None:
    """The efforts that lead into the present segment, placed in time for the day of the turn."""
    way = _way(yardstick, purchases, now.day, now.segment)
    if way is None or yardstick.position(turn.segment) < yardstick.position(now.segment):
        return None
    eve = turn.day - _DAY
    efforts = (replace(effort, last_day=min(effort.last_day or eve, eve)) for effort in way.efforts)
    return replace(way, efforts=tuple(efforts))
