"""What the customers of a demo shop do on its site: they sign up for the newsletter, look at pages, fill their carts.

Everyone who orders online with an account looks at a page before and puts something into the cart; besides, accounts
come and go without buying, and some leave a full cart behind.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.demo.cells import Longs, take, unless
from regulars.demo.drawing import Drawn
from regulars.demo.orders import ONLINE
from regulars.demo.records import FIRST_CUSTOMER_ID, NO_RECORD

PAGE_VIEW, CART, NEWSLETTER = range(3)
EVENT_TYPES = ["page_view", "cart", "newsletter"]  # in the order of the codes above
PAGES = ["/", "/new", "/women", "/men", "/home", "/sale"]
VISITS_A_RECORD = 3  # without an order, on average
LEFT_CARTS = 0.3  # of these visits


def draw_events(drawn: Drawn) -> pa.Table:
    """One row per event, oldest first: event_id, occurred_at, event_type, customer_id, and the page if there is one."""
    shop, orders, records = drawn.shop, drawn.orders, drawn.records
    chance = shop.chance("events")
    ordered = np.flatnonzero((orders.store == orders.stores.index(ONLINE)) & (drawn.record != NO_RECORD))
    buyer, bought = drawn.record[ordered], orders.second[ordered]
    opened = np.maximum(records.created, 0)
    visits = chance.poisson(VISITS_A_RECORD, records.count)
    visitor = np.repeat(np.arange(records.count), visits)
    seen = opened[visitor] + (chance.random(visitor.size) * (shop.seconds - opened[visitor])).astype(np.int64)
    leaves = np.flatnonzero(chance.random(visitor.size) < LEFT_CARTS)
    signs_up = np.flatnonzero(shop.people.consent[records.person])

    record = np.concatenate((buyer, buyer, visitor, visitor[leaves], signs_up)).astype(np.int64)
    second = np.concatenate(
        (
            bought - chance.integers(300, 3_600, bought.size),
            bought - chance.integers(60, 300, bought.size),
            seen,
            seen[leaves] + chance.integers(60, 900, leaves.size),
            opened[signs_up],
        )
    )
    sizes = (bought.size, bought.size, visitor.size, leaves.size, signs_up.size)
    kind = np.repeat(np.array([PAGE_VIEW, CART, PAGE_VIEW, CART, NEWSLETTER], dtype=np.int8), sizes)
    page = chance.integers(len(PAGES), size=kind.size, dtype=np.int64)
    return _table(np.clip(second, 0, shop.seconds - 1) + shop.first_second, record, kind, page)


def _table(second: Longs, record: Longs, kind: npt.NDArray[np.int8], page: Longs) -> pa.Table:
    order = np.lexsort((record, kind, second))
    kind = kind[order]
    numbers = pa.array(np.arange(1, kind.size + 1)).cast(pa.string())
    return pa.table(
        {
            "event_id": pc.binary_join_element_wise("e", numbers, ""),
            "occurred_at": pa.array(second[order]).cast(pa.timestamp("s")),
            "event_type": take(EVENT_TYPES, kind),
            "customer_id": pa.array(record[order] + FIRST_CUSTOMER_ID),
            "page": unless(kind == NEWSLETTER, take(PAGES, page[order])),
        }
    )
