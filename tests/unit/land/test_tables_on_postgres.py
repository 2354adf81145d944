"""A table of a PostgreSQL warehouse is mapped in the SQL of PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.servers import Postgres

from regulars.engines.base import Session
from regulars.engines.postgres import PostgresEngine
from regulars.errors import InputError, RegularsError, SettingsError
from regulars.identity.stage import Resolver
from regulars.land.table_trial import try_table
from regulars.land.tables import map_tables
from regulars.settings import IdentitySettings, Settings

LAKE = {"kind": "table", "table": "sales.orders", "entity": "orders", "fields": {"email": "mail"}}
PEOPLE = {"kind": "table", "table": "sales.people", "entity": "customers"}
SHOP = {"timezone": "Europe/Berlin", "country": "DE"}


@pytest.fixture
def engine(server: Postgres) -> PostgresEngine:
    engine = PostgresEngine(server.new_database())
    engine.prepare()
    return engine


@pytest.fixture
def durable(engine: PostgresEngine) -> Iterator[Session]:
    with engine.durable() as session:
        session.execute("create schema sales")
        session.execute(
            "create table sales.orders (order_id bigint, customer text, ordered_at timestamptz, total numeric,"
            " mail text, phone text)"
        )
        session.execute(
            "insert into sales.orders values"
            " (1, 'c1', '2025-01-02 23:30+00', 10.5, ' A@B.de', '+49 (0)30 123456'),"
            " (2, 'c2', 'infinity', 3, null, null), (3, 'c3', '2025-02-01', 'NaN', null, null),"
            " (4, null, '2025-02-01', 7.125, 'x@y.example', '030/1234567')"
        )
        session.execute(
            "create table sales.people (customer_id uuid, email varchar(50), phone text, country char(2),"
            " consent boolean, birth_date date, income real, created_at timestamp, age smallint)"
        )
        session.execute(
            "insert into sales.people values ('00000000-0000-0000-0000-000000000001', 'a@b.de', '020 7946 0018', 'gb',"
            " true, '1980-01-02', 1200.5, '2025-01-01 12:00', 44)"
        )
        yield session


def _settings(**sources: dict[str, Any]) -> Settings:
    return Settings.model_validate({"shop": SHOP, "sources": sources})


def test_its_rows_have_the_shapes_of_staging_and_its_people_are_found(durable: Session, engine: PostgresEngine) -> None:
    report = map_tables(durable, engine, _settings(lake=LAKE, people=PEOPLE))
    assert report.summary == "2 table(s) mapped, 5 rows, 2 rejected"
    orders = durable.query("select * from staging.known_orders order by order_id").to_pylist()
    assert [(row["customer_key"], row["email"], row["phone"], row["amount"]) for row in orders] == [
        ("c1", "a@b.de", "+4930123456", Decimal("10.50")),
        ("email:x@y.example", "x@y.example", "+49301234567", Decimal("7.13")),
    ]
    assert (orders[0]["ordered_at"], orders[0]["order_date"]) == (dt.datetime(2025, 1, 3, 0, 30), dt.date(2025, 1, 3))
    [person] = durable.query("select * from staging.known_customer_records").to_pylist()
    assert (person["source_customer_id"][-2:], person["phone"], person["income"]) == (
        "01", "+442079460018", Decimal("1200.50")
    )  # fmt: skip
    refused = durable.query("select reason, value, payload from staging.rejected_rows order by payload").to_pylist()
    assert [tuple(row.values()) for row in refused] == [
        ("ordered_at is no time that fits", "infinity", "2"), ("amount is no number that fits", "NaN", "3")
    ]  # fmt: skip
    assert durable.query("select count(*) as n from staging.orders").to_pylist() == [{"n": 0}]
    found = Resolver(IdentitySettings(probabilistic=False)).resolve(durable)
    # The order by a@b.de is that person's.
    assert (found.customers, found.records) == (2, 3)


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ({"table": "sales.order"}, InputError, "It has: sales.orders, sales.people. The nearest is sales.orders."),
        ({"fields": {"store": "stoer"}}, SettingsError, 'store = stoer: .*column "stoer" does not exist'),
        ({"fields": {"store": "cast(customer as integer)::text"}}, InputError, 'fails on a row .*integer: "c1"'),
        ({"fields": {"amount": "mail"}}, SettingsError, "amount = mail: gives string and must be a number"),
    ],
)
def test_what_does_not_fit_is_named(
    durable: Session, engine: PostgresEngine, source: dict[str, Any], kind: type[RegularsError], words: str
) -> None:
    settings = _settings(lake=LAKE | source)
    with pytest.raises(kind, match=words):
        map_tables(durable, engine, settings)
    assert try_table(durable, engine, "lake", settings).error
    assert durable.query("select * from ops.loads").num_rows == 0
