"""The spread shop is the generated one: every record, order and purchase of it is in one system, and none in two."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.demo.purchases import shop_purchases
from regulars.demo.spread import IN_APP, SpreadShop, spread_shop

CUSTOMERS, SEED = 300, 4


@pytest.fixture(scope="module")
def spread() -> SpreadShop:
    return spread_shop(CUSTOMERS, SEED)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "shop"
    generate(ShopOptions(customers=CUSTOMERS, seed=SEED), folder)
    return folder


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_customer_record_is_in_the_file_or_in_the_app(spread: SpreadShop, generated: Path) -> None:
    expected = _rows(generated / "customers.csv")
    found = {row["customer_id"]: row for row in [*spread.crm.to_pylist(), *spread.app.to_pylist()]}
    assert len(found) == spread.crm.num_rows + spread.app.num_rows == len(expected)
    for row in expected:
        there = found[int(row["customer_id"])]
        for name in ("email", "phone", "first_name", "last_name", "birth_date", "address", "city", "country"):
            assert (there[name] or "") == row[name]
    assert abs(spread.app.num_rows / len(found) - IN_APP) < 0.1


def test_every_order_is_told_once_by_the_orders_or_by_the_purchases(spread: SpreadShop, generated: Path) -> None:
    expected = _rows(generated / "orders.csv")
    elsewhere = [row for row in expected if row["store"] != "Online" and row["status"] == "completed"]
    ids = {int(row["order_id"]) for row in expected} - {int(row["order_id"]) for row in elsewhere}
    assert spread.orders.column("order_id").to_pylist() == sorted(ids)
    told = [(Decimal(str(row["amount"])), row["store"]) for row in spread.purchases.to_pylist()]
    assert told == [(Decimal(row["amount"]), row["store"]) for row in elsewhere]
    assert spread.purchases.to_pylist() == [
        {name: row[name] for name in ("mobile", "date", "amount", "store")}
        for row in shop_purchases(CUSTOMERS, SEED).in_stores().rows
    ]


def test_an_order_last_changed_when_it_was_made_or_refunded(spread: SpreadShop) -> None:
    refunds = 0
    for row in spread.orders.to_pylist():
        assert row["updated_at"] >= row["ordered_at"]
        if row["refund_date"] is None:
            assert row["updated_at"] == row["ordered_at"]
        else:
            refunds += 1
            assert row["updated_at"].date() == row["refund_date"]
    assert refunds > 5


def test_documents_are_nested_and_lack_what_is_not_known(spread: SpreadShop) -> None:
    documents = {document["_id"]: document for document in spread.app_documents()}
    assert len(documents) == spread.app.num_rows
    for row in spread.app.to_pylist():
        document = documents[row["customer_id"]]
        assert document["contact"] == {name: row[name] for name in ("email", "phone") if row[name] is not None}
        assert document["home"]["city"] == row["city"]
        assert document["updated_at"] == row["created_at"]
    assert any("phone" not in document["contact"] for document in documents.values())


def test_events_belong_to_customers_and_lead_to_orders(spread: SpreadShop) -> None:
    events = spread.events.to_pylist()
    assert [event["event_id"] for event in events] == [f"e{number}" for number in range(1, len(events) + 1)]
    assert [event["occurred_at"] for event in events] == sorted(event["occurred_at"] for event in events)
    known = {*spread.crm.column("customer_id").to_pylist(), *spread.app.column("customer_id").to_pylist()}
    assert {event["customer_id"] for event in events} <= known
    assert {event["event_type"] for event in events} == {"page_view", "cart", "newsletter"}
    assert all((event["page"] is None) == (event["event_type"] == "newsletter") for event in events)
    carts = [event for event in events if event["event_type"] == "cart"]
    for order in spread.orders.to_pylist():
        if order["customer_id"] is None or order["store"] != "Online":
            continue
        waits = [
            (order["ordered_at"] - cart["occurred_at"]).total_seconds()
            for cart in carts
            if cart["customer_id"] == order["customer_id"]
        ]
        assert any(0 <= wait <= 300 for wait in waits)


def test_the_same_seed_makes_the_same_shop_and_another_another(spread: SpreadShop) -> None:
    again, other = spread_shop(CUSTOMERS, SEED), spread_shop(CUSTOMERS, SEED + 1)
    for name in ("crm", "app", "orders", "purchases", "events"):
        assert getattr(again, name).equals(getattr(spread, name))
        assert not getattr(other, name).equals(getattr(spread, name))
    first: list[dict[str, Any]] = list(spread.event_documents())
    assert first == list(again.event_documents())
    assert first[0]["occurred_at"].endswith("Z")
