"""What the books of a shop say: its customers' values, and the way from gross to net, the tables that must agree."""

from __future__ import annotations

from decimal import Decimal

from tests.warehouse.shop import Shop

_BY_KEY = "inner join durable.identity.customer_keys using (customer_id)"


def values(shop: Shop) -> dict[str, tuple[int, int, Decimal]]:
    """Recency, frequency and monetary of each customer."""
    found = shop.rows(f"select customer_key, recency, frequency, monetary from marts.fct_customer_rfm {_BY_KEY}")
    return {customer: (recency, frequency, monetary) for customer, recency, frequency, monetary in found}


def lifetime(shop: Shop) -> dict[str, Decimal]:
    """The net amount of all time of each customer who has a valid order or a balance."""
    return dict(shop.rows(f"select customer_key, lifetime_value from marts.customer_behavior_metrics {_BY_KEY}"))


def months(shop: Shop, customer: str) -> list[tuple[str, int, Decimal]]:
    """The months in which a customer's money moved, with the valid orders and the revenue of each."""
    return [
        (f"{month:%Y-%m}", orders, revenue)
        for month, orders, revenue in shop.rows(
            f"select month, orders, revenue from marts.customer_purchase_trends {_BY_KEY}"
            " where customer_key = $1 order by month",
            (customer,),
        )
    ]


def lines(shop: Shop) -> list[tuple[str, int, Decimal]]:
    """The lines of the reconciliation that are about any order, over all sources, from gross to net."""
    return [
        tuple(row)
        for row in shop.rows(
            "select line, cast(sum(orders) as integer), sum(amount) from marts.revenue_reconciliation"
            " group by line, line_number having sum(orders) > 0 order by line_number"
        )
    ]


def notes(shop: Shop) -> list[tuple[str, int, Decimal]]:
    """The notes below the reconciliation."""
    return [
        tuple(row)
        for row in shop.rows("select note, orders, amount from intermediate.int_orders__noted order by note_number")
    ]


def net_of_each_table(shop: Shop) -> dict[str, Decimal]:
    """The net revenue as the reconciliation, the customers, the days and the months have it."""
    sums = {
        "reconciliation": "select sum(amount) from marts.revenue_reconciliation where line = 'net revenue'",
        "customers": "select sum(lifetime_value) from marts.customer_behavior_metrics",
        "days": "select sum(revenue) from marts.daily_sales",
        "months": "select sum(revenue) from marts.customer_purchase_trends",
    }
    return {table: shop.value(sql) for table, sql in sums.items()}


def errors(shop: Shop) -> list[str]:
    """The checks at error level that found something; among them that the lines of the reconciliation add up."""
    return [check.name for check in shop.findings() if check.severity == "error"]
