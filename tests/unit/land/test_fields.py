"""What is deleted at the source: orders are cancelled, customers leave, and both come back when they are restored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine

DAY = "2025-03-01 10:00:00"


def customers(*rows: tuple[str, str, str | None]) -> dict[str, list[str | None]]:
    """Columns of (id, e-mail, deleted)."""
    return dict(zip(("customer_id", "email", "deleted"), map(list, zip(*rows, strict=True)), strict=True))


def orders(*rows: tuple[str, str, str | None]) -> dict[str, list[str | None]]:
    """Columns of (id, status, deleted)."""
    found = dict(zip(("order_id", "status", "deleted"), map(list, zip(*rows, strict=True)), strict=True))
    return {**found, "ordered_at": [DAY] * len(rows), "amount": ["5"] * len(rows)}


def lines(*rows: tuple[str, str, str | None]) -> dict[str, list[str | None]]:
    """Columns of (order, quantity, deleted)."""
    found = dict(zip(("order_id", "quantity", "deleted"), map(list, zip(*rows, strict=True)), strict=True))
    return {**found, "ordered_at": [DAY] * len(rows), "unit_price": ["1"] * len(rows)}


@pytest.fixture
def known(current: Callable[[str], list[dict[str, Any]]]) -> Callable[[], list[tuple[str, str]]]:
    return lambda: sorted((row["source_customer_id"], row["email"]) for row in current("customers"))


@pytest.mark.parametrize(
    ("word", "is_deleted"),
    [
        (None, False), ("", False), (" ", False), ("false", False), ("F", False), ("0", False), ("no", False),
        ("0000-00-00 00:00:00", False), (DAY, True), ("true", True), ("t", True), ("1", True), ("yes", True),
    ],
)  # fmt: skip
def test_a_time_or_a_flag_says_that_an_order_is_deleted(
    land_rows: Any, current: Any, word: str | None, is_deleted: bool
) -> None:
    land_rows("orders", orders(("1", "Paid", word)))
    assert [order["status"] for order in current("orders")] == ["cancelled" if is_deleted else "paid"]


def test_a_deleted_order_is_cancelled_and_counts_again_when_it_is_restored(land_rows: Any, current: Any) -> None:
    land_rows("orders", orders(("1", "paid", None), ("2", "paid", None)))
    gone = land_rows("orders", orders(("1", "paid", DAY)))
    assert (gone.staged, gone.rejected, gone.duplicates, gone.superseded) == (1, 0, 0, 1)
    assert {order["order_id"]: order["status"] for order in current("orders")} == {"1": "cancelled", "2": "paid"}
    assert land_rows("orders", orders(("1", "paid", DAY))).duplicates == 1
    land_rows("orders", orders(("1", "paid", None)))
    assert {order["status"] for order in current("orders")} == {"paid"}


def test_a_deleted_customer_has_no_current_version(land_rows: Any, known: Any) -> None:
    land_rows("customers", customers(("1", "ann@x.example", None), ("2", "bob@x.example", None)))
    gone = land_rows("customers", customers(("1", "ann@x.example", DAY)))
    assert (gone.rows, gone.staged, gone.duplicates, gone.superseded) == (1, 1, 0, 2)
    assert known() == [("2", "bob@x.example")]


def test_one_that_was_deleted_before_it_was_ever_seen_is_none(land_rows: Any, known: Any) -> None:
    load = land_rows("customers", customers(("1", "ann@x.example", DAY), ("2", "bob@x.example", None)))
    assert (load.rows, load.staged) == (2, 2)
    assert known() == [("2", "bob@x.example")]


def test_the_same_deletion_again_is_a_duplicate(land_rows: Any, known: Any, durable: Session) -> None:
    land_rows("customers", customers(("1", "ann@x.example", DAY)))
    for _ in range(2):
        again = land_rows("customers", customers(("1", "ann@x.example", DAY)))
        assert (again.staged, again.duplicates, again.superseded) == (0, 1, 0)
    assert durable.query("select count(*) from staging.superseded").column(0)[0].as_py() == 1
    assert known() == []


def test_a_customer_who_is_restored_is_one_again_however_often(land_rows: Any, known: Any, durable: Session) -> None:
    for turn in range(3):
        load = land_rows("customers", customers(("1", "ann@x.example", None)))
        assert (load.staged, load.superseded) == (1, 0)
        assert known() == [("1", "ann@x.example")]
        load = land_rows("customers", customers(("1", "ann@x.example", DAY)))
        assert (load.staged, load.superseded, turn) == (1, 2, turn)
        assert known() == []
    marks = durable.query(
        "select count(*) as all, count(distinct (load_id, row_number)) as marks from staging.superseded"
    )
    assert marks.to_pylist() == [{"all": 6, "marks": 6}]


def test_in_one_load_the_last_word_holds(land_rows: Any, known: Any) -> None:
    land_rows("customers", customers(("1", "a@x.example", None), ("1", "a@x.example", DAY)))
    assert known() == []
    land_rows("customers", customers(("1", "a@x.example", DAY), ("1", "b@x.example", None)))
    assert known() == [("1", "b@x.example")]


def test_a_deleted_line_leaves_its_order_and_the_last_one_cancels_it(land_rows: Any, current: Any) -> None:
    load = land_rows("order_lines", lines(("1", "2", None), ("1", "3", DAY), ("2", "4", DAY), ("2", "5", DAY)))
    assert (load.rows, load.staged, load.rejected) == (4, 3, 1)
    standing = sorted((row["order_id"], int(row["quantity"]), row["status"]) for row in current("order_lines"))
    assert standing == [("1", 2, None), ("2", 4, "cancelled"), ("2", 5, "cancelled")]


def test_the_line_that_was_left_out_says_why(land_rows: Any, durable: Session) -> None:
    land_rows("order_lines", lines(("1", "2", None), ("1", "3", DAY)))
    [row] = durable.query("select field, reason, value from staging.rejected_rows").to_pylist()
    assert (row["field"], row["value"]) == ("deleted", "1") and "deleted at the source" in row["reason"]


def test_an_event_is_deleted_by_its_id_or_set_aside(land_rows: Any, current: Any) -> None:
    columns = {
        "event_id": ["e1", "e1", None],
        "event_type": ["open"] * 3,
        "occurred_at": [DAY] * 3,
        "deleted": [None, DAY, DAY],
    }
    load = land_rows("events", columns)
    assert (load.staged, load.rejected) == (2, 1)
    assert current("events") == []


def test_a_condition_of_the_settings_says_it_too(land_rows: Any, known: Any) -> None:
    columns = {"customer_id": ["1", "2"], "email": ["a@x.example", "b@x.example"], "state": ["gone", "here"]}
    land_rows("customers", columns, fields={"deleted": "state = 'gone'"})
    assert known() == [("2", "b@x.example")]


def test_a_warehouse_of_an_older_version_gets_the_column(tmp_path: Any) -> None:
    engine = DuckDBEngine(tmp_path)
    engine.prepare()
    with engine.durable() as session:
        session.execute("alter table staging.customer_records drop column is_deleted")
        session.execute("insert into staging.customer_records (source, source_customer_id) values ('crm', '1')")
    engine.prepare()
    with engine.durable() as session:
        found = session.query("select is_deleted from staging.customer_records").to_pylist()
    assert found == [{"is_deleted": False}]
