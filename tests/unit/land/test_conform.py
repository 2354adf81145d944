"""Raw text becomes typed rows or a rejected row with its reason, and no row is in both places or in none."""

import datetime as dt
from decimal import Decimal
from typing import Any

from regulars.engines.base import Session


def rejected(durable: Session) -> list[dict[str, Any]]:
    return durable.query("select * from staging.rejected_rows order by load_id, row_number").to_pylist()


def test_an_order_is_typed(land_rows: Any, current: Any) -> None:
    load = land_rows(
        "orders",
        {
            "order_id": [" A1 "],
            "customer_id": ["7.0"],
            "ordered_at": ["31/12/2025 23:30"],
            "amount": ["£1,200.50"],
            "currency": ["gbp"],
            "status": [" Paid "],
        },
    )
    assert (load.staged, load.rejected, load.duplicates) == (1, 0, 0)
    [order] = current("orders")
    assert order["order_id"] == "A1"
    assert order["customer_key"] == "7"
    assert order["ordered_at"] == dt.datetime(2025, 12, 31, 23, 30)
    assert order["order_date"] == dt.date(2025, 12, 31)
    assert order["amount"] == Decimal("1200.50")
    assert (order["currency"], order["status"]) == ("GBP", "paid")


def test_rows_that_cannot_be_typed_are_set_aside_with_field_reason_value_and_payload(
    land_rows: Any, durable: Session
) -> None:
    load = land_rows(
        "orders",
        {
            "order_id": ["1", "2", "3", None, "5"],
            "customer_id": ["a", "b", "c", "d", None],
            "ordered_at": ["2025-01-01", "someday", None, "2025-01-01", "2025-01-01"],
            "amount": ["1", "1", "1", "1", "a lot"],
        },
    )
    assert (load.rows, load.staged, load.rejected) == (5, 1, 4)
    found = rejected(durable)
    assert [(r["row_number"], r["field"], r["value"]) for r in found] == [
        (2, "ordered_at", "someday"),
        (3, "ordered_at", None),
        (4, "order_id", None),
        (5, "amount", "a lot"),
    ]
    assert found[1]["reason"] == "ordered_at is missing"
    assert "no date" in found[0]["reason"]
    assert '"someday"' in found[0]["payload"]


def test_an_optional_money_field_that_is_no_number_rejects_the_row(land_rows: Any, durable: Session) -> None:
    load = land_rows(
        "orders",
        {
            "order_id": ["1", "2"],
            "ordered_at": ["2025-01-01", "2025-01-01"],
            "amount": ["5", "5"],
            "refunded_amount": ["", "some"],
        },
    )
    assert (load.staged, load.rejected) == (1, 1)
    assert rejected(durable)[0]["field"] == "refunded_amount"


def test_an_order_without_a_customer_is_kept_and_a_guest_is_known_by_email_or_phone(
    land_rows: Any, current: Any
) -> None:
    land_rows(
        "orders",
        {
            "order_id": ["1", "2", "3"],
            "customer_id": [None, None, None],
            "email": [None, "Guest@Example.com", None],
            "phone": [None, None, "07911 123456"],
            "ordered_at": ["2025-01-01"] * 3,
            "amount": ["5"] * 3,
        },
    )
    assert [o["customer_key"] for o in current("orders")] == [None, "email:guest@example.com", "phone:+447911123456"]


def test_an_id_space_keeps_two_shops_customers_apart(land_rows: Any, current: Any) -> None:
    columns = {"order_id": ["1"], "customer_id": ["7"], "ordered_at": ["2025-01-01"], "amount": ["5"]}
    land_rows("orders", columns, source="web")
    land_rows("orders", columns, source="pos", id_space="pos")
    assert [o["customer_key"] for o in current("orders")] == ["7", "pos:7"]


