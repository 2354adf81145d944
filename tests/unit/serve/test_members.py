"""Lists of customers behind a number."""

from __future__ import annotations

import pytest

from regulars.errors import InputError
from regulars.serve import members
from regulars.serve.queries import Queries


def test_pages_add_up_to_the_list_in_its_order(shop: Queries) -> None:
    with shop.session() as live:
        pages = [members.members_page(live, None, None, None, "Revenue", page, 30) for page in (1, 2, 3)]
        listed = members.members(live, None, None, None, "Revenue", 1000)
    assert [page.total for page in pages] == [80] * 3
    seen = [row for page in pages for row in page.rows["customer_id"].to_pylist()]
    assert seen == listed["customer_id"].to_pylist()
    spent = listed["monetary"].to_pylist()
    assert spent == sorted(spent, reverse=True)


def test_filters_hold_of_every_row(shop: Queries) -> None:
    with shop.session() as live:
        found = members.members_page(live, "Champions", 5, None, "Orders", 1, 50)
        assert members.members(live, "Champions", 5, 1, "Orders", 50).num_rows == 0
    assert found.total and {(r["segment"], r["r_score"]) for r in found.rows.to_pylist()} == {("Champions", 5)}


def test_no_order_tells_what_is_masked(shop: Queries) -> None:
    with shop.session() as live, pytest.raises(InputError, match="Revenue"):
        members.members(live, None, None, None, "email", 1)
