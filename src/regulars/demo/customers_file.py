"""The customers file, chunk by chunk: here the positions and codes of the records become what a shop's export says."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.demo.cells import EPOCH, take, unless
from regulars.demo.contacts import spell_emails, spell_phones
from regulars.demo.dates import DateSpeller
from regulars.demo.dirt import CustomerDirt, add_signs, add_spaces, break_emails, change_case
from regulars.demo.names import TYPOS_A_NAME, misspellings
from regulars.demo.people import GENDERS
from regulars.demo.records import (
    FIRST_CUSTOMER_ID,
    FIRST_TYPO,
    LAST_TYPO,
    PHONE_OTHER,
    PHONE_TRUNCATED,
    SHORTENED,
    SWAPPED,
    Records,
)
from regulars.demo.shop import Shop


class CustomerColumns:
    """Spells the rows of the customers file: customer_id, email, phone, names, ..., created_at, consent."""

    def __init__(self, shop: Shop, records: Records, dirt: CustomerDirt) -> None:
        self._shop, self._records, self._dirt = shop, records, dirt

    def __call__(self, rows: slice) -> pa.Table:
        """These rows as a table."""
        shop, records, dirt = self._shop, self._records, self._dirt
        person = records.person[rows]
        people, names = shop.people, shop.names
        email = break_emails(spell_emails(shop.contacts, person, records.email[rows]), dirt.email[rows])
        phone = spell_phones(
            shop.contacts,
            person,
            dirt.phone_style[rows],
            is_other=records.phone[rows] == PHONE_OTHER,
            is_truncated=records.phone[rows] == PHONE_TRUNCATED,
        )
        first_name, last_name = self._names(rows)
        case, spaces = dirt.case[rows], dirt.spaces[rows]
        street = take(names.streets.words, records.home.street[rows])
        number = pa.array(records.home.house_number[rows]).cast(pa.string())
        # The house number comes last in Germany and first elsewhere.
        is_last = pa.array(np.array([locale.country == "DE" for locale in shop.recipe.locales])[people.locale[person]])
        before, after = pc.if_else(is_last, street, number), pc.if_else(is_last, number, street)
        return pa.table(
            {
                "customer_id": pa.array(np.arange(rows.start, rows.stop) + FIRST_CUSTOMER_ID),
                "email": add_spaces(change_case(email, case), spaces),
                "phone": unless(dirt.is_phone_missing[rows], phone),
                "first_name": add_spaces(change_case(first_name, case), spaces),
                "last_name": add_signs(add_spaces(change_case(last_name, case), spaces), dirt.signs[rows]),
                "gender": unless(records.lacks_gender[rows], take(GENDERS, people.gender[person])),
                "birth_date": unless(records.lacks_birth_date[rows], self._birth_dates(person, dirt.birth_style[rows])),
                "income": pa.array(people.income[person] * 100, mask=records.lacks_income[rows]),
                "address": add_spaces(pc.binary_join_element_wise(before, after, " "), spaces),
                "city": change_case(take(names.cities.words, records.home.city[rows]), case),
                "postcode": take(names.postcodes.words, records.home.postcode[rows]),
                "country": take([locale.country for locale in shop.recipe.locales], people.locale[person]),
                "created_at": self._created(rows),
                "consent": pa.array(people.consent[person]),
            }
        )

    def _names(self, rows: slice) -> tuple[pa.Array, pa.Array]:
        """First and last names, as each record varies them."""
        variation, person = self._records.name[rows], self._records.person[rows]
        first, last = self._shop.people.first_name[person], self._shop.people.last_name[person]
        # A pool is the words, then the misspellings of each, then the initials.
        slip = np.arange(rows.start, rows.stop) % TYPOS_A_NAME
        many = len(self._shop.names.first_names.words)
        typo = np.where(variation == FIRST_TYPO, many + first * TYPOS_A_NAME + slip, first)
        first = np.where(variation == SHORTENED, many * (1 + TYPOS_A_NAME) + first, typo)
        many = len(self._shop.names.last_names.words)
        last = np.where(variation == LAST_TYPO, many + last * TYPOS_A_NAME + slip, last)
        first_name, last_name = pc.take(self._first_words, pa.array(first)), pc.take(self._last_words, pa.array(last))
        is_swapped = pa.array(variation == SWAPPED)
        return pc.if_else(is_swapped, last_name, first_name), pc.if_else(is_swapped, first_name, last_name)

    def _birth_dates(self, person: npt.NDArray[np.int32], style: npt.NDArray[np.int8]) -> pa.Array:
        days = self._shop.people.birth_day[person]
        return self._births.dates(days, style) if self._shop.options.dirt else pa.array(days).cast(pa.date32())

    def _created(self, rows: slice) -> pa.Array:
        seconds = self._records.created[rows] + self._shop.first_second
        if not self._shop.options.dirt:
            return pa.array(seconds).cast(pa.timestamp("s"))
        return self._creations.moments(seconds, self._dirt.created_style[rows])

    @cached_property
    def _first_words(self) -> pa.Array:
        words = self._shop.names.first_names.words
        return pa.array(words + misspellings(words, self._shop.options.seed) + [f"{word[0]}." for word in words])

    @cached_property
    def _last_words(self) -> pa.Array:
        words = self._shop.names.last_names.words
        return pa.array(words + misspellings(words, self._shop.options.seed))

    @cached_property
    def _births(self) -> DateSpeller:
        days = self._shop.people.birth_day
        return DateSpeller(EPOCH + dt.timedelta(int(days.min())), EPOCH + dt.timedelta(int(days.max())))

    @cached_property
    def _creations(self) -> DateSpeller:
        options = self._shop.options
        return DateSpeller(options.start - dt.timedelta(days=31), options.end)
