"""Causes of moves: the definition of DECISIONS 55 told once more in Python, order by order, and cases done by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop
from tests.warehouse.test_scores import by_definition

from regulars.settings import RfmSettings, Settings

Codes: TypeAlias = dict[tuple[int, int, int, bool], str]
Move: TypeAlias = tuple[int, dt.date, str, str, str]
WINDOW = 120
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Order:
    customer: int
    day: dt.date
    amount: Decimal


@dataclass(frozen=True)
class Values:
    """Recency, frequency and monetary by what had come up to a day, and the orders of all time."""

    orders: int
    recency: int
    frequency: int
    monetary: Decimal


def _values(orders: list[Order], as_of: dt.date, known_until: dt.date) -> Values:
    seen = [order for order in orders if order.day < known_until]
    window = [order for order in seen if order.day >= as_of - WINDOW * DAY]
    valid, bought = [o for o in seen if o.amount > 0], [o for o in window if o.amount > 0]
    if not bought:
        return Values(len(valid), WINDOW + 1, 0, Decimal(0))
    return Values(
        len(valid), (as_of - max(o.day for o in bought)).days, len(bought), sum((o.amount for o in window), Decimal(0))
    )


class Bands:
    """The scores of one date: a band reaches from its lowest value to the lowest value of the next."""

    def __init__(self, base: list[Values]) -> None:
        active = [values for values in base if values.frequency]
        self._bands: list[list[tuple[Decimal, int]]] = []
        for metric, sign in (("recency", -1), ("frequency", 1), ("monetary", 1)):
            scored = by_definition([int(getattr(v, metric) * 100) for v in active], 5, sign) if active else {}
            lowest: dict[int, Decimal] = {}
            for value, score in sorted(scored.items()):
                lowest.setdefault(score, Decimal(value) / 100)
            self._bands.append(sorted((edge, score) for score, edge in lowest.items()))

    def segment(self, values: Values, codes: Codes) -> str:
        if not values.orders:
            return "Prospect"
        r = f = m = 1
        if values.frequency:
            measured = (values.recency, values.frequency, values.monetary)
            r, f, m = (self._score(bands, Decimal(v)) for bands, v in zip(self._bands, measured, strict=True))
        return codes[r, f, m, values.orders == 1]

    @staticmethod
    def _score(bands: list[tuple[Decimal, int]], value: Decimal) -> int:
        reached = [score for edge, score in bands if value >= edge]
        return reached[-1] if reached else bands[0][1] if bands else 1


def _moves(orders: list[Order], dates: list[dt.date], codes: Codes) -> list[Move]:
    """Every move and its cause, as DECISIONS 55 says it."""
    people = {customer: [o for o in orders if o.customer == customer] for customer in {o.customer for o in orders}}
    found: list[Move] = []
    for earlier, later in pairwise(dates):
        base = [c for c, theirs in people.items() if any(o.day < later for o in theirs)]
        then, now = (
            Bands([_values(people[c], day, day) for c in base if any(o.day < day for o in people[c])])
            for day in (earlier, later)
        )
        for customer in base:
            theirs = people[customer]
            if not any(o.day < earlier for o in theirs):
                continue
            was = then.segment(_values(theirs, earlier, earlier), codes)
            is_now = now.segment(_values(theirs, later, later), codes)
            if was == is_now:
                continue
            idle = _values(theirs, later, earlier)
            has_acted = any(earlier <= o.day < later for o in theirs)
            if has_acted and now.segment(idle, codes) != is_now:
                cause = "own behaviour"
            elif then.segment(idle, codes) == was:
                cause = "threshold drift"
            else:
                cause = "passing of time"
            found.append((customer, later, was, is_now, cause))
    return sorted(found)


@pytest.fixture(scope="module")
def shop(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose orders are changed under it."""
    return Shop(
        tmp_path_factory.mktemp("causes"),
        Settings(rfm=RfmSettings(window_days=WINDOW)),
        engine=engine,
        orders=_sql(_START),
    )


