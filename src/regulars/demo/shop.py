"""The facts of a demo shop that every later step needs: what was asked for, the recipe, the words, the people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from regulars.demo.cells import EPOCH, SECONDS_A_DAY
from regulars.demo.contacts import Contacts, draw_contacts
from regulars.demo.names import Names, draw_names
from regulars.demo.options import ShopOptions
from regulars.demo.people import People, draw_people
from regulars.demo.recipe import Recipe
from regulars.demo.season import SeasonalClock

FUTURE_DAYS = 365


@dataclass(frozen=True)
class Shop:
    """One demo shop before anything is bought."""

    options: ShopOptions
    recipe: Recipe
    names: Names
    people: People
    contacts: Contacts
    clock: SeasonalClock

    @property
    def days(self) -> int:
        """Length of the history; day numbers of it are below this."""
        return self.options.history_days

    @property
    def seconds(self) -> int:
        """Length of the history in seconds."""
        return self.days * SECONDS_A_DAY

    @property
    def first_day(self) -> int:
        """The first day of the history, counted from 1970-01-01."""
        return (self.options.start - EPOCH).days

    @property
    def first_second(self) -> int:
        """The first second of the history, counted from 1970-01-01."""
        return self.first_day * SECONDS_A_DAY

    def chance(self, step: str) -> np.random.Generator:
        """The random numbers of one step: a step that draws more does not change the others."""
        return random_numbers(self.options.seed, step)


def random_numbers(seed: int, step: str) -> np.random.Generator:
    """Random numbers that depend on the seed and the step's name alone."""
    return np.random.default_rng([seed, int.from_bytes(step.encode())])


def open_shop(options: ShopOptions, recipe: Recipe) -> Shop:
    """Draws the words, the people and their contacts; in a plain shop everyone has an account."""
    if options.plain_orders:
        recipe = replace(recipe, people=replace(recipe.people, guests_only=0.0))
    names = draw_names(recipe.locales, options.seed)
    chance = random_numbers(options.seed, "people")
    people = draw_people(options.customers, recipe, names, options.end, chance)
    contacts = draw_contacts(people, names, recipe.locales, random_numbers(options.seed, "contacts"))
    clock = SeasonalClock(recipe.season, options.start, options.history_days, FUTURE_DAYS)
    return Shop(options, recipe, names, people, contacts, clock)
