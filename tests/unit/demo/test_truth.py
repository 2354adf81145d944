"""The truth about people agrees with what their orders say."""

from __future__ import annotations

import pytest
from tests.unit.demo.asking import Ask, truth

from regulars.demo.options import GeneratedShop


def test_rfm_inputs_are_what_sql_makes_of_the_orders(ask_clean: Ask) -> None:
    assert ask_clean("""
        with completed as (select *, ordered_at::date as order_date from bought where status = 'completed'),
        ordered as (
            select person_id, date '2026-01-01' - max(order_date) as recency, count(*) as frequency, sum(amount) as paid
            from completed where order_date >= date '2025-01-01' group by 1
        ),
        refunds as (
            select person_id, sum(refunded_amount) as refunded
            from completed where refund_date >= date '2025-01-01' group by 1
        )
        select count(*) from rfm left join ordered using (person_id) left join refunds using (person_id)
        where rfm.recency <> coalesce(ordered.recency, 366) or rfm.frequency <> coalesce(ordered.frequency, 0)
            or abs(rfm.monetary - case when paid is null then 0 else paid - coalesce(refunded, 0) end) > 0.001
    """) == [(0,)]


def test_only_people_who_are_alive_buy_in_the_future(ask_clean: Ask, clean_shop: GeneratedShop) -> None:
    assert ask_clean("""
        select count(*) from future join people using (person_id)
        where orders_365 > 0 and not coalesce(is_alive, false) or orders_30 > orders_90 or orders_90 > orders_365
            or (orders_90 > 0) <> (value_90 > 0)
    """) == [(0,)]
    assert ask_clean("select sum(orders_365)::bigint from future") == [(truth(clean_shop, "counts")["future_orders"],)]


def test_the_hidden_rates_predict_the_future(ask_clean: Ask) -> None:
    # Given the rate and the end of life, the orders of the year ahead are Poisson: the rate times the time left in it.
    [(actual, expected)] = ask_clean("""
        select sum(orders_365), sum(orders_per_week * least(365, lifetime_days - days) / 7)
        from future join (
            select *, date_diff('second', first_purchase_at, timestamp '2026-01-01') / 86400 as days from people
        ) using (person_id) where is_alive
    """)
    assert actual == pytest.approx(expected, rel=0.03)


def test_first_purchases_are_the_first_orders_of_the_process(ask_clean: Ask) -> None:
    assert ask_clean("""
        with first as (
            select person_id, min(ordered_at) as ordered_at
            from bought where status in ('completed', 'refunded') group by 1
        )
        select count(*) from people full join first using (person_id)
        where first_purchase_at is distinct from ordered_at
    """) == [(0,)]
