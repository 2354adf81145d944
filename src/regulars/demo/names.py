"""The words people are made of: names, places and streets of each locale, drawn once from Faker.

A pool is a few thousand words; a million people only point into it. So anything slow about a word (typos, spelling
without accents) is done once for the pool.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from faker import Faker

from regulars.demo.recipe import Locale

Codes = npt.NDArray[np.int32]

NAME_DRAWS = 3_000
PLACE_DRAWS = 500
TYPOS_A_NAME = 3
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class WordPool:
    """Distinct words, and per locale the draws that point to them: a word drawn twice as often is twice as common."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._codes: dict[str, int] = {}

    def add(self, draws: list[str]) -> Codes:
        """Keeps the new words among the draws and returns the draws as codes."""
        for word in draws:
            if word not in self._codes:
                self._codes[word] = len(self.words)
                self.words.append(word)
        return np.array([self._codes[word] for word in draws], dtype=np.int32)


@dataclass(frozen=True)
class Names:
    """The pools, and for each locale (in the recipe's order) the codes to draw from."""

    first_names: WordPool
    last_names: WordPool
    cities: WordPool
    postcodes: WordPool
    streets: WordPool
    female: list[Codes]
    male: list[Codes]
    family: list[Codes]
    city: list[Codes]  # the same position in city and postcode is one place
    postcode: list[Codes]
    street: list[Codes]


def draw_names(locales: tuple[Locale, ...], seed: int) -> Names:
    """Draws the pools of every locale; the same seed draws the same words."""
    names = Names(WordPool(), WordPool(), WordPool(), WordPool(), WordPool(), [], [], [], [], [], [])
    for locale in locales:
        faker = Faker(locale.name)
        faker.seed_instance(seed)
        names.female.append(names.first_names.add(_draw(faker.first_name_female, NAME_DRAWS)))
        names.male.append(names.first_names.add(_draw(faker.first_name_male, NAME_DRAWS)))
        names.family.append(names.last_names.add(_draw(faker.last_name, NAME_DRAWS)))
        names.city.append(names.cities.add(_draw(faker.city, PLACE_DRAWS)))
        names.postcode.append(names.postcodes.add(_draw(faker.postcode, PLACE_DRAWS)))
        names.street.append(names.streets.add(_draw(faker.street_name, PLACE_DRAWS)))
    return names


def plain_spelling(word: str) -> str:
    """The word as people write it in an e-mail address: lower case, no accents, spaces or apostrophes."""
    decomposed = unicodedata.normalize("NFKD", word.lower().translate(_GERMAN))
    return "".join(letter for letter in decomposed if letter.isascii() and (letter.isalnum() or letter == "-"))


def misspellings(words: list[str], seed: int) -> list[str]:
    """TYPOS_A_NAME wrong spellings of each word, in the words' order; none is a word of the pool."""
    chance = random.Random(seed)
    known = {plain_spelling(word) for word in words}
    return [_misspelling(word, known, chance) for word in words for _ in range(TYPOS_A_NAME)]


def _misspelling(word: str, known: set[str], chance: random.Random) -> str:
    """One slip of the finger: two letters swapped, one left out or one doubled."""
    for _ in range(20):
        at = chance.randrange(1, max(len(word) - 1, 2))
        wrong = chance.choice(
            (
                word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
                word[:at] + word[at + 1 :],
                word[:at] + word[at - 1 :],
            )
        )
        if plain_spelling(wrong) and plain_spelling(wrong) not in known:
            return wrong
    return word + word[-1]


def _draw(word: Callable[[], str], times: int) -> list[str]:
    """Faker's words without the two characters that would need quotes in a CSV file."""
    return [word().replace(",", "").replace('"', "") for _ in range(times)]
