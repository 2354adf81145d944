"""Money in several currencies: the rate of the order's day, missing rates, mixed orders (DECISIONS 40)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.warehouse import books
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.settings import PolicySettings, Settings, ShopSettings

# The dollar has no rate from 26 February to 4 March, over a leap day; the pound is worth more than one; EUR is at home.
RATES = """date,currency,rate
2024-01-10,USD,0.9
2024-01-12,USD,0.8
2024-02-25,USD,0.95
2024-03-05,USD,0.9137
2024-03-05, gbp,1.17
2024-03-05,EUR,2
"""
ORDERS = """
    select * from (values
        -- customer, order, day, amount, currency, status, refunded_amount, refund_date
        ('before',   'u1', '2024-01-09',  100, 'USD', 'paid',      null, null),
        ('rates',    'u2', '2024-01-10',  100, 'USD', 'paid',      null, null),
        ('rates',    'u3', '2024-01-11',  100, 'USD', 'paid',      null, null),
        ('rates',    'u4', '2024-01-12',  100, 'USD', 'paid',      null, null),
        ('rates',    'u5', '2024-01-19',  100, 'USD', 'paid',      null, null),
        ('after',    'u6', '2024-01-20',  100, 'USD', 'paid',      null, null),
        ('leap',     'l1', '2024-02-29',  100, 'USD', 'paid',      null, null),
        ('leap',     'l2', '2024-03-03',  100, 'USD', 'paid',      null, null),
        ('leap',     'l3', '2024-03-04',  100, 'USD', 'paid',      null, null),
        ('halves',   'h1', '2024-03-05', 0.05, 'USD', 'paid',      null, null),
        ('halves',   'h2', '2024-03-05', 0.50, 'GBP', 'paid',      null, null),
        ('returner', 'r1', '2024-01-10',   50, 'USD', 'paid',        20, '2024-03-05'),
        ('returner', 'r2', '2024-01-10',   50, 'USD', 'refunded',  null, '2024-03-05'),
        ('creditor', 'k1', '2024-01-10',  100, 'USD', 'paid',      null, null),
        ('creditor', 'k2', '2024-03-05', -100, 'USD', 'paid',      null, null),
        ('home',     'e1', '2024-03-05',   30, 'EUR', 'paid',      null, null),
        ('home',     'e2', '2024-03-05',   20, null,  'paid',      null, null),
        ('abroad',   'j1', '2024-03-05', 5000, 'JPY', 'paid',      1000, '2024-03-06'),
        ('abroad',   'j2', '2024-03-05', 7000, 'JPY', 'cancelled', null, null),
        ('abroad',   'j3', '2024-03-05', -100, 'JPY', 'paid',      null, null)
    ) as orders (customer_key, order_id, order_date, amount, currency, status, refunded_amount, refund_date)"""
LINES = """
    select *, 'till' as source, timestamp '2024-03-05 10:00:00' as ordered_at from (values
        ('pure',  'p1', 1, 10, 'USD'), ('pure',  'p1', 2, 5, null), ('mixed', 'm1', 1, 10, 'USD'),
        ('mixed', 'm1', 1, 10, 'EUR')
    ) as lines (customer_key, order_id, quantity, unit_price, currency)"""


@pytest.fixture(scope="module")
def shop(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("currencies")
    rates = folder / "rates.csv"
    rates.write_text(RATES, encoding="utf-8")
    settings = Settings(shop=ShopSettings(currency="EUR"), policy=PolicySettings(fx_file=rates))
    return Shop(folder / "warehouse", settings, engine=engine, orders=ORDERS, order_lines=LINES)


def _order(shop: Shop, order_id: str) -> tuple[Decimal | None, Decimal | None, bool]:
    (found,) = shop.rows("select amount, fx_rate, is_valid from marts.fct_orders where order_id = $1", (order_id,))
    return found


@pytest.mark.parametrize(
    ("order", "amount", "rate"),
    [
        ("u1", None, None),
        ("u2", "90", "0.9"),
        ("u3", "90", "0.9"),
        ("u4", "80", "0.8"),
        # Seven days after the last rate it still holds, eight days after no more.
        ("u5", "80", "0.8"),
        ("u6", None, None),
        # 29 February is a day like any other: 3 March is the seventh after 25 February.
        ("l1", "95", "0.95"),
        ("l2", "95", "0.95"),
        ("l3", None, None),
        # 0.05 * 0.9137 = 0.045685 and 0.50 * 1.17 = 0.585: halves go away from zero.
        ("h1", "0.05", "0.9137"),
        ("h2", "0.59", "1.17"),
        # The file has a rate for the currency at home, which is 1 by definition.
        ("e1", "30", "1"),
        ("e2", "20", "1"),
        ("k2", "-91.37", "0.9137"),
        ("j1", None, None),
        # The currency stands on one of the lines and is that of all: (10 + 2 * 5) * 0.9137.
        ("p1", "18.27", "0.9137"),
        ("m1", None, None),
    ],
)
def test_an_order_is_worth_what_it_was_on_its_day_or_nothing_is_said(
    shop: Shop, order: str, amount: str | None, rate: str | None
) -> None:
    expected = (amount and Decimal(amount), rate and Decimal(rate))
    assert _order(shop, order)[:2] == expected
    if amount is None:
        assert not _order(shop, order)[2]


def test_a_refund_is_converted_at_the_rate_of_its_order(shop: Shop) -> None:
    # 20 and 50 USD at 0.9, though the dollar is at 0.9137 on the day they go back.
    assert books.months(shop, "returner") == [("2024-01", 1, Decimal(90)), ("2024-03", 0, Decimal(-63))]
    assert books.lifetime(shop)["returner"] == 27


def test_a_credit_note_is_converted_at_its_own_day_for_it_names_no_order(shop: Shop) -> None:
    assert books.lifetime(shop)["creditor"] == Decimal("-1.37")


def test_every_order_without_a_rate_is_named_whatever_its_status_and_stops_the_publishing(shop: Shop) -> None:
    # The gross line is in one currency, so a cancelled order needs a rate too.
    (finding,) = shop.findings()
    assert (finding.name, finding.status, finding.failures) == ("every_order_is_converted", "fail", 7)
    named = "select order_id, currency from marts.fct_orders where fx_rate is null order by order_id"
    assert shop.rows(named) == [
        ("j1", "JPY"),
        ("j2", "JPY"),
        ("j3", "JPY"),
        ("l3", "USD"),
        ("m1", "EUR and USD"),
        ("u1", "USD"),
        ("u6", "USD"),
    ]


def test_who_bought_only_without_a_rate_is_worth_nothing_rather_than_a_guess(shop: Shop) -> None:
    assert books.values(shop)["abroad"] == books.values(shop)["mixed"] == (366, 0, 0)


def test_the_books_lead_from_gross_to_net_and_what_is_not_converted_stands_apart(shop: Shop) -> None:
    # Gross, converted: 90 + 90 + 80 + 80 + 95 + 95 + 0.05 + 0.59 + 45 + 45 + 90 + 30 + 20 + 18.27 = 778.91;
    # not converted, as reported: 100 + 100 + 100 + 5000 + 7000 + 20 - 100 = 12220.
    assert books.lines(shop) == [
        ("gross", 20, Decimal("13098.91")),
        ("credit notes", 2, Decimal("-191.37")),
        ("total of the source", 22, Decimal("12907.54")),
        ("not converted", 7, Decimal(-12220)),
        ("refunds", 2, Decimal(-63)),
        ("net revenue", 15, Decimal("624.54")),
    ]
    assert set(books.net_of_each_table(shop).values()) == {Decimal("624.54")}
    assert shop.rows(
        "select source, amount from marts.revenue_reconciliation where line = 'net revenue' order by source"
    ) == [("till", Decimal("18.27")), ("web", Decimal("606.27"))]


def test_without_a_reporting_currency_the_commonest_is_it_and_others_are_not_converted(
    engine: Opener, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, engine=engine, orders=ORDERS)
    assert shop.value("select currency from intermediate.int_run_parameters") == "USD"
    assert _order(shop, "u1") == (100, 1, True)
    assert _order(shop, "e1") == (None, None, False)
    assert books.errors(shop) == ["every_order_is_converted"]
