import re
import tomllib

import pyarrow as pa
import pytest

from regulars.errors import InputError, SettingsError
from regulars.source_settings import SourceSettings
from regulars.sources import Mapping, detect, likely_source

ORDERS = ["order_id", "customer_id", "ordered_at", "amount"]


def found(columns: list[str], source: str | None = None, dates: list[str] | None = None, **hints: object) -> Mapping:
    sample = pa.table({column: pa.array(dates or ["2024-01-01"], pa.string()) for column in columns})
    return detect(columns, sample, "file.csv", source, SourceSettings(**hints))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("columns", "entity"),
    [
        (ORDERS, "orders"),
        (["Order No", "E-Mail", "Order Date", "Grand Total"], "orders"),
        (["Invoice No", "Customer ID", "Date", "Qty", "Unit Price"], "order_lines"),
        (["customer_id", "email", "first_name", "created_at"], "customers"),
        (["user_id", "event", "timestamp"], "events"),
    ],
)
def test_the_entity_is_told_by_the_columns(columns: list[str], entity: str) -> None:
    assert found(columns).entity == entity
    assert likely_source(columns) == entity


def test_headers_are_found_whatever_their_case_and_punctuation() -> None:
    mapping = found(["Order-No.", "Customer ID", "ORDER DATE", "Total", "Colour"])
    assert mapping.fields == {
        "order_id": '"Order-No."', "customer_id": '"Customer ID"', "ordered_at": '"ORDER DATE"', "amount": '"Total"',
    }  # fmt: skip
    assert mapping.unmapped == ("Colour",)


def test_a_column_serves_one_field_and_quotes_in_its_name_are_doubled() -> None:
    assert found(["order_id", "email", "date", "amount", 'st"ore']).fields["store"] == '"st""ore"'
    assert len(set(found(["id", "order_id", "email", "date", "total", "amount"]).fields.values())) == 4


def test_a_preset_is_found_by_its_signature() -> None:
    columns = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    mapping = found(columns, dates=["12/25/2010 8:26"])
    assert (mapping.preset, mapping.source, mapping.entity) == ("online_retail", "online_retail", "order_lines")
    assert mapping.date_formats[0] == "%m/%d/%Y %H:%M"
    assert found(columns, "web_shop").source == "web_shop"


def test_the_users_fields_win_and_may_be_expressions() -> None:
    mapping = found([*ORDERS, "Net"], "shop", fields={"amount": 'cast("Net" as double) * 1.2'})
    assert mapping.fields["amount"] == 'cast("Net" as double) * 1.2'
    assert mapping.unmapped == ("amount",)


def test_the_users_entity_wins() -> None:
    assert found(["customer_id", "order_id", "date", "amount"], entity="customers").entity == "customers"


def test_a_missing_column_is_named_with_those_found_the_nearest_and_the_repair() -> None:
    with pytest.raises(InputError) as caught:
        found(["Order No X", "email", "date", "total"], "shop")
    message = str(caught.value)
    assert message.startswith("Column order_id is missing from file.csv, read as orders.")
    assert "It has: Order No X, email, date, total." in message
    assert "The nearest is Order No X." in message
    assert """[sources.shop.fields], e.g. order_id = '"Order No X"'.""" in message
    assert "row_content" in message


@pytest.mark.parametrize("column", ["Order No X", "the order's no", 'order "no" x', """o'r"der x"""])
def test_the_repair_is_toml_that_works(column: str) -> None:
    columns = [column, "email", "date", "total"]
    with pytest.raises(InputError) as caught:
        found(columns, "shop")
    example = re.search(r"e\.g\. (order_id = .*?)\. If each row", str(caught.value))
    assert example
    fields = tomllib.loads(example[1])
    assert found(columns, "shop", fields=fields).fields["order_id"] == '"' + column.replace('"', '""') + '"'


def test_rows_without_an_id_may_be_orders_if_the_user_says_so() -> None:
    columns = ["email", "date", "total"]
    with pytest.raises(InputError, match='order_id = "row_content"'):
        found(columns)
    assert found(columns, fields={"order_id": "row_content"}).fields["order_id"] == "row_content"


