"""Which orders count: status words, tests, zeros, several a day, orders of the future (DECISIONS 4 and 31)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.warehouse import books
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.settings import PolicySettings, RfmSettings, Settings

ORDERS = """
    select * from (values
        -- customer, order, day, amount, status, refunded_amount
        ('ann',  'a1', '2024-03-01', 10, 'paid',             null),
        ('ann',  'a2', '2024-03-01', 10, 'paid',             null),
        ('ann',  'a3', '2024-03-01',  5, 'shipped',          null),
        ('ben',  'b1', '2024-03-01', 20, 'partially_refunded',  5),
        ('ben',  'b2', '2024-03-10',  0, 'paid',             null),
        ('cem',  'c1', '2024-03-02', 40, 'voided',           null),
        ('cem',  'c2', '2024-03-03', 40, 'authorized',       null),
        ('cem',  'c3', '2024-03-04', 40, 'test order',       null),
        ('cem',  'c4', '2024-03-05',  0, 'paid',             null),
        ('dot',  'd1', '2024-03-06',  7, 'zugestellt',       null),
        ('dot',  'd2', '2024-03-07',  8, 'zugestellt',       null),
        ('dot',  'd3', '2024-03-08',  0, 'by drone',         null),
        ('dot',  'd4', '2024-03-09', -3, 'by drone',         null),
        ('eve',  'e1', '2024-03-06',  9, null,               null),
        ('eve',  'e2', '2024-03-12', 99, 'test',             null),
        ('eve',  'e3', '2024-03-13',  0, 'paid',             null),
        ('eve',  'e4', '2024-03-14', -1, 'cancelled',        null)
    ) as orders (customer_key, order_id, order_date, amount, status, refunded_amount)"""


@pytest.fixture(scope="module")
def shop(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("orders"), engine=engine, orders=ORDERS)


@pytest.fixture(scope="module")
def strict(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Words that are not known are pending, but one of them the shop has explained."""
    policy = {"unknown_status": "pending", "status_words": {" Zugestellt ": "completed"}}
    settings = Settings(policy=PolicySettings.model_validate(policy))
    return Shop(tmp_path_factory.mktemp("strict"), settings, engine=engine, orders=ORDERS)


def test_the_newest_valid_order_sets_as_of_and_no_test_zero_or_credit_note_does(shop: Shop) -> None:
    # dot's order of 7 March: later are a free one, credit notes and tests.
    assert str(shop.value("select as_of from intermediate.int_run_parameters")) == "2024-03-08"


def test_several_orders_of_one_day_are_as_many_orders(shop: Shop) -> None:
    assert books.values(shop)["ann"] == (7, 3, 25)
    found = shop.rows(
        "select orders, customers, new_customers, revenue from marts.daily_sales where date = '2024-03-01'"
    )
    assert found == [(4, 2, 2, Decimal(40))]
    behaviour = shop.rows(
        "select orders, average_days_between_orders from marts.customer_behavior_metrics"
        " inner join durable.identity.customer_keys using (customer_id) where customer_key = 'ann'"
    )
    # One day is one occasion, and between one occasion and the next there is nothing to measure.
    assert behaviour == [(3, None)]


def test_who_had_only_tests_zeros_and_cancelled_orders_never_bought(shop: Shop) -> None:
    assert books.values(shop)["cem"] == (366, 0, 0)
    assert "cem" not in books.lifetime(shop)


def test_a_free_order_is_a_purchase_in_retention_and_nothing_else(shop: Shop) -> None:
    purchases = shop.rows(
        "select customer_key, purchases, orders from marts.customer_purchase_trends"
        " inner join durable.identity.customer_keys using (customer_id) where customer_key in ('cem', 'ben') order by 1"
    )
    assert purchases == [("ben", 1, 1), ("cem", 1, 0)]
    assert shop.value("select cohort_size from marts.cohort_retention where month_number = 0") == 5


def test_an_order_without_a_status_is_completed_even_where_unknown_words_are_not(shop: Shop, strict: Shop) -> None:
    assert books.values(shop)["eve"][1:] == (1, 9)
    assert books.values(strict)["eve"][1:] == (1, 9)


def test_unknown_words_count_as_completed_unless_the_policy_says_otherwise(shop: Shop, strict: Shop) -> None:
    assert books.values(shop)["dot"] == (1, 2, 15)
    # The word that the shop explained is completed; the other is pending.
    assert books.values(strict)["dot"] == (1, 2, 15)
    assert strict.value("select status from marts.fct_orders where order_id = 'd4'") == "pending"


def test_unknown_words_are_warned_of_with_their_counts(shop: Shop, strict: Shop) -> None:
    (warning,) = shop.findings()
    assert (warning.name, warning.status, warning.failures) == ("every_status_word_is_known", "warn", 2)
    assert "word zugestellt, taken_as completed, orders 2" in warning.sample
    (warning,) = strict.findings()
    assert warning.sample == "source web, word by drone, taken_as pending, orders 2"


