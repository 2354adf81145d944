from __future__ import annotations

from regulars.sources.customer_history import RECENT, history_columns

WINDOW = {"recency": "recency", "frequency": "frequency", "monetary": "monetary"}


def test_the_columns_of_the_tables_of_regulars_are_found() -> None:
    columns = [*WINDOW, "orders", "tenure_days", "days_since_last_order", "average_order_value", *RECENT]
    found, missing = history_columns(columns, WINDOW)
    assert found is not None and missing == []
    assert (found.orders, found.tenure_days, found.days_since_last) == (
        "orders",
        "tenure_days",
        "days_since_last_order",
    )
    assert (found.value, found.is_total, found.is_recency) == ("average_order_value", False, False)
    assert found.recent == {name: name for name in RECENT}


def test_recency_stands_in_for_the_days_since_the_last_order_and_a_total_for_the_mean() -> None:
    found, _ = history_columns([*WINDOW, "Total Orders", "Tenure", "LTV"], WINDOW)
    assert found is not None
    assert (found.orders, found.days_since_last, found.is_recency) == ("Total Orders", "recency", True)
    assert (found.value, found.is_total) == ("LTV", True)


def test_orders_of_a_window_are_not_those_of_all_time() -> None:
    features = {"recency": "recency", "frequency": "orders", "monetary": "revenue"}
    found, missing = history_columns([*features.values(), "tenure", "aov"], features)
    assert found is None and missing == ["orders"]


def test_what_is_missing_is_named() -> None:
    assert history_columns(list(WINDOW), WINDOW)[1] == ["orders", "tenure_days", "average_order_value"]
    assert "days_since_last_order" in history_columns([], {})[1]


def test_some_of_the_recent_columns_are_as_good_as_none() -> None:
    found, _ = history_columns([*WINDOW, "orders", "tenure_days", "aov", "occasions_30"], WINDOW)
    assert found is not None and found.recent == {}
