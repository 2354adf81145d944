"""Customers by whatever is known of them."""

from __future__ import annotations

import pytest

from regulars.serve.customer_search import search
from regulars.serve.queries import Queries


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("p7@example.org", {"Person 7"}),
        ("person 71", {"Person 71"}),
        ("PERSON", {f"Person {i}" for i in range(1, 80, 2)} - {f"Person {i}" for i in range(51, 80, 2)}),
        ("100%", set()),
        ("_", set()),
        ("nobody at all", set()),
    ],
)
def test_it_finds(shop: Queries, text: str, names: set[str]) -> None:
    assert set(search(shop, text, by_name=True)["full_name"].to_pylist()) == names


def test_who_sees_names_masked_does_not_find_by_them(shop: Queries) -> None:
    assert search(shop, "person 71", by_name=False).num_rows == 0
    assert search(shop, "p71@example.org", by_name=False).num_rows == 1