_FIRST = dt.date(2024, 1, 15)
_START = [Order(1, _FIRST, Decimal(5)), Order(2, _FIRST + 200 * DAY, Decimal(5))]


def _sql(orders: list[Order]) -> str:
    values = ", ".join(
        f"('o{place}', 'c{order.customer:03}', date '{order.day}', {order.amount})"
        for place, order in enumerate(orders)
    )
    return f"select * from (values {values}) as orders (order_id, customer_key, order_date, amount)"


def _told(shop: Shop, orders: list[Order]) -> tuple[list[Move], list[Move]]:
    """What the models say of these orders, and what the definition says."""
    shop.stage(orders=_sql(orders))
    shop.build_models("+segment_events", "+customer_rfm_history")
    rows = shop.rows(
        """select cast(substr(customer_key, 2) as integer) as customer, as_of, from_segment, to_segment, cause
        from marts.segment_events inner join durable.identity.customer_keys using (customer_id)
        where event = 'moved' and not is_restatement order by all"""
    )
    codes = {
        (r, f, m, single): segment
        for r, f, m, single, segment in shop.rows(
            "select r_score, f_score, m_score, is_single_order, segment from settings.segment_codes"
        )
    }
    dates = [date for (date,) in shop.rows("select distinct as_of from marts.customer_rfm_history order by as_of")]
    return [tuple(row) for row in rows], _moves(orders, dates, codes)  # type: ignore[misc]


# Every example builds the models, so a failing one is shown as it was found, not made smaller by hundreds of others.
_FEW = (Phase.explicit, Phase.generate)


def _orders(days: int) -> st.SearchStrategy[Order]:
    return st.builds(
        Order,
        customer=st.integers(1, 24),
        day=st.integers(0, days).map(lambda day: _FIRST + day * DAY),
        amount=st.integers(-8, 60).map(Decimal),
    )


@settings(max_examples=6, phases=_FEW)
@given(orders=st.lists(_orders(260), min_size=60, max_size=140))
def test_every_move_has_the_cause_that_the_definition_gives_it(shop: Shop, orders: list[Order]) -> None:
    told, defined = _told(shop, [*_START, *orders])
    assert told == defined


@settings(max_examples=4, phases=_FEW)
@given(orders=st.lists(_orders(100), min_size=40, max_size=120))
def test_when_only_the_date_changes_time_and_drift_are_the_only_causes(shop: Shop, orders: list[Order]) -> None:
    once = [Order(100 + place, _FIRST + place * 9 * DAY, Decimal(place + 1)) for place in range(10)]
    told, _ = _told(shop, [*_START, *once, *orders])
    quiet = _FIRST.replace(month=5, day=1)
    late = [move for move in told if move[1] > quiet and move[0] > 2]
    assert {cause for *_, cause in late} <= {"passing of time", "threshold drift"}
    assert late, "those who bought once and never again have lapsed since"


def test_both_causes_that_nobody_did_are_reached(shop: Shop) -> None:
    orders = [
        Order(customer, _FIRST + (customer * 7 + place * 11) % 100 * DAY, Decimal(10 + customer))
        for customer in range(1, 25)
        for place in range(1 + customer % 4)
    ]
    told, defined = _told(shop, [*_START, *orders])
    assert told == defined
    assert set(Counter(cause for *_, cause in told)) == {"own behaviour", "passing of time", "threshold drift"}


def test_an_order_that_made_no_difference_is_no_cause(shop: Shop) -> None:
    # Customer 1 sends a credit note back from a window that would have passed anyway.
    orders = [
        Order(1, _FIRST + 150 * DAY, Decimal(-1)),
        *(Order(c, _FIRST + c * DAY, Decimal(c)) for c in range(3, 20)),
    ]
    told, defined = _told(shop, [*_START, *orders])
    assert told == defined
    assert "own behaviour" not in {cause for customer, *_, cause in told if customer == 1}