def test_orders_without_ids_get_them_from_their_content_so_that_equal_rows_stay_and_land_once(
    land_rows: Any, current: Any
) -> None:
    columns = {
        "customer_id": ["1", "1", "2"],
        "ordered_at": ["2025-01-01", "2025-01-01", "2025-01-01"],
        "amount": ["5", "5", "5"],
    }
    fields = {"order_id": "row_content"}
    assert land_rows("orders", columns, fields=fields).staged == 3
    again = land_rows("orders", columns, fields=fields)
    assert (again.staged, again.duplicates) == (0, 3)
    assert len({o["order_id"] for o in current("orders")}) == 3


def test_a_customer_is_cleaned_and_a_malformed_email_is_flagged_not_rejected(land_rows: Any, current: Any) -> None:
    land_rows(
        "customers",
        {
            "customer_id": ["1"],
            "email": ["anna(at)example.com"],
            "first_name": [" ANNA™ "],
            "gender": ["Frau"],
            "birth_date": ["29/02/1984"],
            "income": ["42,000"],
            "consent": ["Yes"],
        },
    )
    [customer] = current("customers")
    assert customer["email"] is None
    assert customer["is_email_malformed"] is True
    assert (customer["first_name"], customer["gender"], customer["consent"]) == ("Anna", "female", True)
    assert customer["birth_date"] == dt.date(1984, 2, 29)
    assert customer["income"] == Decimal("42000.00")


def test_order_lines_need_quantity_and_price(land_rows: Any, durable: Session) -> None:
    load = land_rows(
        "order_lines",
        {
            "order_id": ["1", "1", "2"],
            "ordered_at": ["2025-01-01"] * 3,
            "quantity": ["2", None, "-1"],
            "unit_price": ["2.50", "2.50", "0.001"],
        },
    )
    assert (load.staged, load.rejected) == (2, 1)
    assert rejected(durable)[0]["reason"] == "quantity is missing"


def test_a_row_that_is_none_of_the_entity_is_set_aside_with_its_reason_before_anything_else(
    land_rows: Any, durable: Session
) -> None:
    load = land_rows(
        "orders",
        {
            "order_id": ["1", "2", None],
            "customer_id": ["a", "b", "c"],
            "ordered_at": ["2025-01-01", "2025-01-01", "someday"],
            "amount": ["5", "-5", "much"],
            "kind": ["sale", "withdrawal", " withdrawal "],
        },
        fields={"set_aside": "case when kind like '%withdrawal%' then ' it is no sale but ' || trim(kind) end"},
    )
    assert (load.rows, load.staged, load.rejected) == (3, 1, 2)
    assert [(r["row_number"], r["field"], r["reason"], r["value"]) for r in rejected(durable)] == [
        (2, "set_aside", "it is no sale but withdrawal", "2"),
        (3, "set_aside", "it is no sale but withdrawal", None),
    ]


def test_rows_name_the_zone_of_their_times_unless_the_source_has_one(
    land_rows: Any, durable: Session, current: Any
) -> None:
    columns = {
        "order_id": ["1", "2", "3"],
        "customer_id": ["a", "b", "c"],
        "ordered_at": ["2025-07-01 23:30:00"] * 3,
        "amount": ["5", "5", "5"],
        "zone": ["America/New_York", None, "CST"],
    }
    load = land_rows("orders", columns, fields={"timezone": "zone"})
    assert (load.staged, load.rejected) == (2, 1)
    moved, stayed = dt.datetime(2025, 7, 2, 3, 30), dt.datetime(2025, 7, 1, 23, 30)
    assert [order["ordered_at"] for order in current("orders")] == [moved, stayed]
    [row] = rejected(durable)
    assert (row["field"], row["value"]) == ("timezone", "CST")
    assert "set timezone" in row["reason"]
    chosen = land_rows("orders", columns, source="other", fields={"timezone": "zone"}, timezone="America/Chicago")
    assert (chosen.staged, chosen.rejected) == (3, 0)
    assert current("orders")[-1]["ordered_at"] == dt.datetime(2025, 7, 2, 4, 30)
