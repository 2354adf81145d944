"""The demo shop as a real shop has it: each kind of thing in the system that it comes from, and nothing in two.

    crm          customers of the stores, as the CSV file that a till exports
    app          customers of the app and the web shop, as nested documents
    orders       all orders that the purchase-history API does not tell of: those made online, and those made in a store
                 that were cancelled, returned in full, left pending, or tests
    purchases    what was bought in a store and kept, known by mobile number alone
    events       what customers do on the site

It is the shop that `regulars generate` makes by the same number of customers and seed, dirt and all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.demo.cells import SECONDS_A_DAY
from regulars.demo.drawing import Drawn, draw
from regulars.demo.events import draw_events
from regulars.demo.options import OnProgress, ShopOptions
from regulars.demo.orders import COMPLETED, NOT_YET, ONLINE
from regulars.demo.purchases import purchases_table

IN_APP = 0.4  # of the customer records

Document = dict[str, Any]

_NESTED = {
    "person": ("first_name", "last_name", "gender", "birth_date", "income"),
    "contact": ("email", "phone"),
    "home": ("address", "city", "postcode", "country"),
}


@dataclass(frozen=True)
class SpreadShop:
    """The tables of a shop, by the systems that hold them; `events` and `app` are documents there."""

    crm: pa.Table
    app: pa.Table
    orders: pa.Table
    purchases: pa.Table
    events: pa.Table

    def app_documents(self) -> Iterator[Document]:
        """The customers of the app, nested; a field without a value is not there."""
        for row in _rows(self.app):
            yield _without_nulls(
                {
                    "_id": row["customer_id"],
                    **{name: _without_nulls({key: row[key] for key in keys}) for name, keys in _NESTED.items()},
                    **{name: row[name] for name in ("consent", "created_at", "updated_at")},
                }
            )

    def event_documents(self) -> Iterator[Document]:
        """The events, oldest first; their times are text, as JSON has no others."""
        for row in _rows(self.events):
            properties = {} if row["page"] is None else {"properties": {"page": row["page"]}}
            names = ("event_id", "event_type", "customer_id")
            yield {
                **{name: row[name] for name in names},
                "occurred_at": f"{row['occurred_at'].isoformat()}Z",
                **properties,
            }


def spread_shop(customers: int, seed: int, on_progress: OnProgress = lambda what, done, rows: None) -> SpreadShop:
    """The shop of so many people and this seed, system by system.

    Raises:
        InputError: There can be no such shop.
    """
    drawn = draw(ShopOptions(customers=customers, seed=seed), on_progress)
    records, orders = drawn.records, drawn.orders
    everyone = drawn.customers(slice(0, records.count))
    in_app = drawn.shop.chance("system of each record").random(records.count) < IN_APP
    # A database keeps times as times, whatever style a file would have them in.
    created = pa.array(records.created + drawn.shop.first_second).cast(pa.timestamp("s"))
    typed = everyone.set_column(everyone.schema.get_field_index("created_at"), "created_at", created)
    app = typed.append_column("updated_at", created)
    is_elsewhere = (orders.store != orders.stores.index(ONLINE)) & (orders.status == COMPLETED)
    purchases = purchases_table(drawn.shop, orders)
    in_store = pc.not_equal(purchases.column("store"), ONLINE)
    return SpreadShop(
        crm=everyone.filter(pa.array(~in_app)),
        app=app.filter(pa.array(in_app)),
        orders=_orders(drawn).filter(pa.array(~is_elsewhere)),
        purchases=purchases.filter(in_store).drop_columns(["purchase_id"]),
        events=draw_events(drawn),
    )


def _orders(drawn: Drawn) -> pa.Table:
    """All orders with times as times, and when each last changed: by being made, or by its refund."""
    shop, orders = drawn.shop, drawn.orders
    never = orders.refund_day == NOT_YET
    refund_day = np.where(never, 0, orders.refund_day) + shop.first_day
    second = orders.second + shop.first_second
    changed = np.where(never, second, np.maximum(second, refund_day.astype(np.int64) * SECONDS_A_DAY))
    typed = {
        "ordered_at": pa.array(second).cast(pa.timestamp("s")),
        "refund_date": pa.array(refund_day.astype(np.int32), mask=never).cast(pa.date32()),
    }
    table = drawn.orders_file(slice(0, orders.count))
    typed["customer_id"] = table.column("customer_id").cast(pa.int64())
    for name, column in typed.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table.append_column("updated_at", pa.array(changed).cast(pa.timestamp("s")))


def _rows(table: pa.Table) -> Iterator[Document]:
    """The rows one by one, as a document store takes them; only a batch of them is in Python at a time."""
    for batch in table.to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()


def _without_nulls(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None}
