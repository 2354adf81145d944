"""Orders are sorted, and what comes on top of the process comes at its known rates."""

from __future__ import annotations

import pytest
from tests.unit.demo.asking import Ask, truth

from regulars.demo.options import GeneratedShop
from regulars.demo.orders import CANCELLED, PENDING, TEST, orders_on_top
from regulars.demo.recipe import read_recipe


def test_orders_on_top_are_shares_of_all_orders() -> None:
    assert orders_on_top(1_000, read_recipe().orders) == {CANCELLED: 30, PENDING: 10, TEST: 5}


def test_every_status_is_there_at_its_rate(clean_shop: GeneratedShop) -> None:
    orders = truth(clean_shop, "counts")["orders"]
    assert [orders[status] / orders["all"] for status in ("cancelled", "pending", "test")] == [0.03, 0.01, 0.005]
    assert orders["with_refund"] / orders["all"] == pytest.approx(0.046, abs=0.003)
    assert orders["refunded"] / orders["with_refund"] == pytest.approx(0.4, abs=0.02)
    assert orders["with_discount"] / orders["all"] == pytest.approx(0.12, abs=0.005)


def test_order_ids_follow_time_within_the_history(ask_clean: Ask) -> None:
    assert ask_clean("""
        select count(*) filter (ordered_at < before), min(ordered_at)::date::text, max(ordered_at)::date::text
        from (select ordered_at, lag(ordered_at) over (order by order_id) as before from orders)
    """) == [(0, "2024-01-01", "2025-12-31")]


def test_refunds_come_after_their_order_and_within_the_history(ask_clean: Ask) -> None:
    assert ask_clean("""
        select count(*) from orders where refund_date <= ordered_at::date or refund_date > date '2025-12-31'
            or refunded_amount > amount or (status = 'refunded') <> (coalesce(refunded_amount, 0) = amount)
            and amount > 0.05 or (refund_date is null) <> (refunded_amount is null)
    """) == [(0,)]


def test_people_buy_online_and_in_stores_of_their_country(ask_clean: Ask) -> None:
    stores = dict(ask_clean("select store, count(*) from orders group by 1"))
    assert len(stores) == 9
    assert stores["Online"] / sum(stores.values()) == pytest.approx(0.55, abs=0.01)
    assert ask_clean("""
        select count(*) from orders join customers using (customer_id)
        where country <> 'DE' and store in ('Berlin', 'Hamburg', 'München')
    """) == [(0,)]
