"""One customer's story: what happened adds up, and no sentence has the name."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.serve.conftest import AWKWARD

from regulars import marts
from regulars.errors import InputError
from regulars.serve import customer_story
from regulars.serve.queries import Queries


@pytest.fixture
def known(shop: Queries) -> int:
    return shop.customer("p4@example.org")


def test_events_add_up_to_what_was_spent(shop: Queries, known: int) -> None:
    with shop.session() as live:
        happened = customer_story.events(live, known).to_pylist()
        [total] = live.query(
            f"select sum(net_amount) as spent from {marts.FCT_ORDERS} where customer_id = $1 and is_valid", (known,)
        ).to_pylist()
    assert sum((row["amount"] for row in happened if row["counts"]), Decimal(0)) == total["spent"]
    days = [row["day"] for row in happened]
    assert days == sorted(days, reverse=True)


def test_the_why_is_told_without_the_name(shop: Queries, known: int) -> None:
    found = customer_story.explained(shop, known)
    told = repr(found)
    assert AWKWARD not in told and "example.org" not in told
    assert found.headline.startswith("This customer is in ")
    assert [row["metric"] for row in found.metrics] == ["Recency", "Frequency", "Monetary"]


def test_what_is_foretold_stands_beside_its_verdict(shop: Queries, known: int) -> None:
    found = customer_story.predicted(shop, known)
    assert found is not None
    rows = customer_story.ahead_rows(found)
    assert [row["days"] for row in rows] == ["30 days", "90 days", "365 days"]
    assert all(row["verdict"] in ("validated", "not validated") and row["test"] for row in rows)


def test_records_say_what_linked_them(shop: Queries, known: int) -> None:
    found = customer_story.records(shop, known)
    assert "the first record of a person" in found["reason"].to_pylist()


def test_nobody_is_explained_who_is_not_there(shop: Queries) -> None:
    with pytest.raises(InputError):
        customer_story.explained(shop, 999)
