"""The same record again is a duplicate, a changed one the newer version, and an order's lines are one record."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.engines.base import Session


def orders(*rows: tuple[str, str]) -> dict[str, list[str]]:
    return {
        "order_id": [order for order, _ in rows],
        "ordered_at": ["2025-01-01"] * len(rows),
        "amount": [amount for _, amount in rows],
    }


def lines(*rows: tuple[str, str]) -> dict[str, list[str]]:
    return {
        "order_id": [order for order, _ in rows],
        "ordered_at": ["2025-01-01"] * len(rows),
        "quantity": [quantity for _, quantity in rows],
        "unit_price": ["1"] * len(rows),
    }


def amounts(current: Callable[[str], list[dict[str, Any]]]) -> dict[str, str]:
    return {o["order_id"]: str(o["amount"]) for o in current("orders")}


def test_the_same_order_again_is_a_duplicate(land_rows: Any, current: Any) -> None:
    assert land_rows("orders", orders(("1", "5"), ("2", "6"))).staged == 2
    again = land_rows("orders", orders(("1", "5"), ("3", "7")))
    assert (again.staged, again.duplicates, again.superseded) == (1, 1, 0)
    assert amounts(current) == {"1": "5.00", "2": "6.00", "3": "7.00"}


def test_a_changed_order_replaces_the_version_before_it(land_rows: Any, current: Any) -> None:
    land_rows("orders", orders(("1", "5")))
    again = land_rows("orders", orders(("1", "6")))
    assert (again.staged, again.superseded) == (1, 1)
    back = land_rows("orders", orders(("1", "5")))
    assert (back.staged, back.superseded) == (1, 1)
    assert amounts(current) == {"1": "5.00"}


def test_within_one_file_the_last_version_wins_and_equal_rows_count_once(land_rows: Any, current: Any) -> None:
    load = land_rows("orders", orders(("1", "5"), ("1", "5"), ("1", "6"), ("2", "1")))
    assert (load.rows, load.staged, load.duplicates, load.superseded) == (4, 3, 1, 1)
    assert amounts(current) == {"1": "6.00", "2": "1.00"}


def test_two_sources_do_not_know_each_others_orders(land_rows: Any, current: Any) -> None:
    land_rows("orders", orders(("1", "5")), source="web")
    assert land_rows("orders", orders(("1", "6")), source="pos").superseded == 0
    assert len(current("orders")) == 2


def test_equal_lines_of_an_order_are_kept(land_rows: Any, current: Any) -> None:
    assert land_rows("order_lines", lines(("1", "2"), ("1", "2"))).staged == 2


def test_the_same_lines_again_are_duplicates_and_other_lines_replace_the_order(land_rows: Any, current: Any) -> None:
    land_rows("order_lines", lines(("1", "2"), ("1", "2"), ("2", "3")))
    same = land_rows("order_lines", lines(("1", "2"), ("1", "2")))
    assert (same.staged, same.duplicates) == (0, 2)
    changed = land_rows("order_lines", lines(("1", "2")))
    assert (changed.staged, changed.superseded) == (1, 1)
    assert sorted((o["order_id"], int(o["quantity"])) for o in current("order_lines")) == [("1", 2), ("2", 3)]


def test_events_without_an_id_are_all_kept(land_rows: Any, current: Any) -> None:
    load = land_rows("events", {"occurred_at": ["2025-01-01"] * 2, "event_type": ["view"] * 2})
    assert load.staged == 2


delivery = st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("45")), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=st.lists(delivery, min_size=1, max_size=4))
def test_whatever_lands_each_order_has_its_last_version_and_every_row_is_counted(
    durable: Session, land_rows: Any, current: Any, deliveries: list[list[tuple[str, str]]]
) -> None:
    for table in ("staging.orders", "staging.superseded", "ops.loads"):
        durable.execute(f"delete from {table}")
    durable.execute('drop table if exists raw."shop"')
    expected: dict[str, str] = {}
    for rows in deliveries:
        load = land_rows("orders", orders(*rows))
        assert load.rows == load.staged + load.rejected + load.duplicates
        expected |= {order: f"{amount}.00" for order, amount in rows}
    assert amounts(current) == expected