def test_orders_of_nobody_are_refused() -> None:
    with pytest.raises(InputError, match=r"whose it is.*none of customer_id, email and phone"):
        found(["order_id", "date", "amount"])


def test_a_table_without_columns_is_refused() -> None:
    with pytest.raises(InputError, match="is missing"):
        found([], entity="orders")


def test_dates_that_can_only_be_month_first_are_refused_with_the_repair() -> None:
    with pytest.raises(InputError, match="month first in ordered_at") as caught:
        found(ORDERS, "shop", dates=["12/25/2024", "01/02/2024"])
    repair = re.search(r"(date_formats = \[.*\])", str(caught.value))
    assert repair
    formats = tomllib.loads(repair[1])["date_formats"]
    assert found(ORDERS, "shop", dates=["12/25/2024"], date_formats=formats).date_formats == tuple(formats)


def test_dates_that_can_be_both_are_noted() -> None:
    assert "read day first" in found(ORDERS, dates=["01/02/2024"]).notes[0]
    assert found(ORDERS, dates=["25/12/2024", "01/02/2024"]).notes == []
    assert found(ORDERS, dates=["2024-01-02"]).notes == []


def test_settings_that_do_not_fit_are_settings_errors() -> None:
    with pytest.raises(SettingsError, match=r"names colour, which orders do not have. They have: order_id"):
        found(ORDERS, "shop", fields={"colour": "1"})
    with pytest.raises(SettingsError, match=r"preset `shopware` is not known. There are: "):
        found(ORDERS, "shop", preset="shopware")
    with pytest.raises(SettingsError, match=r"amount = amountt / 2"):
        found(ORDERS, "shop", fields={"amount": "amountt / 2"})


@pytest.mark.parametrize("source", ["Web", "web shop", "1st", "", "x" * 60, "shop; drop"])
def test_a_source_has_a_plain_name(source: str) -> None:
    with pytest.raises(SettingsError, match="cannot name a source"):
        found(ORDERS, source)


def test_amounts_in_a_currency_are_no_list_of_customers_though_they_lack_a_date() -> None:
    with pytest.raises(InputError, match=r"Column ordered_at is missing .* read as orders"):
        found(["id", "customer_id", "when", "amount", "currency"])


PAYPAL = ["Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Net", "Transaction ID"]


def test_a_known_export_with_a_column_renamed_is_refused_unless_the_settings_say_what_it_is() -> None:
    columns = [*[column for column in PAYPAL if column != "Type"], "Kind of type"]
    with pytest.raises(InputError, match=r"looks like PayPal.*no column Type.*nearest is .*\[sources.orders\] entity"):
        found(columns)
    assert found([*columns, "Email"], entity="orders").preset is None


def test_a_preset_that_is_asked_for_needs_its_columns_or_a_field_in_their_stead() -> None:
    columns = [column for column in PAYPAL if column not in ("Gross", "Net")]
    with pytest.raises(InputError, match=r"is read as PayPal.* no column Gross, which says its amount.*fields"):
        found(columns, "money", preset="paypal")
    own = {"amount": '"Sum"', "email": '"Who"', "set_aside": "null"}
    mapping = found([*columns, "Sum", "Who"], "money", preset="paypal", fields=own)
    assert (mapping.preset, mapping.fields["amount"], mapping.source) == ("paypal", '"Sum"', "money")


def test_dates_inside_an_expression_are_looked_at_too() -> None:
    with pytest.raises(InputError, match="month first in Date"):
        found([*PAYPAL, "From Email Address"], dates=["12/25/2024"])
    assert "read day first" in found([*PAYPAL, "From Email Address"], dates=["01/02/2024"]).notes[0]


def test_a_preset_that_reads_month_first_refuses_a_file_that_is_day_first_with_the_repair() -> None:
    columns = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    with pytest.raises(InputError, match=r"day first in InvoiceDate .* read month first") as caught:
        found(columns, dates=["25/12/2010 8:26"])
    repair = re.search(r"(date_formats = \[.*\])", str(caught.value))
    assert repair
    formats = tomllib.loads(repair[1])["date_formats"]
    assert found(columns, dates=["25/12/2010 8:26"], date_formats=formats).date_formats == tuple(formats)
