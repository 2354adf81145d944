"""Customers by whatever is known of them."""

from __future__ import annotations

import pytest

from regulars.serve.customer_search import FOUND_AT_MOST, search
from regulars.serve.queries import Queries


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("p7@example.org", {"Person 7"}),
        ("person 71", {"Person 71"}),
        ("100%", set()),
        ("_", set()),
        ("nobody at all", set()),
    ],
)
def test_it_finds(shop: Queries, text: str, names: set[str]) -> None:
    assert set(search(shop, text, by_name=True)["full_name"].to_pylist()) == names


def test_of_many_some_are_shown(shop: Queries) -> None:
    found = search(shop, "PERSON", by_name=True)["full_name"].to_pylist()
    assert len(set(found)) == FOUND_AT_MOST and all(name.startswith("Person ") for name in found)


def test_who_sees_names_masked_does_not_find_by_them(shop: Queries) -> None:
    assert search(shop, "person 71", by_name=False).num_rows == 0
    assert search(shop, "p71@example.org", by_name=False).num_rows == 1
