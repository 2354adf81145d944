"""The outlook promises: who follows the advice gets the segment, who does a cent or an order less does not, and on the
day after the last one it is too late.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.segments.yardsticks import AS_OF, WINDOW, bought, yardstick

from regulars.segments.outlook import MOST_ORDERS, Effort, Outlook, obstacle, outlook
from regulars.segments.standing import Purchases, Yardstick, score_on, what_if

DAY = dt.timedelta(days=1)
CENT = Decimal("0.01")
SIX = yardstick()


def _in(days: int) -> dt.date:
    return AS_OF + days * DAY


def test_one_more_order_is_enough_until_an_older_one_leaves_the_window() -> None:
    # Three orders of 330, the last 40 days ago: 223, Recent. A fourth gives 333, until the oldest leaves.
    found = outlook(SIX, bought((40, "110"), (100, "110"), (300, "110")), AS_OF)
    [way] = found.ways
    assert (way.segment, found.unreachable) == ("Champions", ("Loyal",))
    # Placed on day 65 the oldest order is 366 days old that evening; by then its 110 are missing too.
    assert way.efforts == (Effort(1, Decimal(0), None, None, _in(64), way.efforts[0].code),)
    assert way.efforts[0].code.digits == "333"


def test_more_money_is_asked_for_to_the_cent() -> None:
    # Scores 3 (1 order, 270.01): 312. One more order is 322 with any amount, 323 from 300 on.
    found = outlook(SIX, bought((10, "270.01")), AS_OF)
    champions = next(way for way in found.ways if way.segment == "Champions")
    assert (champions.efforts[0].orders, champions.efforts[0].spend_from) == (1, Decimal("29.99"))
    assert [(way.segment, way.efforts[0].orders, way.efforts[0].spend_from) for way in found.ways] == [
        ("Loyal", 1, Decimal(0)),
        ("Champions", 1, Decimal("29.99")),
    ]
    assert found.ways[0].efforts[0].beyond == "Champions"
    assert [(span.segment, span.spend_from) for span in found.one_order] == [
        ("Loyal", 0),
        ("Champions", Decimal("29.99")),
    ]


def test_more_orders_may_do_with_less_money() -> None:
    found = outlook(SIX, bought((10, "250"), (20, "20")), AS_OF)
    assert found.ways[0].segment == "Champions"
    assert [(effort.orders, effort.spend_from) for effort in found.ways[0].efforts] == [(1, 30), (2, 0)]


def test_a_champion_has_no_way_up_but_an_order_that_keeps_it_from_slipping() -> None:
    found = outlook(SIX, bought(*[(days, "100") for days in (10, 20, 30, 40, 50)]), AS_OF)
    assert (found.ways, found.unreachable) == ((), ())
    # Recency is 30 days, score 2, on day 20.
    assert [(turn.day, turn.segment) for turn in found.turns[:1]] == [(_in(20), "Loyal")]
    assert found.turns[0].code_before.digits == "333" and found.turns[0].code.digits == "233"
    assert found.stay is not None
    assert found.stay.efforts == (Effort(1, Decimal(0), None, None, _in(19), found.turns[0].code_before),)


def test_time_alone_ends_outside_the_window() -> None:
    # 233 until recency is 180 days, 133 until the orders leave the window one after the other.
    found = outlook(SIX, bought((60, "100"), (50, "100"), (40, "100"), (30, "10")), AS_OF)
    assert [(turn.day, turn.segment, turn.code.digits, turn.is_active) for turn in found.turns] == [
        (_in(150), "Needs Attention", "133", True),
        (_in(WINDOW - 60 + 1), "At Risk", "122", True),
        (_in(WINDOW - 40 + 1), "Inactive", "111", True),
    ]
    [left] = outlook(SIX, bought((200, "200"), (200, "200")), AS_OF).turns
    assert (left.day, left.segment, left.is_active) == (_in(WINDOW - 200 + 1), "Inactive", False)


@pytest.mark.parametrize("orders", [(), ((WINDOW + 1, "500"),)])
def test_prospects_and_lapsed_customers_have_ways_up_without_a_last_day_and_no_way_down(
    orders: tuple[tuple[int, str], ...],
) -> None:
    found = outlook(SIX, bought(*orders), AS_OF)
    assert found.turns == () and found.stay is None
    assert {way.segment for way in found.ways} >= {"Champions", "Loyal", "Recent"}
    assert {effort.last_day for way in found.ways for effort in way.efforts} == {None}
    assert (found.ways[0].segment, found.ways[0].efforts[0].orders, found.ways[0].efforts[0].spend_from) == (
        "Recent",
        1,
        0,
    )


def test_a_refund_that_leaves_the_window_ends_a_promise_that_had_an_upper_limit() -> None:
    # In the map eleven 421 with 413 beyond: New Customers only below a sum, which grows when the refund leaves.
    eleven = yardstick((220, 100, 40, 12), (2, 4, 6, 12), ("25", "45", "90", "250"), segment_map="eleven")
    purchases = bought((WINDOW + 9, "5"), refunds=((WINDOW - 20, "30"),))
    found = outlook(eleven, purchases, AS_OF)
    [new] = [way for way in found.ways if way.segment == "New Customers"]
    assert new.efforts[0].spend_below == Decimal("75.00")
    assert new.efforts[0].beyond == "Promising"
    assert new.efforts[0].last_day == _in(19)


def test_ntile_has_no_distance() -> None:
    assert obstacle(SIX) is None
    ranked = replace(SIX, methods={**SIX.methods, "frequency": "ntile"})
    assert "Frequency is scored by ntile" in str(obstacle(ranked))


MAPS = st.sampled_from(["six", "eight", "seven", "eleven", "ten"])
BINS = {"six": 3, "eight": 5, "seven": 4, "eleven": 5, "ten": 5}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Yardstick, Purchases]:
    name = draw(MAPS)
    cuts = BINS[name] - 1
    window = draw(st.sampled_from([1, 30, 90]))
    spread = st.lists(st.integers(1, 40), min_size=cuts, max_size=cuts, unique=True)
    measure = yardstick(
        tuple(sorted(draw(spread), reverse=True)),
        tuple(sorted(draw(st.lists(st.integers(1, 8), min_size=cuts, max_size=cuts, unique=True)))),
        tuple(f"{cut}.{draw(st.sampled_from(['', '5', '005', '1234']))}" for cut in sorted(draw(spread))),
        name,
        window,
    )
    day = st.integers(1, 100)
    orders = draw(st.lists(st.tuples(day, st.integers(1, 3000).map(lambda cents: str(cents * CENT))), max_size=6))
    refunds = draw(st.lists(st.tuples(day, st.integers(1, 3000).map(lambda cents: str(cents * CENT))), max_size=2))
    return measure, bought(*orders, refunds=tuple(refunds))


def _amounts(measure: Yardstick, purchases: Purchases, day: dt.date, effort: Effort) -> list[Decimal]:
    """Amounts that the effort promises: its ends, and both sides of every cut point between them."""
    base = what_if(measure, purchases, day + DAY, effort.orders, Decimal(0)).monetary
    edges = [band.value_from - base for band in measure.bands["monetary"] if band.value_from is not None]
    least = max(effort.spend_from, effort.orders * CENT)
    most = effort.spend_below - CENT if effort.spend_below is not None else Decimal(10_000)
    around = [edge.quantize(CENT) + step * CENT for edge in edges for step in (-1, 0, 1)]
    return sorted({least, most, *(amount for amount in around if least <= amount <= most)})


def _led_to(measure: Yardstick, purchases: Purchases, day: dt.date, effort: Effort) -> set[str]:
    return {
        what_if(measure, purchases, day + DAY, effort.orders, amount).segment
        for amount in _amounts(measure, purchases, day, effort)
    }


def _seen(case: tuple[Yardstick, Purchases]) -> tuple[Yardstick, Purchases, Outlook]:
    return *case, outlook(*case, AS_OF)


@given(cases())
def test_who_follows_the_advice_in_time_gets_the_segment(case: tuple[Yardstick, Purchases]) -> None:
    measure, purchases, found = _seen(case)
    for way in found.ways:
        for effort in way.efforts:
            end = effort.last_day or AS_OF + (2 * measure.window_days) * DAY
            for days in range((end - AS_OF).days + 1):
                assert _led_to(measure, purchases, _in(days), effort) == {way.segment}


@given(cases())
def test_on_the_day_after_the_last_one_it_is_too_late(case: tuple[Yardstick, Purchases]) -> None:
    measure, purchases, found = _seen(case)
    for way in found.ways:
        for effort in way.efforts:
            if effort.last_day is not None:
                assert _led_to(measure, purchases, effort.last_day + DAY, effort) != {way.segment}


@given(cases())
def test_a_cent_less_or_an_order_less_does_not_do(case: tuple[Yardstick, Purchases]) -> None:
    measure, purchases, found = _seen(case)
    for way in found.ways:
        first = way.efforts[0]
        for effort in way.efforts:
            less = effort.spend_from - CENT
            if less >= effort.orders * CENT:
                assert what_if(measure, purchases, AS_OF + DAY, effort.orders, less).segment != way.segment
        if first.orders > 1:
            anything = replace(first, orders=first.orders - 1, spend_from=Decimal(0), spend_below=None)
            assert way.segment not in _led_to(measure, purchases, AS_OF, anything)


@given(cases())
def test_every_better_segment_is_either_on_a_way_or_out_of_reach(case: tuple[Yardstick, Purchases]) -> None:
    measure, purchases, found = _seen(case)
    now = score_on(measure, purchases, AS_OF).segment
    better = set(measure.segments[: measure.position(now)])
    assert {way.segment for way in found.ways} | set(found.unreachable) == better
    for segment in found.unreachable:
        for orders in range(1, MOST_ORDERS + 1):
            anything = Effort(orders, Decimal(0), None, None, None, found.one_order[0].code)
            assert segment not in _led_to(measure, purchases, AS_OF, anything)
    costs = [(way.efforts[0].orders, way.efforts[0].spend_from) for way in found.ways]
    assert costs == sorted(costs)


@given(cases())
def test_the_turns_are_every_change_that_time_brings(case: tuple[Yardstick, Purchases]) -> None:
    measure, purchases, found = _seen(case)
    segments = [score_on(measure, purchases, _in(days)).segment for days in range(2 * measure.window_days + 2)]
    changes = [(_in(i), now) for i, (before, now) in enumerate(pairwise(segments), 1) if now != before]
    assert [(turn.day, turn.segment) for turn in found.turns] == changes


@given(cases())
def test_an_order_that_keeps_the_segment_keeps_it_past_the_turn(case: tuple[Yardstick, Purchases]) -> None:
    measure, purchases, found = _seen(case)
    if found.stay is not None:
        turn = found.turns[0].day
        for effort in found.stay.efforts:
            assert effort.last_day is not None and effort.last_day < turn
            assert _led_to(measure, purchases, effort.last_day, effort) == {found.stay.segment}
