"""Every vendor's export: known by its columns, landed as the vendor means it, and no row of it lost.

The files in tests/data/exports are made by hand in the shape of each export, with invented people and every quirk that
is known of it. Beside each stands what must come of it, a line per order: id | whose | shop time | amount | currency |
meaning of its status | refunded | refund date; and, after an empty line, a line per row that is set aside: its number |
field | reason | value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from tests.end_to_end import doors
from tests.end_to_end.exports import EXPORTS, Rows, expected, landed, orders, rejected, renamed, rewritten, shop

from regulars import run
from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import InputError
from regulars.land.given import Given
from regulars.land.stage import land, restage
from regulars.settings import Settings
from regulars.source_settings import SourceSettings
from regulars.sources import open_delivery
from regulars.sources.preset import shipped_presets

VENDORS = sorted(file.stem for file in EXPORTS.glob("*.csv"))
# The column that holds the money, its sum over the whole file, over the rows set aside, and over exact duplicates.
TOTALS = {
    "bigcommerce": ("Order Total (inc tax)", "1490.00", "0", "0.00"),
    "magento": ("Grand Total (Base)", "1915.50", "0", "0.00"),
    "paypal": ("Gross", "493.00", "-969.00", "0.00"),
    "shopify_orders": ("Total", "1724.29", "9.00", "0.00"),
    "square": ("Total Collected", "1286.62", "8.00", "0.00"),
    "stripe": ("Amount", "1702.50", "0", "0.00"),
    "woocommerce_order_export": ("order_total", "179.80", "0", "19.90"),
    "woocommerce_orders": ("Order Total Amount", "1453.00", "16.00", "48.00"),
}


@pytest.fixture
def durable(tmp_path: Path) -> Iterator[Session]:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    with engine.durable() as session:
        yield session


@pytest.mark.parametrize("vendor", sorted(TOTALS))
def test_an_export_becomes_the_orders_that_the_vendor_means(vendor: str, durable: Session) -> None:
    load = landed(durable, EXPORTS / f"{vendor}.csv", shop(vendor))
    assert (load.source, load.entity) == (vendor, "orders")
    assert (orders(durable), rejected(durable)) == expected(vendor)
    assert load.rows == load.staged + load.rejected + load.duplicates


@pytest.mark.parametrize("vendor", sorted(TOTALS))
def test_the_money_of_the_file_is_staged_set_aside_or_a_duplicate(vendor: str, durable: Session) -> None:
    column, total, aside, duplicates = TOTALS[vendor]
    with (EXPORTS / f"{vendor}.csv").open(encoding="utf-8-sig", newline="") as file:
        texts = [row[column] for row in csv.DictReader(file)]
    money = [re.sub(r"[$,)]", "", text).replace("(", "-") or "0" for text in texts]
    assert sum(map(Decimal, money)) == Decimal(total)
    landed(durable, EXPORTS / f"{vendor}.csv", shop(vendor))
    staged = durable.query("select sum(amount) from staging.orders").column(0)[0].as_py()
    assert staged == Decimal(total) - Decimal(aside) - Decimal(duplicates)


@pytest.mark.parametrize("vendor", sorted(TOTALS))
def test_a_file_landed_twice_or_staged_again_is_the_same(vendor: str, durable: Session) -> None:
    settings = shop(vendor)
    first = landed(durable, EXPORTS / f"{vendor}.csv", settings)
    assert land(durable, settings, [Given(open_delivery(EXPORTS / f"{vendor}.csv"), None, SourceSettings())]).known
    again = restage(durable, settings).loads[0]
    assert (again.staged, again.rejected, again.duplicates) == (first.staged, first.rejected, first.duplicates)
    assert orders(durable) == expected(vendor)[0]


def test_shopifys_customers_have_their_digits_their_consent_and_the_phone_of_their_orders(durable: Session) -> None:
    load = landed(durable, EXPORTS / "shopify_customers.csv", shop("shopify_customers"))
    assert (load.source, load.entity, load.staged, load.rejected) == ("shopify_customers", "customers", 6, 1)
    rows = durable.query(
        "select source_customer_id, email, phone, first_name, last_name, postcode, country, consent"
        " from staging.customer_records order by _row"
    ).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("7210448301121", "ada@example.com", None, "Ada", "Example", "02134", "US", True),
        ("7210448301122", "cy@example.com", None, "Cy", "O'Example", "10001", "US", False),
        ("7210448301123", "di@example.com", "+12125550199", "Di", "Placeholder", "10002", "US", True),
        ("7210448301124", "ed@example.com", None, "Ed", "Sample", "10003", "US", False),
        ("7210448301125", None, "+12125550147", None, None, None, "US", False),
        ("7210448301126", None, None, "Fay", "Example", "10004", "US", True),
    ]
    assert rejected(durable) == ["7 | source_customer_id | source_customer_id is missing"]


def test_woocommerces_analytics_report_is_refused_with_the_export_that_serves(durable: Session) -> None:
    path = EXPORTS / "woocommerce_analytics.csv"
    with pytest.raises(InputError, match=r"whose it is.*without e-mail or number.*Advanced Order Export"):
        landed(durable, path, shop("woocommerce_analytics"))
    names = SourceSettings(fields={"customer_id": '"Customer"'})
    assert landed(durable, path, shop("", woocommerce_analytics=names)).staged == 4
    assert orders(durable)[1] == "702 | Una Example | 2024-05-02 10:00:00 | 2.00 |  | completed"


def test_who_paid_by_paypal_in_month_first_dates_or_in_an_ambiguous_zone_says_so_once(
    durable: Session, tmp_path: Path
) -> None:
    def month_first(rows: Rows) -> Rows:
        return [row | {"Date": re.sub(r"(..)/(..)/", r"\2/\1/", row["Date"]), "TimeZone": "CST"} for row in rows]

    path = rewritten("paypal", tmp_path, month_first)
    with pytest.raises(InputError, match=r"month first in Date \(01/31/2024\)") as caught:
        landed(durable, path, shop("paypal"))
    formats = re.findall(r"%m/%d/%Y[^\"]*", str(caught.value))
    settings = shop("paypal", paypal=SourceSettings(date_formats=formats, timezone="America/Chicago"))
    assert landed(durable, path, settings).staged == 13
    assert orders(durable)[0] == "TX01 | email:ann@example.com | 2024-02-01 06:30:00 | 1250.00 | EUR | completed"


def test_bigcommerce_in_day_first_dates_is_refused_with_the_repair(durable: Session, tmp_path: Path) -> None:
    def day_first(rows: Rows) -> Rows:
        return [row | {"Order Date": re.sub(r"^(..)/(..)/", r"\2/\1/", row["Order Date"])} for row in rows]

    path = rewritten("bigcommerce", tmp_path, day_first)
    with pytest.raises(InputError, match=r"day first in Order Date .* read month first") as caught:
        landed(durable, path, shop("bigcommerce"))
    formats = re.findall(r"%d/%m/%Y[^\"]*", str(caught.value))
    written = [*formats, "%b %d %Y %H:%M:%S"]
    landed(durable, path, shop("", bigcommerce=SourceSettings(date_formats=written)))
    assert orders(durable) == expected("bigcommerce")[0]


def test_what_a_preset_sets_aside_is_the_settings_to_say(durable: Session) -> None:
    settings = shop("paypal", paypal=SourceSettings(fields={"set_aside": "null"}))
    assert landed(durable, EXPORTS / "paypal.csv", settings).staged == 19


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_preset_takes_its_own_export_and_no_other(vendor: str) -> None:
    columns = open_delivery(EXPORTS / f"{vendor}.csv").columns
    assert [name for name, preset in shipped_presets().items() if preset.fits(columns)] == [vendor]
    assert not [name for name, preset in shipped_presets().items() if preset.nearly_fits(columns)]


@pytest.mark.parametrize(
    "plain",
    [
        "order_id,customer_id,ordered_at,amount,currency,status,store,refunded_amount,discount",
        "customer_id,email,phone,first_name,last_name,created_at,consent",
        "order_id,customer_id,ordered_at,quantity,unit_price,product_id",
        "Transaction ID,Date,Time,Customer ID,Gross Sales,Status",
        "id,Created,Amount,Currency,Status,Customer Email",
        "Date,Name,Type,Status,Currency,Gross,Net,Transaction ID,Email",
        "id,created,amount,amount_refunded,currency,status,customer_email",
    ],
)
def test_plain_files_belong_to_no_vendor(plain: str) -> None:
    columns = plain.split(",")
    assert not [p.name for p in shipped_presets().values() if p.fits(columns) or p.nearly_fits(columns)]


@pytest.mark.parametrize("vendor", sorted(TOTALS))
def test_other_order_more_columns_and_another_case_change_nothing(
    vendor: str, durable: Session, tmp_path: Path
) -> None:
    def shuffled(rows: Rows) -> Rows:
        return [{"Colour": "red", **{k.upper(): row[k] for k in reversed(row)}, "Note 2": ""} for row in rows]

    landed(durable, rewritten(vendor, tmp_path, shuffled), shop(vendor))
    assert (orders(durable), rejected(durable)) == expected(vendor)


@pytest.mark.parametrize(
    ("vendor", "column", "to", "message"),
    [
        ("shopify_orders", "Total", "Total Price", "looks like Shopify's order export, but has no column Total"),
        ("shopify_orders", "Financial Status", None, "has no column Financial Status"),
        ("shopify_orders", "Currency", "Money", "read as Shopify's order export and has no column Currency.*currency"),
        ("paypal", "Type", "Kind", "looks like PayPal's activity download, but has no column Type"),
        ("square", "Event Type", None, "has no column Event Type"),
        ("square", "Total Collected", "Collected", "no column Total Collected.*The nearest is Collected"),
        ("woocommerce_orders", "Order Total Amount", "Total", "has no column Order Total Amount"),
        ("woocommerce_order_export", "order_date", None, "Column ordered_at is missing"),
        ("stripe", "Created date (UTC)", "Made", "looks like Stripe's.* no column Created date .UTC. or Created .UTC."),
        ("stripe", "Amount", None, "looks like Stripe's payment export, but has no column Amount"),
        ("magento", "Grand Total (Base)", "Sum", "looks like Magento's order grid export"),
        ("bigcommerce", "Order Total (inc tax)", "Sum", "looks like BigCommerce's order export"),
    ],
)
def test_a_renamed_or_missing_column_is_named(
    vendor: str, column: str, to: str | None, message: str, durable: Session, tmp_path: Path
) -> None:
    path = rewritten(vendor, tmp_path, renamed(column, to))
    with pytest.raises(InputError, match=message) as caught:
        landed(durable, path, shop(vendor))
    assert f"{vendor}.csv" in str(caught.value)
    assert "It has: " in str(caught.value)
    assert durable.query("select * from staging.orders").num_rows == 0


def test_a_near_miss_may_be_read_as_the_settings_say(durable: Session, tmp_path: Path) -> None:
    path = rewritten("paypal", tmp_path, renamed("Type", None))
    fields = {"order_id": '"Transaction ID"', "amount": '"Gross"', "email": '"From Email Address"'}
    settings = shop("paypal", orders=SourceSettings(entity="orders", fields=fields))
    assert landed(durable, path, settings).staged == 20


@pytest.mark.parametrize("vendor", ["shopify_customers", *sorted(TOTALS)])
def test_the_preview_shows_the_preset_and_which_column_serves_what(vendor: str, tmp_path: Path) -> None:
    done = doors.command("sources", "preview", str(EXPORTS / f"{vendor}.csv"), "--json", folder=tmp_path)
    [shown] = done.rows
    assert (shown["preset"], shown["source"]) == (vendor, vendor)
    serves = {row["column"]: row["field"] for row in shown["columns"]}
    assert {field for fields in serves.values() if fields for field in fields.split(", ")} == set(shown["fields"])
    assert shown["unmapped"] == [column for column, field in serves.items() if field is None]
    read = doors.command("sources", "preview", str(EXPORTS / f"{vendor}.csv"), folder=tmp_path)
    assert f"preset {vendor}" in " ".join(read.output.split())


@pytest.mark.slow
def test_exports_run_together_give_people_and_revenue_that_tie_back_to_the_files(tmp_path: Path) -> None:
    exports = [EXPORTS / f"{vendor}.csv" for vendor in ("shopify_orders", "shopify_customers", "square")]
    settings = Settings(shop={"timezone": "America/New_York", "country": "US", "currency": "USD"})  # type: ignore[arg-type]
    result = run(exports, settings=settings, warehouse=tmp_path / "warehouse")
    lines = result.sql(
        "select source, line, rows, amount from ops.reconciliation where kind = 'money' and rows > 0"
        " order by source, position"
    )
    assert [" | ".join(map(str, row.values())) for row in lines.to_pylist()] == [
        "shopify_orders | gross | 11 | 1715.29",
        "shopify_orders | total of the source | 11 | 1715.29",
        "shopify_orders | test | 1 | -1.00",
        "shopify_orders | pending | 1 | -12.00",
        "shopify_orders | cancelled | 2 | -46.00",
        "shopify_orders | refunds | 2 | -62.00",
        "shopify_orders | net revenue | 7 | 1594.29",
        "square | gross | 6 | 1314.62",
        "square | credit notes | 3 | -36.00",
        "square | total of the source | 9 | 1278.62",
        "square | lines without a customer | 1 | -12.96",
        "square | pending | 1 | -9.00",
        "square | net revenue | 7 | 1256.66",
    ]
    people = result.sql(
        "select first_name, orders, historic_clv, consent from customer_360 where orders > 0 order by 3"
    )
    assert [tuple(map(str, row.values())) for row in people.to_pylist()] == [
        ("None", "1", "7.00", "None"),
        ("None", "1", "15.16", "None"),
        ("None", "1", "18.50", "False"),
        ("None", "1", "25.00", "None"),
        ("Ada", "2", "116.29", "True"),
        ("None", "2", "1234.50", "None"),
        ("Ed", "2", "1434.50", "False"),
    ]
