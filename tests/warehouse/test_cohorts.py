"""Cohorts hold all the money of their customers, and are split by where and with what these began, if that is known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

# Customer i of 1 to 120 begins in store 1 to 60 (two in each) or, if divisible by 40, in none; later all go Online.
MANY_STORES = """
    select 'c' || i as customer_key, 'a' || i as order_id, date '2024-01-10' as order_date, i as amount,
        case when i % 40 > 0 then 'Store ' || lpad(((i - 1) % 60 + 1)::varchar, 2, '0') end as store
    from range(1, 121) as people (i)
    union all
    select 'c' || i, 'b' || i, date '2024-02-10', 1, 'Online'
    from range(1, 121) as people (i)"""
EARLY_CREDITS = """
    select * from (values
        -- customer, order, day, amount, status, refunded_amount, refund_date
        ('buyer',    'b1', '2024-01-20', -30, null,       null, null),
        ('buyer',    'b2', '2024-02-20',  50, 'refunded',   40, null),
        ('buyer',    'b3', '2024-03-31', 100, null,         25, '2024-05-01'),
        ('buyer',    'b4', '2024-05-01',  10, null,       null, null),
        ('creditor', 'k1', '2024-03-20', -70, null,       null, null),
        ('returner', 'r1', '2024-03-20',  60, 'refunded', null, null),
        ('taster',   't1', '2024-03-01',   0, null,       null, null)
    ) as orders (customer_key, order_id, order_date, amount, status, refunded_amount, refund_date)"""


@pytest.fixture(scope="module")
def early_credits(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("early_credits"), engine=engine, orders=EARLY_CREDITS)


def test_what_was_credited_before_the_first_purchase_counts_in_its_month(early_credits: Shop) -> None:
    cohorts = early_credits.rows(
        "select strftime(cohort_month, '%m'), month_number, customers, cohort_size, revenue, cumulative_revenue,"
        " cumulative_value_per_customer, is_incomplete from marts.cohort_retention order by month_number"
    )
    # -30 of January and 50 - 40 of February come before the 100 of March.
    assert cohorts == [
        ("03", 0, 2, 2, Decimal(80), Decimal(80), Decimal(40), False),
        ("03", 1, 0, 2, Decimal(0), Decimal(80), Decimal(40), False),
        ("03", 2, 1, 2, Decimal(-15), Decimal(65), Decimal("32.50"), True),
    ]


def test_the_money_of_those_who_never_purchased_is_the_only_money_in_no_cohort(early_credits: Shop) -> None:
    assert early_credits.findings() == []
    assert early_credits.value("select sum(revenue) from marts.cohort_retention") == Decimal(65)
    assert early_credits.value("select amount from marts.revenue_reconciliation where line = 'net revenue'") == Decimal(
        -5
    )


def test_the_check_finds_money_that_is_in_no_cohort(engine: Opener, tmp_path: Path) -> None:
    shop = Shop(tmp_path, engine=engine, orders=MANY_STORES)
    with shop.engine.build() as build:
        # Not deleted: the tables of a lake know no deleting.
        kept = build.query("select * from marts.cohort_values where not (member = 'other' and month_number = 1)")
        build.replace("marts.cohort_values", kept)
    (finding,) = shop.findings()
    assert (finding.name, finding.failures) == ("cohorts_hold_the_net_amount_of_their_customers", 1)
    assert "store" in finding.sample


def test_the_fifty_largest_members_stand_for_themselves_and_the_rest_together(engine: Opener, tmp_path: Path) -> None:
    shop = Shop(tmp_path, engine=engine, orders=MANY_STORES)
    sizes = shop.rows(
        "select member, cohort_size from marts.cohort_values where dimension = 'store' and month_number = 0 order by 1"
    )
    # 20 and 40 lose one customer each to unknown, and 60 one; so they and the last by name have no place.
    named = [f"Store {number:02}" for number in range(1, 53) if number not in (20, 40)]
    assert sizes == [*((name, 2) for name in named), ("other", 17), ("unknown", 3)]
    assert shop.rows(
        "select cohort_size, customers, revenue, cumulative_revenue, cumulative_value_per_customer"
        " from marts.cohort_values where member = 'unknown' and month_number = 1"
    ) == [(3, 3, Decimal(3), Decimal(243), Decimal(81))]
    assert shop.findings() == []


def test_a_dimension_that_no_source_knows_has_no_rows(early_credits: Shop) -> None:
    assert early_credits.rows("select * from marts.cohort_values") == []


def test_what_a_customer_bought_later_stays_with_the_product_they_began_with(engine: Opener, tmp_path: Path) -> None:
    shop = Shop(
        tmp_path,
        engine=engine,
        order_lines="""select * from (values
            ('a', 'o1', date '2024-01-31', 'pen', 'Pen, blue', 2, 3),
            ('a', 'o1', date '2024-01-31', 'ink', 'Ink', 1, 5),
            ('a', 'o2', date '2024-02-01', 'ink', 'Ink', 1, 7),
            ('b', 'o3', date '2024-02-02', null, null, 1, 9)
            ) as lines (customer_key, order_id, order_date, product_id, product_name, quantity, unit_price)""",
    )
    found = shop.rows(
        "select member, member_name, strftime(cohort_month, '%m'), month_number, cumulative_revenue"
        " from marts.cohort_values where dimension = 'product' order by 1, 4"
    )
    assert found == [
        ("pen", "Pen, blue", "01", 0, Decimal(11)),
        ("pen", "Pen, blue", "01", 1, Decimal(18)),
        ("unknown", "unknown", "02", 0, Decimal(9)),
    ]
    assert shop.rows("select distinct dimension from marts.cohort_values") == [("product",)]
    assert shop.findings() == []
