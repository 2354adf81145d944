"""What is true about the demo shop, person by person: identity, latent states, RFM inputs and future purchases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.demo.buying import DAYS_A_WEEK, Buyers, Purchases
from regulars.demo.cells import SECONDS_A_DAY, money, take
from regulars.demo.contacts import spell_emails, spell_phones
from regulars.demo.orders import COMPLETED, FIRST_ORDER_ID, Orders
from regulars.demo.people import GENDERS, KINDS
from regulars.demo.recipe import Spend
from regulars.demo.records import EMAIL_VARIATIONS, FIRST_CUSTOMER_ID, NAME_VARIATIONS, PHONE_VARIATIONS, Records
from regulars.demo.shop import Shop

WINDOW_DAYS = 365
HORIZONS = (30, 90, 365)


@dataclass(frozen=True)
class RfmInputs:
    """Recency, frequency and monetary of each person as of the day after the history, in a window of WINDOW_DAYS."""

    recency: npt.NDArray[np.int64]
    frequency: npt.NDArray[np.int64]
    cents: npt.NDArray[np.int64]
    orders: npt.NDArray[np.int64]  # completed ones in the whole history


def true_rfm(orders: Orders, people: int, as_of: int) -> RfmInputs:
    """RFM of completed orders, in the project's definitions; a refund lowers monetary on the day of the refund.

    Orders with the status `refunded` are no valid orders, so neither their amounts nor their refunds count.
    """
    completed = orders.status == COMPLETED
    in_window = completed & (orders.day >= as_of - WINDOW_DAYS)
    frequency = np.bincount(orders.person[in_window], minlength=people)
    last = np.full(people, as_of - WINDOW_DAYS - 1, dtype=np.int64)
    np.maximum.at(last, orders.person[in_window], orders.day[in_window])
    is_refunded = completed & (orders.refund_day >= as_of - WINDOW_DAYS)
    # Sums of whole cents are exact in floating point up to 90 trillion.
    bought = np.bincount(orders.person[in_window], orders.cents[in_window], people)
    refunded = np.bincount(orders.person[is_refunded], orders.refunded_cents[is_refunded], people)
    cents = np.where(frequency > 0, bought - refunded, 0).astype(np.int64)
    return RfmInputs(as_of - last, frequency, cents, np.bincount(orders.person[completed], minlength=people))


class PeopleTruth:
    """Rows of truth/people: who everyone is, and for those who buy what the process does not show."""

    def __init__(self, shop: Shop, buyers: Buyers, spend: Spend) -> None:
        self._shop = shop
        count = shop.people.count
        self._is_buyer = np.zeros(count, dtype=np.bool_)
        self._is_buyer[buyers.person] = True
        self._first, self._rate, self._lifetime, self._value = (np.zeros(count) for _ in range(4))
        self._first[buyers.person] = buyers.first_purchase
        self._rate[buyers.person] = buyers.rate * DAYS_A_WEEK
        self._lifetime[buyers.person] = buyers.lifetime
        self._value[buyers.person] = spend.p / buyers.spend_rate

    def __call__(self, rows: slice) -> pa.Table:
        """These rows as a table."""
        shop, people = self._shop, self._shop.people
        position = np.arange(rows.start, rows.stop)
        never = ~self._is_buyer[rows]
        seconds = np.minimum(self._first[rows] * SECONDS_A_DAY, shop.seconds - 1).astype(np.int64)
        return pa.table(
            {
                "person_id": pa.array(position + 1),
                "kind": take(KINDS, people.kind[rows]),
                "first_name": take(shop.names.first_names.words, people.first_name[rows]),
                "last_name": take(shop.names.last_names.words, people.last_name[rows]),
                "gender": take(GENDERS, people.gender[rows]),
                "email": spell_emails(shop.contacts, position),
                "phone": spell_phones(shop.contacts, position),
                "birth_date": pa.array(people.birth_day[rows]).cast(pa.date32()),
                "country": take([locale.country for locale in shop.recipe.locales], people.locale[rows]),
                "first_purchase_at": pa.array(seconds + shop.first_second, mask=never).cast(pa.timestamp("s")),
                "orders_per_week": pa.array(self._rate[rows].round(9), mask=never),
                "lifetime_days": pa.array(self._lifetime[rows].round(3), mask=never),
                "is_alive": pa.array(self._first[rows] + self._lifetime[rows] > shop.days, mask=never),
                "mean_order_value": pa.array(self._value[rows].round(4), mask=never),
            }
        )


class IdentityTruth:
    """Rows of truth/identity: the person behind each customer record, and how a duplicate differs from the first."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def __call__(self, rows: slice) -> pa.Table:
        """These rows as a table."""
        records = self._records
        return pa.table(
            {
                "customer_id": pa.array(np.arange(rows.start, rows.stop) + FIRST_CUSTOMER_ID),
                "person_id": pa.array(records.person[rows] + 1),
                "is_duplicate": pa.array(records.is_duplicate[rows]),
                "name_difference": take(NAME_VARIATIONS, records.name[rows]),
                "email_difference": take(EMAIL_VARIATIONS, records.email[rows]),
                "phone_difference": take(PHONE_VARIATIONS, records.phone[rows]),
            }
        )


class GuestTruth:
    """Rows of truth/guest_orders: the person behind each order without a customer id."""

    def __init__(self, orders: Orders) -> None:
        self._orders, self._rows = orders, np.flatnonzero(orders.is_guest)

    def __call__(self, rows: slice) -> pa.Table:
        """These rows as a table."""
        at = self._rows[rows]
        return pa.table({"order_id": pa.array(at + FIRST_ORDER_ID), "person_id": pa.array(self._orders.person[at] + 1)})


class RfmTruth:
    """Rows of truth/rfm: each person's RFM inputs."""

    def __init__(self, rfm: RfmInputs) -> None:
        self._rfm = rfm

    def __call__(self, rows: slice) -> pa.Table:
        """These rows as a table."""
        return pa.table(
            {
                "person_id": pa.array(np.arange(rows.start, rows.stop) + 1),
                "recency": pa.array(self._rfm.recency[rows]),
                "frequency": pa.array(self._rfm.frequency[rows]),
                "monetary": money(self._rfm.cents[rows]),
                "orders": pa.array(self._rfm.orders[rows]),
            }
        )


class FutureTruth:
    """Rows of truth/future: each person's orders and their value in the days after the history."""

    def __init__(self, shop: Shop, buyers: Buyers, future: Purchases) -> None:
        person, day = buyers.person[future.buyer], future.second // SECONDS_A_DAY - shop.days
        count = shop.people.count
        self._counts = {days: np.bincount(person[day < days], minlength=count) for days in HORIZONS}
        self._cents = {
            days: np.bincount(person[day < days], future.cents[day < days], count).astype(np.int64) for days in HORIZONS
        }

    def __call__(self, rows: slice) -> pa.Table:
        """These rows as a table."""
        columns = {"person_id": pa.array(np.arange(rows.start, rows.stop) + 1)}
        for days in HORIZONS:
            columns[f"orders_{days}"] = pa.array(self._counts[days][rows])
            columns[f"value_{days}"] = money(self._cents[days][rows])
        return pa.table(columns)
