"""Which orders count, how much and when: statuses, refunds, credit notes, currencies (DECISIONS 3 and 4)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.settings import PolicySettings, RfmSettings, Settings, ShopSettings

ORDERS = """
    select * from (values
        -- customer, order, day, amount, status, refunded_amount, refund_date, currency
        ('buyer',      'b1', '2024-01-10',  100, 'paid',      null, null,         null),
        ('buyer',      'b2', '2024-02-10',   50, null,        null, null,         null),
        ('buyer',      'b3', '2024-02-11',    0, 'paid',      null, null,         null),
        ('buyer',      'b4', '2024-02-12',  999, 'cancelled', null, null,         null),
        ('buyer',      'b5', '2024-02-13',  999, 'pending',   null, null,         null),
        ('buyer',      'b6', '2024-02-14',  999, 'test',      null, null,         null),
        ('buyer',      'b7', '2024-02-15',   30, 'refunded',  null, null,         null),
        ('returner',   'r1', '2024-01-10',  100, 'paid',        40, '2024-03-10', null),
        ('returner',   'r2', '2024-01-11',  100, 'paid',         5, null,         null),
        ('creditor',   'k1', '2024-01-10',  100, 'paid',      null, null,         null),
        ('creditor',   'k2', '2024-03-10',  -25, 'paid',      null, null,         null),
        ('only_note',  'n1', '2024-03-10',  -25, 'paid',      null, null,         null),
        ('traveller',  't1', '2024-01-10',   10, 'paid',      null, null,         'EUR'),
        ('traveller',  't2', '2024-01-15',  100, 'paid',      null, null,         'USD'),
        ('traveller',  't3', '2024-01-20',  100, 'paid',      null, null,         'USD'),
        ('mysterious', 'm1', '2024-01-10',    7, 'zugestellt', null, null,        null),
        (null,         'x1', '2024-03-30', 1000, 'paid',      null, null,         null)
    ) as orders (customer_key, order_id, order_date, amount, status, refunded_amount, refund_date, currency)"""
CUSTOMERS = "select 'prospect' as customer_key, 'prospect' as source_customer_id"


def _settings(folder: Path, **sections: dict[str, object]) -> Settings:
    rates = folder / "rates.csv"
    rates.write_text("date,currency,rate\n2024-01-12,USD,0.9\n", encoding="utf-8")
    policy = {"fx_file": rates, **sections.get("policy", {})}
    return Settings(
        shop=ShopSettings(currency="EUR"),
        policy=PolicySettings.model_validate(policy),
        rfm=RfmSettings.model_validate(sections.get("rfm", {})),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("money")


@pytest.fixture(scope="module")
def shop(engine: Opener, folder: Path) -> Shop:
    return Shop(folder / "warehouse", _settings(folder), engine=engine, orders=ORDERS, customer_records=CUSTOMERS)


def _rfm(shop: Shop, customer: str) -> tuple[int, int, Decimal, str | None]:
    (found,) = shop.rows(
        "select recency, frequency, monetary, rfm_score from marts.fct_customer_rfm"
        " inner join durable.identity.customer_keys using (customer_id) where customer_key = $1",
        (customer,),
    )
    return found


def test_only_completed_orders_with_a_positive_total_count(shop: Shop) -> None:
    recency, frequency, monetary, _ = _rfm(shop, "buyer")
    assert (recency, frequency, monetary) == (50, 2, Decimal(150))


def test_as_of_is_the_day_after_the_newest_valid_order_also_of_an_unknown_customer(shop: Shop) -> None:
    assert str(shop.value("select as_of from intermediate.int_run_parameters")) == "2024-03-31"


def test_refunds_and_credit_notes_lower_monetary_but_not_frequency(shop: Shop) -> None:
    assert _rfm(shop, "returner")[1:3] == (2, Decimal(155))
    assert _rfm(shop, "creditor")[1:3] == (1, Decimal(75))


def test_who_has_a_credit_note_alone_never_bought(shop: Shop) -> None:
    assert _rfm(shop, "only_note") == (366, 0, Decimal(0), None)
    assert _rfm(shop, "prospect") == (366, 0, Decimal(0), None)
    names = shop.rows(
        "select customer_key from marts.customer_segments inner join durable.identity.customer_keys"
        " using (customer_id) where segment = 'Prospect' order by 1"
    )
    assert names == [("only_note",), ("prospect",)]


def test_an_order_is_converted_at_the_latest_rate_of_the_last_seven_days(shop: Shop) -> None:
    found = shop.rows(
        "select order_id, amount, original_amount, cast(fx_rate as double), is_valid from marts.fct_orders"
        " where order_id in ('t1', 't2', 't3') order by order_id"
    )
    assert found == [
        ("t1", Decimal(10), Decimal(10), 1, True),
        ("t2", Decimal(90), Decimal(100), 0.9, True),
        ("t3", None, Decimal(100), None, False),
    ]


def test_a_missing_rate_is_found_by_a_check_at_error_level(shop: Shop) -> None:
    (finding,) = (found for found in shop.findings() if found.severity == "error")
    assert (finding.name, finding.status, finding.failures) == ("every_order_is_converted", "fail", 1)
    assert "t3" in finding.sample
    assert "USD" in finding.sample


def test_every_order_that_does_not_count_is_named_in_the_reconciliation(shop: Shop) -> None:
    lines = shop.rows(
        "select line, rows, orders, amount from marts.revenue_reconciliation"
        " where amount <> 0 or orders <> 0 order by line_number"
    )
    assert lines == [
        ("gross", 15, 15, Decimal(4684)),
        ("credit notes", 2, 2, Decimal(-50)),
        ("total of the source", 17, 17, Decimal(4634)),
        ("lines without a customer", 1, 1, Decimal(-1000)),
        ("not converted", 1, 1, Decimal(-100)),
        ("test", 1, 1, Decimal(-999)),
        ("pending", 1, 1, Decimal(-999)),
        ("cancelled", 1, 1, Decimal(-999)),
        ("refunds", 3, 3, Decimal(-75)),
        ("net revenue", 12, 12, Decimal(462)),
    ]
    assert shop.value("select sum(lifetime_value) from marts.customer_behavior_metrics") == Decimal(462)


def test_a_refund_round_trip_leaves_nothing_but_the_order(shop: Shop) -> None:
    months = shop.rows(
        "select strftime(month, '%m'), orders, revenue from marts.customer_purchase_trends"
        " inner join durable.identity.customer_keys using (customer_id) where customer_key = 'returner' order by 1"
    )
    assert months == [("01", 2, Decimal(195)), ("03", 0, Decimal(-40))]


def test_nothing_dated_as_of_or_later_is_seen(engine: Opener, folder: Path, tmp_path: Path) -> None:
    settings = _settings(folder, rfm={"as_of": "2024-03-10", "window_days": 60})
    shop = Shop(tmp_path, settings, engine=engine, orders=ORDERS, customer_records=CUSTOMERS)
    assert _rfm(shop, "returner")[1:3] == (2, Decimal(195))
    assert _rfm(shop, "creditor")[1:3] == (1, Decimal(100))
    assert shop.value("select max(date) from marts.daily_sales") == shop.value("select date '2024-03-09'")
    assert shop.rows("select orders, amount from marts.revenue_reconciliation where line like 'dated%'") == [
        (2, Decimal(50))
    ]


def test_the_window_ends_window_days_before_as_of(engine: Opener, folder: Path, tmp_path: Path) -> None:
    settings = _settings(folder, rfm={"as_of": "2024-03-31", "window_days": 80})
    shop = Shop(tmp_path, settings, engine=engine, orders=ORDERS, customer_records=CUSTOMERS)
    # 11 January is 80 days before 31 March and counts; 10 January does not, nor does what was bought then.
    assert _rfm(shop, "returner")[:3] == (80, 1, Decimal(55))
    assert _rfm(shop, "creditor") == (81, 0, Decimal(0), "111")


def test_the_policy_can_let_refunds_count_on_the_day_of_the_order(engine: Opener, folder: Path, tmp_path: Path) -> None:
    shop = Shop(tmp_path, _settings(folder, policy={"refund_on": "order_date"}), engine=engine, orders=ORDERS)
    months = shop.rows(
        "select strftime(month, '%m'), orders, revenue from marts.customer_purchase_trends"
        " inner join durable.identity.customer_keys using (customer_id) where customer_key = 'returner'"
    )
    assert months == [("01", 2, Decimal(155))]


def test_unknown_status_words_follow_the_policy(engine: Opener, shop: Shop, folder: Path, tmp_path: Path) -> None:
    assert _rfm(shop, "mysterious")[1] == 1
    strict = Shop(tmp_path, _settings(folder, policy={"unknown_status": "pending"}), engine=engine, orders=ORDERS)
    assert _rfm(strict, "mysterious")[1] == 0
