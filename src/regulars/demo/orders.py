"""The orders of the demo shop: the purchases of the process, and what a shop's export has besides.

Cancelled, pending and test orders come on top, so completed and refunded orders together are the process. Orders are
sorted by time; order ids are positions plus FIRST_ORDER_ID.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.demo.buying import Buyers, Purchases
from regulars.demo.cells import SECONDS_A_DAY, Longs
from regulars.demo.people import GUEST, People
from regulars.demo.recipe import Locale, OrderRates
from regulars.demo.shop import Shop

COMPLETED, REFUNDED, CANCELLED, PENDING, TEST = range(5)
STATUSES = ["completed", "refunded", "cancelled", "pending", "test"]  # in the order of the codes above
ONLINE = "Online"
FIRST_ORDER_ID = 100_001
NOT_YET = -1  # as the day of a refund


@dataclass(frozen=True)
class Orders:
    """All orders, one position each; days and seconds count from the start of the history."""

    person: npt.NDArray[np.int32]
    second: Longs
    cents: Longs
    status: npt.NDArray[np.int8]
    store: npt.NDArray[np.int8]
    stores: list[str]
    is_guest: npt.NDArray[np.bool_]
    refunded_cents: Longs
    refund_day: npt.NDArray[np.int32]
    discount_cents: Longs

    @property
    def count(self) -> int:
        """How many orders there are."""
        return self.person.size

    @property
    def day(self) -> npt.NDArray[np.int32]:
        """The day of each order."""
        return (self.second // SECONDS_A_DAY).astype(np.int32)


def orders_on_top(orders: int, rates: OrderRates) -> dict[int, int]:
    """How many of so many orders are cancelled, pending and tests, by status."""
    return {
        CANCELLED: int(orders * rates.cancelled),
        PENDING: int(orders * rates.pending),
        TEST: int(orders * rates.test),
    }


def make_orders(
    shop: Shop, buyers: Buyers, purchases: Purchases, on_top: dict[int, int], rng: np.random.Generator
) -> Orders:
    """Adds the orders on top, sorts all by time, and decides store, guest checkout, refund and discount of each.

    An order on top belongs to the person of a random purchase, and lies up to three days after it. Plain orders have
    no guests, refunds and discounts.
    """
    people, rates = shop.people, shop.recipe.orders
    extra = rng.integers(purchases.second.size, size=sum(on_top.values()))
    shifted = purchases.second[extra] + rng.integers(60, 3 * SECONDS_A_DAY, size=extra.size)
    second = np.concatenate((purchases.second, np.minimum(shifted, shop.seconds - 1)))
    by_time = np.argsort(second, kind="stable")
    second = second[by_time]
    person = buyers.person[np.concatenate((purchases.buyer, purchases.buyer[extra]))[by_time]]
    cents = np.concatenate((purchases.cents, purchases.cents[extra]))[by_time]
    extra_status = np.repeat(np.array(list(on_top), dtype=np.int8), list(on_top.values()))
    status = np.concatenate((np.full(purchases.second.size, COMPLETED, dtype=np.int8), extra_status))[by_time]

    store, stores = _stores(person, people, shop.recipe.locales, rates, rng)
    if shop.options.plain_orders:
        nothing, never = np.zeros(person.size, dtype=np.int64), np.full(person.size, NOT_YET, dtype=np.int32)
        return Orders(person, second, cents, status, store, stores, nothing.astype(np.bool_), nothing, never, nothing)
    is_guest = (people.kind[person] == GUEST) | _some(person.size, rates.guest, rng)
    status, refunded, refund_day = _refunds(status, second, cents, rates, shop.days, rng=rng)
    # The amount is what was paid, so the discount is a share of amount plus discount.
    discounts = np.rint(cents * rates.discount / (1 - rates.discount)).astype(np.int64)
    discount = np.where(_some(person.size, rates.discounted, rng), discounts, 0)
    return Orders(person, second, cents, status, store, stores, is_guest, refunded, refund_day, discount)


def _stores(
    person: npt.NDArray[np.int32],
    people: People,
    locales: tuple[Locale, ...],
    rates: OrderRates,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.int8], list[str]]:
    """Online, or the store of the person's country that is their home store."""
    stores = [ONLINE, *(store for locale in locales for store in locale.stores)]
    first_store = np.cumsum([1, *(len(locale.stores) for locale in locales)])[people.locale]
    stores_there = np.array([len(locale.stores) for locale in locales])[people.locale]
    home = (first_store + rng.integers(stores_there)).astype(np.int8)
    return np.where(_some(person.size, rates.online, rng), np.int8(0), home[person]), stores


def _refunds(
    status: npt.NDArray[np.int8], second: Longs, cents: Longs, rates: OrderRates, days: int, *, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int8], Longs, npt.NDArray[np.int32]]:
    """Refunds some completed orders one to thirty days later, unless that is after the history."""
    rows = np.flatnonzero((status == COMPLETED) & _some(status.size, rates.refunded, rng))
    day = second[rows] // SECONDS_A_DAY + rng.integers(1, 31, size=rows.size)
    rows, day = rows[day < days], day[day < days]
    in_full = _some(rows.size, rates.refunded_in_full, rng)
    part = np.maximum(np.rint(cents[rows] * rng.uniform(0.2, 0.8, size=rows.size)), 1).astype(np.int64)

    refunded, refund_day = np.zeros(status.size, dtype=np.int64), np.full(status.size, NOT_YET, dtype=np.int32)
    refunded[rows], refund_day[rows] = np.where(in_full, cents[rows], part), day
    status = status.copy()
    status[rows[in_full]] = REFUNDED
    return status, refunded, refund_day


def _some(size: int, share: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """True for about this share of the rows."""
    return rng.random(size, dtype=np.float32) < share