def test_the_books_lead_from_gross_to_net_with_every_odd_order_named(shop: Shop) -> None:
    # As of 8 March; ben's free order, dot's third and fourth and all of eve's but the first are later.
    assert books.lines(shop) == [
        ("gross", 15, 288),
        ("credit notes", 2, -4),
        ("total of the source", 17, 284),
        ("test", 2, -139),
        ("pending", 1, -40),
        ("cancelled", 2, -39),
        ("dated as_of or later", 4, 3),
        ("refunds", 1, -5),
        ("net revenue", 8, 64),
    ]
    assert books.notes(shop) == [
        ('status "by drone" is not known: taken as completed', 2, -3),
        ('status "zugestellt" is not known: taken as completed', 2, 15),
        ("orders of zero: no valid orders, but purchases in retention", 1, 0),
        ("refunds taken off on the day of the order", 1, 5),
    ]
    assert set(books.net_of_each_table(shop).values()) == {Decimal(64)}


def test_the_books_of_a_strict_policy_lead_from_gross_to_net(strict: Shop) -> None:
    assert books.lines(strict)[3:] == [
        ("test", 2, -139),
        ("pending", 3, -37),
        ("cancelled", 2, -39),
        ("dated as_of or later", 2, 0),
        ("refunds", 1, -5),
        ("net revenue", 8, 64),
    ]
    assert set(books.net_of_each_table(strict).values()) == {Decimal(64)}


LINES = """
    select *, timestamp '2024-03-01 10:00:00' as ordered_at from (values
        ('ann', 'a1', 1, 10, 'shipped'), ('ann', 'a1', 2, 5, 'cancelled'),
        ('ben', 'b1', 1, 10, 'shipped'), ('ben', 'b1', 2, 5, 'paid')
    ) as lines (customer_key, order_id, quantity, unit_price, status)"""


def test_an_order_cancelled_in_part_is_reported_and_is_what_the_shop_says_of_it(engine: Opener, tmp_path: Path) -> None:
    shop = Shop(tmp_path, engine=engine, order_lines=LINES)
    assert books.notes(shop) == [('status "cancelled and shipped" is not known: taken as completed', 1, 20)]
    assert books.lifetime(shop) == {"ann": 20, "ben": 20}
    words = {"status_words": {"cancelled and shipped": "cancelled"}}
    shop.build(Settings(policy=PolicySettings.model_validate(words)))
    assert books.lines(shop) == [
        ("gross", 2, 40),
        ("total of the source", 2, 40),
        ("cancelled", 1, -20),
        ("net revenue", 1, 20),
    ]
    assert shop.findings() == []


FUTURE = """
    select * from (values
        ('ann', 'a1', '2024-03-01', 10), ('ann', 'a2', '2024-03-05', 20), ('ben', 'b1', '2204-03-01', 40)
    ) as orders (customer_key, order_id, order_date, amount)"""


def _landed(shop: Shop, day: str) -> Shop:
    """The same shop, all of whose orders were landed on one day."""
    with shop.staged() as durable:
        durable.execute(
            "insert into ops.loads by name select 1 as load_id, 'landed' as status, $1::timestamp as started_at", (day,)
        )
    return shop


def test_an_order_of_a_mistyped_year_moves_as_of_and_is_warned_of(
    engine: Opener, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop = _landed(Shop(tmp_path_factory.mktemp("future"), engine=engine, orders=FUTURE), "2024-03-06 12:00:00")
    assert str(shop.value("select as_of from intermediate.int_run_parameters")) == "2204-03-02"
    (warning,) = shop.findings()
    assert (warning.name, warning.status) == ("no_order_is_dated_after_it_was_landed", "warn")
    assert warning.sample == "source web, order_id b1, order_date 2204-03-01"
    assert set(books.net_of_each_table(shop).values()) == {Decimal(70)}


def test_as_of_leaves_orders_of_the_future_out_and_the_books_say_so(
    engine: Opener, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(rfm=RfmSettings.model_validate({"as_of": "2024-03-06"}))
    # Landed the evening before in UTC: the day after is still taken for the shop's own.
    shop = _landed(
        Shop(tmp_path_factory.mktemp("as_of"), settings, engine=engine, orders=FUTURE), "2024-03-04 23:00:00"
    )
    # Ben is not in the base yet: the first thing that is dated of him lies ahead.
    assert books.values(shop) == {"ann": (1, 2, 30)}
    assert books.lines(shop) == [
        ("gross", 3, 70),
        ("total of the source", 3, 70),
        ("dated as_of or later", 1, -40),
        ("net revenue", 2, 30),
    ]
    assert set(books.net_of_each_table(shop).values()) == {Decimal(30)}
    assert [check.sample for check in shop.findings()] == ["source web, order_id b1, order_date 2204-03-01"]
