"""What the people of a demo shop bought, by their mobile numbers: the same shop as `regulars generate` makes."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.demo.contacts import spell_phones
from regulars.demo.history import make_history
from regulars.demo.options import ShopOptions
from regulars.demo.orders import COMPLETED, FIRST_ORDER_ID, ONLINE, Orders
from regulars.demo.recipe import read_recipe
from regulars.demo.shop import Shop, open_shop

Purchase = dict[str, Any]


@dataclass(frozen=True)
class Purchases:
    """Every completed order of a shop, oldest first: {purchase_id, mobile, date, amount, store}."""

    rows: list[Purchase]

    @cached_property
    def by_mobile(self) -> dict[str, list[Purchase]]:
        """The purchases of each mobile number as {date, amount, store}, oldest first."""
        found: dict[str, list[Purchase]] = {}
        for row in self.rows:
            found.setdefault(row["mobile"], []).append({name: row[name] for name in ("date", "amount", "store")})
        return found

    def of(self, mobiles: Iterable[str]) -> dict[str, list[Purchase]]:
        """What the holders of these numbers bought, by the numbers as they were asked for; nothing if unknown."""
        return {mobile: self.by_mobile.get(plain_mobile(mobile), []) for mobile in mobiles}

    def in_stores(self) -> Purchases:
        """Only what was bought in a store, and not online."""
        return Purchases([row for row in self.rows if row["store"] != ONLINE])

    def after(self, purchase_id: int, rows: int, skipped: int = 0) -> list[Purchase]:
        """So many purchases beyond an id, below those skipped."""
        start = skipped + bisect.bisect_right(self.rows, purchase_id, key=lambda row: row["purchase_id"])
        return self.rows[start : start + rows]


def plain_mobile(mobile: str) -> str:
    """An international number without spaces and signs, under a plus; the country must be in it."""
    digits = "".join(character for character in mobile if character.isdigit())
    return f"+{digits.removeprefix('00')}"


def shop_purchases(customers: int, seed: int) -> Purchases:
    """The purchases of the shop that `regulars generate --customers N --seed S` makes.

    Raises:
        InputError: There can be no such shop.
    """
    shop = open_shop(ShopOptions(customers=customers, seed=seed), read_recipe())
    return Purchases(purchases_table(shop, make_history(shop).orders).to_pylist())


def purchases_table(shop: Shop, orders: Orders) -> pa.Table:
    """The rows of `Purchases` as a table."""
    chosen = np.flatnonzero(orders.status == COMPLETED)
    return pa.table(
        {
            "purchase_id": pa.array(chosen + FIRST_ORDER_ID),
            "mobile": spell_phones(shop.contacts, orders.person[chosen]),
            "date": pa.array((orders.day[chosen] + shop.first_day).astype(np.int32))
            .cast(pa.date32())
            .cast(pa.string()),
            "amount": pa.array(orders.cents[chosen] / 100),
            "store": pa.array(orders.stores).take(pa.array(orders.store[chosen])),
        }
    )
