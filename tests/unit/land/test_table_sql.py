"""The rows of a mapped table come out in the shapes that landing the same values as text gives."""

from __future__ import annotations

import itertools

import duckdb
import pyarrow as pa
import pytest

from regulars.land import conform
from regulars.land.table_dialects import DIALECTS
from regulars.land.table_fields import kind_of
from regulars.land.table_sql import TableSql, table_sql
from regulars.settings import ShopSettings
from regulars.source_settings import Entity, SourceSettings

BERLIN = ShopSettings(timezone="Europe/Berlin", country="DE")


def _statements(
    connection: duckdb.DuckDBPyConnection, entity: Entity, shop: ShopSettings = BERLIN, **fields: str
) -> TableSql:
    every = ", ".join(f"({expression}) as {name}" for name, expression in fields.items())
    schema = connection.sql(f"select {every} from given limit 0").to_arrow_table().schema
    kinds = {field.name: kind_of(field.type) for field in schema}
    settings = SourceSettings(kind="table", table="given", entity=entity, timezone="America/New_York")
    return table_sql("lake", "given", entity, fields, kinds, settings, shop, DIALECTS["duckdb"], 7)


def _kept(table: pa.Table, entity: Entity, **fields: str) -> list[dict[str, object]]:
    with duckdb.connect() as connection:
        connection.register("given", table)
        return connection.sql(_statements(connection, entity, **fields).kept()).to_arrow_table().to_pylist()


def _order(**more: str) -> dict[str, str]:
    return {"order_id": "id", "ordered_at": "date '2025-01-02'", "amount": "1", "customer_id": "id", **more}


PHONES = (
    "+49 (0)30 123456",
    "030/123456",
    "0049 30 123456",
    "12",
    "020 7946 0018",
    "+1 212 555 0100",
    "8 495 1",
    "",
    None,
)
COUNTRIES = ("DE", "gb", "FR", "US", "RU", "XX", "1", "Germany", " de ", "", None)
EMAILS = (" MAILTO:A@B.de", "a@b", "a b@c.de", "x@y.example", "", None)


def test_contacts_have_the_shapes_that_landing_gives_them() -> None:
    """So the people of a mapped table and those of a landed file find each other."""
    rows = list(itertools.product(PHONES, COUNTRIES, EMAILS))
    table = pa.table(
        {
            "customer_id": [str(number) for number in range(len(rows))],
            "phone": pa.array([phone for phone, _, _ in rows], pa.string()),
            "country": pa.array([country for _, country, _ in rows], pa.string()),
            "email": pa.array([email for _, _, email in rows], pa.string()),
            "_load_id": [1] * len(rows),
            "_row": list(range(len(rows))),
        }
    )
    fields = {name: name for name in ("customer_id", "phone", "country", "email")}
    with duckdb.connect() as connection:
        connection.register("given", table)
        landing = conform.conformer("lake", "given", 1, "customers", fields, SourceSettings(), BERLIN)
        columns = "source_customer_id, customer_key, email, phone, is_email_malformed"
        landed = connection.sql(f"select {columns} from ({landing.staged_sql()}) order by all").fetchall()
        mapped = _statements(connection, "customers", **fields).kept()
        assert connection.sql(f"select {columns} from ({mapped}) order by all").fetchall() == landed


def test_times_are_moved_to_the_shops_clock_and_days_stay_days() -> None:
    table = pa.table({"id": ["a", "b"]})
    times = {
        "date '2025-07-01'": "2025-07-01 00:00:00",
        "timestamp '2025-07-01 20:00:00'": "2025-07-02 02:00:00",  # a clock of New York, where the source is
        "timestamptz '2025-07-01 22:30:00+00'": "2025-07-02 00:30:00",
    }
    for expression, expected in times.items():
        [row, _] = _kept(table, "orders", **_order(ordered_at=expression))
        assert (str(row["ordered_at"]), str(row["order_date"])) == (expected, expected[:10])


def test_ids_and_words_are_those_that_landing_gives() -> None:
    table = pa.table({"id": [12.0], "flag": [True], "state": [" Completed "]})
    [row] = _kept(table, "orders", **_order(status="state", currency="'eur'"))
    assert (row["order_id"], row["customer_key"], row["status"], row["currency"]) == ("12", "12", "completed", "EUR")
    assert (row["source"], row["_load_id"], row["_row"]) == ("lake", 7, None)
    [row] = _kept(table, "customers", customer_id="id", consent="flag", gender="'Frau'", age="41.4")
    assert (row["consent"], row["gender"], row["age"]) == (True, "female", 41)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"amount": "cast(null as double)"}, "amount is missing"),
        ({"amount": "1e17"}, "amount is no number that fits"),
        ({"amount": "cast('nan' as double)"}, "amount is no number that fits"),
        ({"ordered_at": "timestamp 'infinity'"}, "ordered_at is no time that fits"),
        ({"order_id": "'  '"}, "order_id is empty"),
        ({"refunded_amount": "-1e30"}, "refunded_amount is no number that fits"),
        ({"set_aside": "case when id = 'a' then 'it is a voucher' end"}, "it is a voucher"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_its_reason(fields: dict[str, str], reason: str) -> None:
    with duckdb.connect() as connection:
        connection.register("given", pa.table({"id": ["a"]}))
        sql = _statements(connection, "orders", **_order(**fields))
        assert connection.sql(sql.kept()).fetchall() == []
        assert [row[1] for row in connection.sql(sql.set_aside(10)).fetchall()] == [reason]
        counts = connection.sql(sql.stamp()).to_arrow_table().to_pylist()[0]
        assert (counts["all_rows"], counts["rejected"]) == (1, 1)


@pytest.mark.parametrize("expression", ["gone", "cast(gone as integer)", "case when gone then 'yes' else 'no' end",
                                        "case when gone then timestamp '2025-01-01' end"])  # fmt: skip
def test_what_is_deleted_by_whatever_sign_is_not_there(expression: str) -> None:
    table = pa.table({"id": ["a", "b", "b"], "gone": [True, True, False]})
    assert [row["status"] for row in _kept(table, "orders", **_order(deleted=expression, status="'paid'"))] == [
        "cancelled", "cancelled", "paid"
    ]  # fmt: skip
    people = _kept(table, "customers", customer_id="id", deleted=expression)
    assert [row["source_customer_id"] for row in people] == ["b"]
    lines = _kept(table, "order_lines", **_order(deleted=expression, quantity="1", unit_price="2", status="'paid'"))
    # All of order a is gone, so it is cancelled; of b some is left, and that is what was ordered.
    assert sorted((row["order_id"], row["status"]) for row in lines) == [("a", "cancelled"), ("b", "paid")]
