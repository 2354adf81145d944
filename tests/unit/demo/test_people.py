"""People are of the kinds, ages and places that the recipe says."""

from __future__ import annotations

import numpy as np

from regulars.demo.options import ShopOptions
from regulars.demo.people import GUEST, PROSPECT
from regulars.demo.recipe import read_recipe
from regulars.demo.shop import open_shop

PEOPLE = open_shop(ShopOptions(customers=4_000), read_recipe()).people


def test_prospects_and_guests_are_met_exactly() -> None:
    assert (PEOPLE.kind == PROSPECT).sum() == 200
    assert (PEOPLE.kind == GUEST).sum() == 200


def test_everybody_is_grown_up() -> None:
    age = (np.datetime64("2025-12-31").astype(np.int64) - PEOPLE.birth_day) / 365.25
    assert age.min() >= 18
    assert age.max() <= 89


def test_incomes_are_around_their_countries_medians() -> None:
    for number, locale in enumerate(read_recipe().locales):
        assert abs(np.median(PEOPLE.income[PEOPLE.locale == number]) * 100 / locale.income_median - 1) < 0.06
