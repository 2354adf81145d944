"""Everything that is drawn of a demo shop, in the order in which it depends on each other; nothing is spelled yet.

Whoever spells it, be it as files or for the systems of a shop, tells of the same people and orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.demo.customers_file import CustomerColumns
from regulars.demo.dirt import CustomerDirt, date_styles, decide_customer_dirt, decide_guest_contact
from regulars.demo.history import History, make_history
from regulars.demo.options import OnProgress, ShopOptions
from regulars.demo.orders import Orders
from regulars.demo.orders_file import OrderColumns
from regulars.demo.recipe import read_recipe
from regulars.demo.records import Records, choose_records, draw_records
from regulars.demo.shop import Shop, open_shop


@dataclass(frozen=True)
class Drawn:
    """One demo shop: who is in it, what happened, and what spells the customers and the orders of it."""

    shop: Shop
    history: History
    records: Records
    record: npt.NDArray[np.int32]  # the customer record of each order, NO_RECORD for guests
    dirt: CustomerDirt
    order_style: npt.NDArray[np.int8]  # how the dates of each order are spelled
    customers: CustomerColumns
    orders_file: OrderColumns

    @property
    def orders(self) -> Orders:
        """The orders of the history."""
        return self.history.orders


def draw(options: ShopOptions, on_progress: OnProgress) -> Drawn:
    """Draws the shop that the options describe."""
    on_progress("people", 0, options.customers)
    shop = open_shop(options, read_recipe())
    on_progress("people", options.customers, options.customers)
    on_progress("purchases", 0, options.orders or 0)
    history = make_history(shop)
    orders = history.orders
    on_progress("purchases", orders.count, orders.count)
    records = draw_records(shop, history.buyers, shop.chance("records"))
    record = choose_records(records, orders, shop.people.count, shop.chance("record of each order"))

    rates, is_dirty = shop.recipe.dirt, options.dirt
    dirt = decide_customer_dirt(records.count, rates, is_dirty, shop.chance("customer dirt"))
    guests = decide_guest_contact(int(orders.is_guest.sum()), rates, is_dirty, shop.chance("guest contact"))
    style = date_styles(orders.count, shop.chance("order dates"))
    return Drawn(
        shop, history, records, record, dirt, style,
        CustomerColumns(shop, records, dirt), OrderColumns(shop, orders, record, style, guests),
    )  # fmt: skip
