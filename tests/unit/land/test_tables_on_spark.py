"""A table that Spark reads is mapped in the SQL of Spark; its people come home, and its orders stay where they lie."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.servers_spark import SMALL

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.spark import SparkEngine
from regulars.engines.spark_session import spark_session
from regulars.errors import InputError, RegularsError, SettingsError
from regulars.identity.stage import Resolver
from regulars.land.table_trial import preview_table, try_table
from regulars.land.tables import map_tables
from regulars.land.tombstones import remember
from regulars.settings import IdentitySettings, Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is absent: Spark needs Java 17"),
]

LAKE = {"kind": "table", "table": "sales.orders", "entity": "orders", "fields": {"email": "mail"}}
PEOPLE = {"kind": "table", "table": "sales.people", "entity": "customers"}
SHOP = {"timezone": "Europe/Berlin", "country": "DE"}


@pytest.fixture
def engine(tmp_path: Path) -> SparkEngine:
    pytest.importorskip("pyspark", reason="pyspark is absent: pip install regulars[spark]")
    home = DuckDBEngine(tmp_path / "home")
    home.prepare()
    return SparkEngine("local[2]", home, str(tmp_path / "lake"), conf=SMALL, start_seconds=300)


@pytest.fixture
def durable(engine: SparkEngine, tmp_path: Path) -> Iterator[Session]:
    spark = spark_session("local[2]", SMALL, 300)
    spark.sql("drop database if exists sales cascade")
    spark.sql(f"create database sales location '{(tmp_path / 'sales').as_uri()}'")
    spark.sql(
        "create table sales.orders using parquet as select * from values"
        " (1L, 'c1', timestamp_ltz '2025-01-02 23:30:00+00:00', 10.5d, ' A@B.de', '+49 (0)30 123456'),"
        " (2L, 'c1', timestamp_ltz '2025-01-05 12:00:00+00:00', 4.5d, ' A@B.de', '+49 (0)30 123456'),"
        " (3L, 'c3', timestamp_ltz '2025-02-01 00:00:00+00:00', double('NaN'), null, null),"
        " (4L, null, timestamp_ltz '2025-02-01 00:00:00+00:00', 7.125d, 'x@y.example', '030/1234567')"
        " as orders (order_id, customer, ordered_at, total, mail, phone)"
    )
    spark.sql(
        "create table sales.people using parquet as select * from values"
        " ('k1', 'a@b.de', '020 7946 0018', 'gb', true, date '1980-01-02', float(1200.5),"
        " timestamp_ntz '2025-01-01 12:00:00', 44S)"
        " as people (customer_id, email, phone, country, consent, birth_date, income, created_at, age)"
    )
    # Spark lists it in every database, and it is in none.
    spark.sql("create or replace temporary view passing as select 1 as one")
    with engine.durable() as session:
        yield session
    spark.catalog.dropTempView("passing")
    spark.sql("drop database if exists sales cascade")


def _settings(**sources: dict[str, Any]) -> Settings:
    return Settings.model_validate({"shop": SHOP, "sources": sources})


def test_its_people_are_found_at_home_and_its_rows_are_in_the_build(durable: Session, engine: SparkEngine) -> None:
    report = map_tables(durable, engine, _settings(lake=LAKE, people=PEOPLE))
    assert report.summary == "2 table(s) mapped, 5 rows, 1 rejected"
    refused = durable.query("select reason, value, payload from staging.rejected_rows").to_pylist()
    assert [tuple(row.values()) for row in refused] == [("amount is no number that fits", "NaN", "3")]
    # The two orders of c1 say one thing of who that is; no amount came with it.
    contacts = durable.query("select * from staging.known_orders order by customer_key").to_pylist()
    assert [(row["customer_key"], row["email"], row["phone"], row["amount"]) for row in contacts] == [
        ("c1", "a@b.de", "+4930123456", None),
        ("email:x@y.example", "x@y.example", "+49301234567", None),
    ]
    [person] = durable.query("select * from staging.known_customer_records").to_pylist()
    assert (person["phone"], person["income"], person["age"]) == ("+442079460018", Decimal("1200.50"), 44)
    assert durable.query(f"select count(*) as n from {catalog.ORDERS.name}").to_pylist() == [{"n": 0}]
    found = Resolver(IdentitySettings(probabilistic=False)).resolve(durable)
    # The orders by a@b.de are that person's.
    assert (found.customers, found.records) == (2, 3)


def test_each_build_shows_the_rows_where_they_lie(engine: SparkEngine, durable: Session, tmp_path: Path) -> None:
    map_tables(durable, engine, _settings(lake=LAKE))
    with engine.build(fresh=True) as build:
        orders = build.query("select * from staging.known_orders order by order_id").to_pylist()
        assert [(row["order_id"], row["customer_key"], row["amount"]) for row in orders] == [
            ("1", "c1", Decimal("10.50")),
            ("2", "c1", Decimal("4.50")),
            ("4", "email:x@y.example", Decimal("7.13")),
        ]
        assert (orders[0]["ordered_at"], orders[0]["order_date"]) == (
            dt.datetime(2025, 1, 3, 0, 30),
            dt.date(2025, 1, 3),
        )
        assert {row["_load_id"] for row in orders} == {1}
    assert list((tmp_path / "lake" / "durable").glob("staging.orders/*")) == []


def test_an_erased_person_is_left_out_of_builds_and_does_not_come_home(durable: Session, engine: SparkEngine) -> None:
    sources = _settings(lake=LAKE, people=PEOPLE)
    remember(durable, "e1", [("email", "a@b.de"), ("key", "k1"), ("customer", "100000001")])
    loads = {load.source: load for load in map_tables(durable, engine, sources).loads}
    # Their two orders and their record; the order without an amount stays set aside.
    assert [(loads[name].rows, loads[name].staged, loads[name].rejected, loads[name].forgotten) for name in loads] == [
        (4, 1, 1, 2),
        (1, 0, 0, 1),
    ]
    home = durable.query("select customer_key from staging.known_orders").to_pylist()
    assert home == [{"customer_key": "email:x@y.example"}]
    assert durable.query("select count(*) as n from staging.known_customer_records").to_pylist() == [{"n": 0}]
    with engine.build(fresh=True) as build:
        orders = build.query("select order_id from staging.known_orders").to_pylist()
        assert orders == [{"order_id": "4"}]
        assert build.query("select count(*) as n from staging.known_customer_records").to_pylist() == [{"n": 0}]


def test_a_table_that_leaves_the_settings_leaves_home_and_builds(durable: Session, engine: SparkEngine) -> None:
    map_tables(durable, engine, _settings(lake=LAKE, people=PEOPLE))
    map_tables(durable, engine, _settings())
    for view in catalog.KNOWN.values():
        assert durable.query(f"select count(*) as n from {view}").to_pylist() == [{"n": 0}]
    assert durable.query("select distinct status from ops.loads").to_pylist() == [{"status": "outdated"}]
    with engine.build(fresh=True) as build:
        assert build.query("select count(*) as n from staging.known_orders").to_pylist() == [{"n": 0}]


def test_parquet_files_are_mapped_by_their_path(durable: Session, engine: SparkEngine, tmp_path: Path) -> None:
    pattern = f"{tmp_path}/sales/orders/*.parquet"
    report = map_tables(durable, engine, _settings(lake=LAKE | {"table": pattern}))
    assert [(load.rows, load.rejected, load.uri) for load in report.loads] == [(4, 1, pattern)]


def test_it_is_tried_and_previewed_before_anything_is_written(durable: Session, engine: SparkEngine) -> None:
    settings = _settings(lake=LAKE)
    with engine.mapped_tables(durable) as tables:
        trial = try_table(tables, engine, "lake", settings)
        preview = preview_table(tables, engine, "lake", settings)
    assert trial.would_land == "nothing: 4 row(s) stay where they lie, 1 of them left out"
    assert trial.newest == "2025-02-01 01:00:00"
    assert preview.columns.select(["column", "field"]).to_pylist()[4:] == [
        {"column": "mail", "field": "email"},
        {"column": "phone", "field": "phone"},
    ]
    assert durable.query("select * from ops.loads").num_rows == 0


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        (
            {"table": "sales.order"},
            InputError,
            r"no such table\. It has: sales\.orders, sales\.people\. The nearest is sales\.orders\.",
        ),
        ({"table": "lake/*.parquet"}, InputError, r"maps lake/\*\.parquet, which cannot be read: .PATH_NOT_FOUND"),
        ({"table": "marts.orders"}, SettingsError, "which Regulars keeps for itself"),
        ({"fields": {"store": "phoen"}}, SettingsError, "store = phoen: .*Did you mean .*`phone`"),
        ({"fields": {"store": "no_such(mail)"}}, SettingsError, r"store = no_such\(mail\): .*UNRESOLVED_ROUTINE"),
        ({"fields": {"store": "cast(customer as int)"}}, InputError, "fails on a row of sales.orders: .*'c1'"),
        ({"fields": {"amount": "mail"}}, SettingsError, "amount = mail: gives string and must be a number"),
        ({"entity": "order_lines"}, InputError, "Column quantity, unit_price is missing from sales.orders"),
        ({"fields": {"order_id": "customer"}}, InputError, r"has order_id more than once, such as c1 \(2 times\)"),
    ],
)
def test_what_does_not_fit_is_named(
    durable: Session, engine: SparkEngine, source: dict[str, Any], kind: type[RegularsError], words: str
) -> None:
    settings = _settings(lake=LAKE | source)
    with pytest.raises(kind, match=words):
        map_tables(durable, engine, settings)
    with engine.mapped_tables(durable) as tables:
        assert try_table(tables, engine, "lake", settings).error
    assert durable.query("select * from ops.loads").num_rows == 0
