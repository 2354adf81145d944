"""Words are drawn by seed, and their misspellings are no words of the pool."""

from __future__ import annotations

from regulars.demo.names import TYPOS_A_NAME, draw_names, misspellings, plain_spelling
from regulars.demo.recipe import read_recipe


def test_the_same_seed_draws_the_same_words() -> None:
    locales = read_recipe().locales[:1]
    first, second = draw_names(locales, 5), draw_names(locales, 5)
    assert first.last_names.words == second.last_names.words
    assert first.family[0].tolist() == second.family[0].tolist()
    assert draw_names(locales, 6).last_names.words != first.last_names.words


def test_a_misspelling_is_never_a_name_of_the_pool() -> None:
    words = ["Anna", "Ana", "Jo", "Zoë", "Zoe", "Jean-Luc"]
    wrong = misspellings(words, 1)
    assert len(wrong) == TYPOS_A_NAME * len(words)
    assert not {plain_spelling(word) for word in wrong} & {plain_spelling(word) for word in words}


def test_plain_spelling_is_fit_for_an_address() -> None:
    assert [plain_spelling(word) for word in ("Müller", "Groß", "D'Été", "Le Goff", "Jean-Luc")] == [
        "mueller", "gross", "dete", "legoff", "jean-luc",
    ]  # fmt: skip
