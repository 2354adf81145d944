"""The orders file, chunk by chunk: here positions, codes and cents become what a shop's export says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.demo.cells import money, take, unless
from regulars.demo.contacts import spell_emails, spell_phones
from regulars.demo.dates import DateSpeller
from regulars.demo.dirt import GuestContact, add_spaces, change_case
from regulars.demo.orders import FIRST_ORDER_ID, NOT_YET, STATUSES, Orders
from regulars.demo.records import FIRST_CUSTOMER_ID, NO_RECORD
from regulars.demo.shop import Shop


class OrderColumns:
    """Spells the rows of the orders file: order_id, customer_id or contact, ordered_at, amount, ..., discount."""

    def __init__(
        self,
        shop: Shop,
        orders: Orders,
        record: npt.NDArray[np.int32],
        style: npt.NDArray[np.int8],
        guests: GuestContact,
    ) -> None:
        """`record` and `style` are of each order: its customer record, the spelling of its dates."""
        self._shop, self._orders, self._record, self._style, self._guests = shop, orders, record, style, guests
        self._guest_rows = np.flatnonzero(orders.is_guest)
        self._dates = DateSpeller(shop.options.start, shop.options.end)

    def __call__(self, rows: slice) -> pa.Table:
        """These rows as a table."""
        shop, orders, record = self._shop, self._orders, self._record[rows]
        columns = {
            "order_id": pa.array(np.arange(rows.start, rows.stop) + FIRST_ORDER_ID),
            "customer_id": pa.array(record + FIRST_CUSTOMER_ID, mask=record == NO_RECORD),
            "ordered_at": self._moments(rows),
            "amount": money(orders.cents[rows]),
            "currency": pa.repeat(shop.recipe.orders.currency, record.size),
            "status": take(STATUSES, orders.status[rows]),
            "store": take(orders.stores, orders.store[rows]),
        }
        if shop.options.plain_orders:
            return pa.table(columns)
        refunded, discount = orders.refunded_cents[rows], orders.discount_cents[rows]
        email, phone = self._contacts(rows)
        columns |= {
            "refunded_amount": money(refunded, refunded == 0),
            "refund_date": self._refund_dates(rows),
            "discount": money(discount, discount == 0),
        }
        ids = {name: columns.pop(name) for name in ("order_id", "customer_id")}
        return pa.table({**ids, "email": email, "phone": phone, **columns})

    def _contacts(self, rows: slice) -> tuple[pa.Array, pa.Array]:
        """The e-mail and the phone of the guests among these rows, null for all others."""
        first, last = np.searchsorted(self._guest_rows, [rows.start, rows.stop])
        guests, at = self._guests, self._guest_rows[first:last]
        person = self._orders.person[at]
        email = add_spaces(
            change_case(spell_emails(self._shop.contacts, person), guests.case[first:last]), guests.spaces[first:last]
        )
        phone = spell_phones(self._shop.contacts, person, guests.phone_style[first:last])
        position = np.zeros(rows.stop - rows.start, dtype=np.int64)
        position[at - rows.start] = np.arange(at.size)
        is_guest = pa.array(position, mask=~self._orders.is_guest[rows])
        return (
            pc.take(unless(~guests.has_email[first:last], email), is_guest),
            pc.take(unless(~guests.has_phone[first:last], phone), is_guest),
        )

    def _moments(self, rows: slice) -> pa.Array:
        seconds = self._orders.second[rows] + self._shop.first_second
        if not self._is_text:
            return pa.array(seconds).cast(pa.timestamp("s"))
        return self._dates.moments(seconds, self._style[rows])

    def _refund_dates(self, rows: slice) -> pa.Array:
        day = self._orders.refund_day[rows]
        is_absent = day == NOT_YET
        days = np.where(is_absent, 0, day) + self._shop.first_day
        if not self._is_text:
            return pa.array(days.astype(np.int32), mask=is_absent).cast(pa.date32())
        return unless(is_absent, self._dates.dates(days, self._style[rows]))

    @property
    def _is_text(self) -> bool:
        """Dates in four styles can only be text; clean ones are typed."""
        return self._shop.options.dirt and not self._shop.options.plain_orders
