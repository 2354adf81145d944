"""What happens in a demo shop: the buying process runs, and orders are made of what it yields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.demo.buying import Buyers, Purchases, buy_future, buy_history, draw_buyers, scale_to_target
from regulars.demo.orders import Orders, make_orders, orders_on_top
from regulars.demo.people import PROSPECT
from regulars.demo.shop import FUTURE_DAYS, Shop


@dataclass(frozen=True)
class History:
    """All that was bought, and by whom; a target of orders multiplied the purchase rates by `rate_factor`."""

    buyers: Buyers
    rate_factor: float
    orders: Orders
    future: Purchases


def make_history(shop: Shop) -> History:
    """Runs the process up to the end of the history and a year beyond it."""
    recipe, target = shop.recipe, shop.options.orders
    person = np.flatnonzero(shop.people.kind != PROSPECT).astype(np.int32)
    buyers = draw_buyers(person, recipe.process, recipe.spend, shop.clock, shop.chance("buyers"))
    rate_factor, wanted = 1.0, None
    if target is not None:
        wanted = target - sum(orders_on_top(target, recipe.orders).values())
        buyers, rate_factor = scale_to_target(buyers, shop.clock, wanted)
    purchases = buy_history(buyers, recipe.spend, shop.clock, wanted, shop.chance("history"))
    share_on_top = recipe.orders.cancelled + recipe.orders.pending + recipe.orders.test
    on_top = orders_on_top(target or round(purchases.second.size / (1 - share_on_top)), recipe.orders)
    orders = make_orders(shop, buyers, purchases, on_top, shop.chance("orders"))
    future = buy_future(buyers, recipe.spend, shop.clock, FUTURE_DAYS, shop.chance("future"))
    return History(buyers, rate_factor, orders, future)
