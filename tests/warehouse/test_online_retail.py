"""The marts of UCI Online Retail equal what is published and known of it."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from pyarrow import csv
from tests.warehouse.shop import Shop


def test_as_of_is_the_day_after_the_newest_order(online_retail: Shop) -> None:
    assert online_retail.rows("select distinct as_of from marts.fct_customer_rfm") == [(dt.date(2011, 12, 10),)]


def test_every_cell_of_the_cohort_table_is_the_published_one(online_retail: Shop, shared_data: Path) -> None:
    published = csv.read_csv(shared_data / "published_cohort_counts.csv").to_pylist()
    expected = {
        (row["cohort"], int(month)): customers
        for row in published
        for month, customers in row.items()
        if month != "cohort" and customers is not None
    }
    found = online_retail.rows(
        "select strftime(cohort_month, '%Y-%m'), month_number, customers from marts.cohort_retention"
    )
    assert {(cohort, month): customers for cohort, month, customers in found} == expected


def test_every_retention_is_the_published_one(online_retail: Shop, shared_data: Path) -> None:
    published = csv.read_csv(shared_data / "published_cohort_retention_pct.csv").to_pylist()
    expected = {
        (row["cohort"], int(month)): percent
        for row in published
        for month, percent in row.items()
        if month != "cohort" and percent is not None
    }
    found = online_retail.rows(
        "select strftime(cohort_month, '%B %Y'), month_number, retention from marts.cohort_retention"
    )
    assert {(cohort, month) for cohort, month, _ in found} == set(expected)
    assert [cell for *cell, share in found if abs(float(share) * 100 - expected[tuple(cell)]) > 0.0501] == []


def test_only_the_month_that_had_not_ended_is_incomplete(online_retail: Shop) -> None:
    incomplete = online_retail.rows(
        "select distinct cast(cohort_month + to_months(month_number) as date)"
        " from marts.cohort_retention where is_incomplete"
    )
    assert incomplete == [(dt.date(2011, 12, 1),)]


def test_the_value_of_every_cohort_at_the_last_complete_month_is_what_the_file_says(
    online_retail: Shop, shared_data: Path
) -> None:
    known = duckdb.execute(
        """
        with invoices as (
            select CustomerID as customer, min(InvoiceDate) as invoiced_at, InvoiceNo not like 'C%' as is_purchase,
                round(sum(Quantity * UnitPrice::decimal(18, 4)), 2) as amount
            from read_parquet($1) where CustomerID is not null group by CustomerID, InvoiceNo
        ),
        firsts as (
            select customer, strftime(min(invoiced_at), '%Y-%m') as cohort from invoices where is_purchase group by 1
        )
        select cohort, count(distinct customer), sum(amount)
        from firsts inner join invoices using (customer)
        where invoiced_at < '2011-12-01' and cohort < '2011-12' group by cohort order by cohort
        """,
        [str(shared_data / "online_retail.parquet")],
    ).fetchall()
    found = online_retail.rows(
        "select strftime(cohort_month, '%Y-%m'), cohort_size, cumulative_revenue, cumulative_value_per_customer"
        " from marts.cohort_retention where cohort_month + to_months(month_number) = date '2011-11-01' order by 1"
    )
    cent = Decimal("0.01")
    assert len(found) == 12
    assert [(cohort, size, revenue) for cohort, size, revenue, _ in found] == [
        (cohort, size, revenue.quantize(cent)) for cohort, size, revenue in known
    ]
    assert [value for *_, value in found] == [
        (revenue / size).quantize(cent, ROUND_HALF_UP) for _, size, revenue in known
    ]


def test_the_cohorts_hold_all_but_the_credit_notes_of_those_who_never_bought(online_retail: Shop) -> None:
    in_cohorts = online_retail.value("select sum(revenue) from marts.cohort_retention")
    of_products = online_retail.value("select sum(revenue) from marts.cohort_values where dimension = 'product'")
    of_others = online_retail.value(
        "select sum(lifetime_value) from marts.customer_behavior_metrics where orders = 0"
        " and customer_id not in (select customer_id from intermediate.int_customers__first_purchase)"
    )
    assert in_cohorts == of_products
    assert in_cohorts + of_others == Decimal("8300065.81")


@pytest.mark.parametrize(
    ("customer", "product", "name"),
    [
        # 24 at 2.95 of invoice 537626, before 12 ear muffs at 4.65.
        ("12347", "84558A", "3D DOG PICTURE PLAYING CARDS"),
        # 6 at 4.25 of invoice 536365, the first of the file.
        ("17850", "21730", "GLASS STAR FROSTED T-LIGHT HOLDER"),
        # 74,215 pieces, given back 16 minutes later.
        ("12346", "23166", "MEDIUM CERAMIC TOP STORAGE JAR"),
    ],
)
def test_the_first_product_is_the_largest_line_of_the_first_invoice(
    online_retail: Shop, customer: str, product: str, name: str
) -> None:
    found = online_retail.rows(
        "select first_product_id, first_product_name, first_store from intermediate.int_customers__first_purchase"
        " inner join durable.identity.customer_keys using (customer_id) where customer_key = $1",
        (customer,),
    )
    assert found == [(product, name, None)]


def test_there_are_cohorts_by_product_but_none_by_store(online_retail: Shop) -> None:
    assert online_retail.rows(
        "select dimension, count(distinct member) from marts.cohort_values group by dimension"
    ) == [("product", 51)]


def test_the_reconciliation_leads_from_the_sum_of_the_file_to_the_revenue_of_the_customers(online_retail: Shop) -> None:
    lines = online_retail.rows(
        "select line, rows, orders, amount from marts.revenue_reconciliation order by line_number"
    )
    assert lines == [
        ("gross", 532_619, 22_062, Decimal("10666684.54")),
        ("credit notes", 9_290, 3_838, Decimal("-918936.61")),
        ("total of the source", 541_909, 25_900, Decimal("9747747.93")),
        ("lines without a customer", 135_080, 3_710, Decimal("-1447682.12")),
        ("not converted", 0, 0, Decimal(0)),
        ("test", 0, 0, Decimal(0)),
        ("pending", 0, 0, Decimal(0)),
        ("cancelled", 0, 0, Decimal(0)),
        ("dated as_of or later", 0, 0, Decimal(0)),
        ("refunds", 0, 0, Decimal(0)),
        ("net revenue", 406_829, 22_190, Decimal("8300065.81")),
    ]


@pytest.mark.parametrize(
    ("what", "sql", "known"),
    [
        ("invoices", "select count(*) from marts.fct_orders", 25_900),
        ("lines", "select sum(line_count) from marts.fct_orders", 541_909),
        ("customers with an id", "select count(*) from marts.dim_customers", 4_372),
        ("buyers", "select count(*) from marts.customer_360 where orders > 0", 4_338),
        (
            "what buyers paid before credit notes",
            "select sum(amount) from marts.fct_orders where is_valid and customer_id is not null",
            Decimal("8911407.90"),
        ),
        ("revenue by day", "select sum(revenue) from marts.daily_sales", Decimal("8300065.81")),
        ("days from first to last", "select count(*) from marts.daily_sales", 374),
        ("lifetime values", "select sum(historic_clv) from marts.customer_360", Decimal("8300065.81")),
    ],
)
def test_known_totals(online_retail: Shop, what: str, sql: str, known: object) -> None:
    assert online_retail.value(sql) == known, what


def test_every_active_customer_lies_in_the_bands_of_the_scores(online_retail: Shop) -> None:
    outside = online_retail.rows(
        """
        select customer_id, metric, value, stated.score
        from (
            unpivot (select customer_id, recency::decimal(18, 4) as recency, frequency::decimal(18, 4) as frequency,
                monetary::decimal(18, 4) as monetary from marts.fct_customer_rfm where is_active)
            on recency, frequency, monetary into name metric value value
        ) as measured
        inner join (
            unpivot (select customer_id, r_score as recency, f_score as frequency, m_score as monetary
                from marts.fct_customer_rfm where is_active)
            on recency, frequency, monetary into name metric value score
        ) as stated using (customer_id, metric)
        left join marts.rfm_thresholds as band
                on band.metric = measured.metric and band.score = stated.score and band.as_of = date '2011-12-10'
        where not coalesce(value >= coalesce(value_from, value) and (value_to is null or value < value_to), false)
        """
    )
    assert outside == []


def test_scores_of_equal_size_are_filled_evenly(online_retail: Shop) -> None:
    shares = online_retail.rows(
        "select score, share from marts.rfm_thresholds where metric = 'monetary' and as_of = date '2011-12-10'"
        " order by score"
    )
    assert [score for score, _ in shares] == [1, 2, 3, 4, 5]
    assert all(abs(float(share) - 0.2) < 0.001 for _, share in shares)


def test_all_checks_pass(online_retail: Shop) -> None:
    assert online_retail.findings() == []


def test_the_moves_of_one_customer_are_those_that_a_person_finds_with_the_cut_points(online_retail: Shop) -> None:
    """Customer 12394 bought for 381.08 on 6 May 2011 and for 891.40 on 7 October; DECISIONS 55 says what a cause is."""
    moves = online_retail.rows(
        "select cast(as_of as varchar), from_segment, to_segment, cause from marts.segment_events"
        " inner join durable.identity.customer_keys using (customer_id) where customer_key = '12394' order by as_of"
    )
    assert moves == [
        ("2011-06-01", None, "Promising", "own behaviour"),
        # 87 days: score 2 by July's cut points (from 75 days) and by August's (from 82).
        ("2011-08-01", "Promising", "About To Sleep", "passing of time"),
        # 381.08 was score 3 by August's cut points (from 371.88) and is 2 by September's (3 from 386.15).
        ("2011-09-01", "About To Sleep", "Hibernating", "threshold drift"),
        # Without the second order: 179 days and 381.08, still 212 by November's cut points.
        ("2011-11-01", "Hibernating", "Promising", "own behaviour"),
        # 55 days: score 3 by November's cut points (from 36 days) and by December's (from 32).
        ("2011-12-01", "Promising", "Need Attention", "passing of time"),
    ]
    cuts = online_retail.rows(
        "select cast(as_of as varchar), metric, score, cast(value_from as double) from marts.rfm_thresholds"
        " where (metric, score) in (('recency', 2), ('recency', 3), ('monetary', 3)) order by all"
    )
    assert {
        (as_of[:7], metric, score): value for as_of, metric, score, value in cuts if as_of >= "2011-07"
    }.items() >= {
        ("2011-07", "recency", 2): 75.0,
        ("2011-08", "recency", 2): 82.0,
        ("2011-08", "monetary", 3): 371.88,
        ("2011-09", "monetary", 3): 386.15,
        ("2011-11", "recency", 3): 36.0,
    }.items()
