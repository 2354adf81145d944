"""The customer records of the demo shop: one per account, and duplicates that differ in name, e-mail, phone or address.

Records are sorted by the time they were created; customer ids are positions plus FIRST_CUSTOMER_ID.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.demo.buying import Buyers
from regulars.demo.cells import SECONDS_A_DAY, Longs
from regulars.demo.contacts import OTHER, OWN, TYPO
from regulars.demo.orders import Orders
from regulars.demo.people import GUEST, Homes, draw_homes
from regulars.demo.shop import Shop

FIRST_CUSTOMER_ID = 1001
NO_RECORD = -1

SAME, FIRST_TYPO, LAST_TYPO, SHORTENED, SWAPPED = range(5)
NAME_VARIATIONS = ["same", "first name typo", "last name typo", "first name shortened", "names swapped"]
EMAIL_VARIATIONS = ["same", "typo", "other"]  # OWN, TYPO, OTHER of `contacts`
PHONE_OWN, PHONE_TRUNCATED, PHONE_OTHER = range(3)
PHONE_VARIATIONS = ["same", "truncated", "other"]

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Records:
    """The rows of the customers file, one position each."""

    person: npt.NDArray[np.int32]
    created: Longs  # seconds since the start of the history; some are before it
    is_duplicate: Bools
    name: Bytes  # SAME, FIRST_TYPO, ...
    email: Bytes  # OWN, TYPO, OTHER
    phone: Bytes  # PHONE_OWN, ...
    home: Homes
    lacks_income: Bools
    lacks_birth_date: Bools
    lacks_gender: Bools

    @property
    def count(self) -> int:
        """How many records there are."""
        return self.person.size


def draw_records(shop: Shop, buyers: Buyers, rng: np.random.Generator) -> Records:
    """Opens an account for everyone but guests, no later than their first purchase; then adds the duplicates."""
    people, rates = shop.people, shop.recipe.people
    opened = rng.integers(shop.seconds, size=people.count)
    # Most people open their account while they buy for the first time, some up to a month before.
    before = np.where(rng.random(buyers.person.size) < 0.7, rng.integers(30, 600, buyers.person.size), 0)
    before = np.where(before == 0, rng.integers(3_600, 30 * SECONDS_A_DAY, buyers.person.size), before)
    opened[buyers.person] = (buyers.first_purchase * SECONDS_A_DAY).astype(np.int64) - before
    account = np.flatnonzero(people.kind != GUEST).astype(np.int32)

    duplicate, reopened = _draw_duplicates(shop, buyers, account, opened, rng)
    person = np.concatenate((account, duplicate))
    created = np.concatenate((opened[account], reopened))
    order = np.argsort(created, kind="stable")
    person, is_duplicate = person[order], order >= account.size
    name, email, phone, home = _vary(shop, person, is_duplicate, rng)
    return Records(
        person, created[order], is_duplicate, name, email, phone, home,
        rng.random(person.size) < rates.no_income,
        rng.random(person.size) < rates.no_birth_date,
        rng.random(person.size) < rates.no_gender,
    )  # fmt: skip


def choose_records(records: Records, orders: Orders, people: int, rng: np.random.Generator) -> npt.NDArray[np.int32]:
    """The record that each order was made with: any of the person's that was there already; NO_RECORD for guests."""
    by_person = np.lexsort((records.created, records.person)).astype(np.int32)
    how_many = np.bincount(records.person, minlength=people)
    first = np.cumsum(how_many) - how_many
    chosen = by_person[np.minimum(first[orders.person] + _pick(how_many[orders.person], rng), records.count - 1)]
    original = by_person[np.minimum(first[orders.person], records.count - 1)]
    chosen = np.where(records.created[chosen] <= orders.second, chosen, original)
    return np.where(orders.is_guest, np.int32(NO_RECORD), chosen)


def _draw_duplicates(
    shop: Shop, buyers: Buyers, account: npt.NDArray[np.int32], opened: Longs, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int32], Longs]:
    """Whose second (or third) records there are, and when they were created: while the person was a customer."""
    share = shop.recipe.dirt.duplicates if shop.options.dirt else 0.0
    person = rng.choice(account, size=round(account.size * share / (1 - share)))
    until = np.full(shop.people.count, shop.seconds, dtype=np.int64)
    until[buyers.person] = np.minimum(buyers.end_of_life * SECONDS_A_DAY, shop.seconds).astype(np.int64)
    span = np.maximum(until[person] - opened[person], 1)
    return person, np.minimum(opened[person] + 1 + rng.integers(span), shop.seconds - 1)


def _vary(
    shop: Shop, person: npt.NDArray[np.int32], is_duplicate: Bools, rng: np.random.Generator
) -> tuple[Bytes, Bytes, Bytes, Homes]:
    """How the name, the e-mail and the phone of each record differ from the person's own, and its address."""
    rates = shop.recipe.duplicate
    names = {
        FIRST_TYPO: rates.name_typo / 2,
        LAST_TYPO: rates.name_typo / 2,
        SHORTENED: rates.name_shortened,
        SWAPPED: rates.name_swapped,
    }
    name = _kinds(names, is_duplicate, rng)
    email = _kinds({TYPO: rates.email_typo, OTHER: rates.email_other}, is_duplicate, rng)
    phone = _kinds({PHONE_TRUNCATED: rates.phone_truncated, PHONE_OTHER: rates.phone_other}, is_duplicate, rng)
    # A duplicate that differs in nothing would be no second account: it has another e-mail address.
    email[is_duplicate & (name == SAME) & (email == OWN) & (phone == PHONE_OWN)] = OTHER

    own, other = shop.people.home, draw_homes(shop.people.locale[person], shop.names, rng)
    moved = is_duplicate & (rng.random(person.size) < rates.moved)
    home = Homes(
        np.where(moved, other.city, own.city[person]),
        np.where(moved, other.postcode, own.postcode[person]),
        np.where(moved, other.street, own.street[person]),
        np.where(moved, other.house_number, own.house_number[person]),
    )
    return name, email, phone, home


def _kinds(shares: dict[int, float], among: Bools, rng: np.random.Generator) -> Bytes:
    """One of these kinds for its share of the rows among these; 0 for all others."""
    codes = np.array([*shares, 0], dtype=np.int8)
    drawn = codes[np.searchsorted(np.cumsum(list(shares.values())), rng.random(among.size), side="right")]
    return np.where(among, drawn, np.int8(0))


def _pick(how_many: Longs, rng: np.random.Generator) -> Longs:
    """A random position below each of these numbers, 0 where there is none."""
    return (rng.random(how_many.size, dtype=np.float32) * how_many).astype(np.int64)
