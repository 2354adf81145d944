"""The true people of the demo shop, one position per person; everything else points to these positions.

Person ids are positions plus 1. Words are codes into the pools of `names`; days count from 1970-01-01.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.demo.names import Codes, Names
from regulars.demo.recipe import Recipe

ACCOUNT, GUEST, PROSPECT = range(3)
KINDS = ["account", "guest", "prospect"]  # in the order of the codes above
FEMALE, MALE, OTHER = range(3)
GENDERS = ["female", "male", "other"]


@dataclass(frozen=True)
class Homes:
    """Where people live: a place is a city with its postcode."""

    city: Codes
    postcode: Codes
    street: Codes
    house_number: Codes


@dataclass(frozen=True)
class People:
    """The people's attributes; none is missing here, records lack some of them."""

    kind: npt.NDArray[np.int8]
    locale: npt.NDArray[np.int8]
    gender: npt.NDArray[np.int8]
    first_name: Codes
    last_name: Codes
    birth_day: Codes
    income: npt.NDArray[np.int64]  # whole hundreds of money units
    consent: npt.NDArray[np.bool_]
    home: Homes

    @property
    def count(self) -> int:
        """How many people there are."""
        return self.kind.size


def draw_people(count: int, recipe: Recipe, names: Names, end: dt.date, rng: np.random.Generator) -> People:
    """Draws the people; who is a prospect and who only ever buys as a guest is met exactly."""
    rates, locales = recipe.people, recipe.locales
    kind = np.full(count, ACCOUNT, dtype=np.int8)
    shuffled = rng.permutation(count)
    prospects, guests = round(count * rates.prospects), round(count * rates.guests_only)
    kind[shuffled[:prospects]] = PROSPECT
    kind[shuffled[prospects : prospects + guests]] = GUEST

    shares = np.array([locale.share for locale in locales])
    locale = rng.choice(len(locales), size=count, p=shares / shares.sum()).astype(np.int8)
    gender = rng.choice([FEMALE, MALE, OTHER], size=count, p=[0.54, 0.45, 0.01]).astype(np.int8)
    sounds_female = np.where(gender == OTHER, rng.random(count) < 0.5, gender == FEMALE)

    first_name, last_name = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    for number in range(len(locales)):
        for chosen, draws in (
            ((locale == number) & sounds_female, names.female[number]),
            ((locale == number) & ~sounds_female, names.male[number]),
        ):
            first_name[chosen] = rng.choice(draws, size=int(chosen.sum()))
        lives_here = locale == number
        last_name[lives_here] = rng.choice(names.family[number], size=int(lives_here.sum()))

    years = rates.youngest + (rates.oldest - rates.youngest) * rng.beta(2.0, 2.8, size=count)
    birth_day = (np.datetime64(end, "D").astype(np.int64) - years * 365.25).astype(np.int32)
    median = np.array([locale.income_median for locale in locales])[locale]
    income = np.rint(median * np.exp(0.45 * rng.standard_normal(count)) / 100).astype(np.int64)
    consent = rng.random(count) < rates.consent
    home = draw_homes(locale, names, rng)
    return People(kind, locale, gender, first_name, last_name, birth_day, income, consent, home)


def draw_homes(locale: npt.NDArray[np.int8], names: Names, rng: np.random.Generator) -> Homes:
    """An address in the locale of each person."""
    city, postcode, street = (np.empty(locale.size, dtype=np.int32) for _ in range(3))
    for number in range(len(names.city)):
        lives_here = locale == number
        place = rng.integers(names.city[number].size, size=int(lives_here.sum()))
        city[lives_here], postcode[lives_here] = names.city[number][place], names.postcode[number][place]
        street[lives_here] = rng.choice(names.street[number], size=place.size)
    house_number = rng.integers(1, 130, size=locale.size, dtype=np.int32)
    return Homes(city, postcode, street, house_number)
