"""When refunds and credit notes lower what a customer is worth, to the day (DECISIONS 3, 4 and 30)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.warehouse import books
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.settings import PolicySettings, RfmSettings, Settings

# As of 31 March 2024 with 80 days: the window goes from 11 January to 30 March.
ORDERS = """
    select * from (values
        -- customer, order, day, amount, status, refunded_amount, refund_date
        ('partial',    'p1', '2024-01-20', 100, 'paid',        40, '2024-03-10'),
        ('full',       'f1', '2024-02-01',  80, 'refunded',    80, '2024-03-01'),
        ('full',       'f2', '2024-02-02',  10, 'paid',      null, null),
        ('unstated',   'u1', '2024-02-01',  70, 'refunded',  null, '2024-03-01'),
        ('unstated',   'u2', '2024-02-02',  10, 'paid',      null, null),
        ('undated',    'd1', '2024-02-01',  60, 'refunded',     0, null),
        ('undated',    'd2', '2024-02-02',  10, 'paid',      null, null),
        ('paid back',  'b1', '2024-02-01',  50, 'paid',        50, '2024-02-20'),
        ('generous',   'g1', '2024-02-01',  20, 'paid',        25, '2024-02-20'),
        ('old',        'o1', '2023-12-01', 200, 'paid',        50, '2024-02-01'),
        ('old',        'o2', '2024-02-10',  30, 'paid',      null, null),
        ('lapsed',     'x1', '2023-12-01', 200, 'paid',        50, '2024-02-01'),
        ('first day',  'e1', '2023-12-01', 100, 'paid',         7, '2024-01-11'),
        ('first day',  'e2', '2024-02-10',  30, 'paid',      null, null),
        ('day before', 'h1', '2023-12-01', 100, 'paid',         7, '2024-01-10'),
        ('day before', 'h2', '2024-02-10',  30, 'paid',      null, null),
        ('last day',   'y1', '2024-02-10',  40, 'paid',        15, '2024-03-30'),
        ('too late',   'l1', '2024-02-10',  40, 'paid',        15, '2024-03-31'),
        ('too early',  'w1', '2024-02-10',  40, 'paid',        15, '2024-02-01'),
        ('called off', 'c1', '2024-02-01',  99, 'cancelled',   99, '2024-02-05'),
        ('called off', 'c2', '2024-02-02',  10, 'paid',      null, null),
        ('creditor',   'k1', '2024-02-01', 100, 'paid',      null, null),
        ('creditor',   'k2', '2024-03-01', -25, 'paid',        25, '2024-03-01'),
        ('only note',  'n1', '2024-03-01', -25, 'paid',      null, null),
        ('old note',   'q1', '2023-12-01', -25, 'paid',      null, null),
        ('old note',   'q2', '2024-02-10',  30, 'paid',      null, null),
        ('refund row', 'r1', '2024-02-01',  30, 'paid',      null, null),
        ('refund row', 'r2', '2024-02-05', -30, 'refunded',  null, null),
        (null,         'z1', '2024-02-01',  60, 'paid',        20, '2024-03-05')
    ) as orders (customer_key, order_id, order_date, amount, status, refunded_amount, refund_date)"""


def _settings(refund_on: str) -> Settings:
    return Settings(
        policy=PolicySettings.model_validate({"refund_on": refund_on}),
        rfm=RfmSettings.model_validate({"as_of": "2024-03-31", "window_days": 80}),
    )


@pytest.fixture(scope="module")
def by_refund_date(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("by_refund_date"), _settings("refund_date"), engine=engine, orders=ORDERS)


@pytest.fixture(scope="module")
def by_order_date(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("by_order_date"), _settings("order_date"), engine=engine, orders=ORDERS)


@pytest.mark.parametrize(
    ("customer", "on_refund_date", "on_order_date"),
    [
        ("partial", (71, 1, 60), (71, 1, 60)),
        # A refunded order is no valid order: the recency and frequency are those of the other one.
        ("full", (58, 1, 10), (58, 1, 10)),
        ("unstated", (58, 1, 10), (58, 1, 10)),
        ("undated", (58, 1, 10), (58, 1, 10)),
        # Its status says completed, so it stays an order, of which nothing is left.
        ("paid back", (59, 1, 0), (59, 1, 0)),
        ("generous", (59, 1, -5), (59, 1, -5)),
        # The order is before the window, its refund in it.
        ("old", (50, 1, -20), (50, 1, 30)),
        ("lapsed", (81, 0, 0), (81, 0, 0)),
        ("first day", (50, 1, 23), (50, 1, 30)),
        ("day before", (50, 1, 30), (50, 1, 30)),
        ("last day", (50, 1, 25), (50, 1, 25)),
        # Restating an order needs no day of the refund, so it is not awaited either.
        ("too late", (50, 1, 40), (50, 1, 25)),
        ("too early", (50, 1, 25), (50, 1, 25)),
        ("called off", (58, 1, 10), (58, 1, 10)),
        ("creditor", (59, 1, 75), (59, 1, 75)),
        ("only note", (81, 0, 0), (81, 0, 0)),
        ("old note", (50, 1, 30), (50, 1, 30)),
        ("refund row", (59, 1, 0), (59, 1, 0)),
    ],
)
def test_a_refund_counts_in_the_window_by_the_day_that_the_policy_says(
    by_refund_date: Shop,
    by_order_date: Shop,
    customer: str,
    on_refund_date: tuple[int, int, int],
    on_order_date: tuple[int, int, int],
) -> None:
    assert books.values(by_refund_date)[customer] == on_refund_date
    assert books.values(by_order_date)[customer] == on_order_date


def test_a_refund_lowers_the_month_of_its_day_or_that_of_its_order(by_refund_date: Shop, by_order_date: Shop) -> None:
    assert books.months(by_refund_date, "partial") == [("2024-01", 1, 100), ("2024-03", 0, -40)]
    assert books.months(by_order_date, "partial") == [("2024-01", 1, 60)]
    assert books.months(by_refund_date, "unstated") == [("2024-02", 1, 80), ("2024-03", 0, -70)]
    assert books.months(by_order_date, "unstated") == [("2024-02", 1, 10)]
    # The day before the order cannot be the day of its refund: the order's own day is.
    assert books.months(by_refund_date, "too early") == [("2024-02", 1, 25)]


def test_what_is_refunded_outside_the_window_counts_in_the_lifetime(by_refund_date: Shop) -> None:
    worth = books.lifetime(by_refund_date)
    assert (worth["old"], worth["lapsed"], worth["day before"]) == (180, 150, 123)
    assert (worth["only note"], worth["old note"]) == (-25, 5)


def test_who_has_credit_notes_alone_has_no_scores_and_is_no_cohort(by_refund_date: Shop) -> None:
    found = by_refund_date.rows(
        "select rfm_score, segment from marts.customer_segments inner join durable.identity.customer_keys"
        " using (customer_id) where customer_key = 'only note'"
    )
    assert found == [(None, "Prospect")]
    # 18 customers, and the one of the credit note is in no cohort; 'full' and its like have another order.
    assert by_refund_date.value("select sum(cohort_size) from marts.cohort_retention where month_number = 0") == 17


def test_a_refund_of_nobody_known_lowers_the_column_of_nobody_known(by_refund_date: Shop, by_order_date: Shop) -> None:
    days = "select date, revenue_without_customer from marts.daily_sales where revenue_without_customer <> 0 order by 1"
    assert [(str(day), money) for day, money in by_refund_date.rows(days)] == [("2024-02-01", 60), ("2024-03-05", -20)]
    assert [(str(day), money) for day, money in by_order_date.rows(days)] == [("2024-02-01", 40)]


def test_by_refund_date_the_books_lead_from_gross_to_net(by_refund_date: Shop) -> None:
    assert books.lines(by_refund_date) == [
        ("gross", 25, 1549),
        ("credit notes", 4, -105),
        ("total of the source", 29, 1444),
        ("lines without a customer", 1, -60),
        ("cancelled", 1, -99),
        ("refunds", 12, -469),
        ("net revenue", 27, 816),
    ]
    assert books.notes(by_refund_date) == [
        ("refunds taken off on the day of the order", 1, 60),
        ("refunds dated as_of or later: not taken off yet", 1, 15),
    ]
    assert set(books.net_of_each_table(by_refund_date).values()) == {Decimal(816)}
    assert by_refund_date.findings() == []


def test_by_order_date_the_books_lead_from_gross_to_net(by_order_date: Shop) -> None:
    assert books.lines(by_order_date) == [
        ("gross", 25, 1549),
        ("credit notes", 4, -105),
        ("total of the source", 29, 1444),
        ("lines without a customer", 1, -60),
        ("cancelled", 1, -99),
        ("refunds", 13, -484),
        ("net revenue", 27, 801),
    ]
    assert books.notes(by_order_date) == [("refunds taken off on the day of the order", 13, 484)]
    assert set(books.net_of_each_table(by_order_date).values()) == {Decimal(801)}
    assert by_order_date.findings() == []
