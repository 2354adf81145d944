"""Of several records of one person the rules of the settings choose each field, and say from which record it came."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars import catalog
from regulars.settings import Settings
from regulars.survivorship_settings import GOLDEN_FIELDS
from regulars.transform import PROJECT

# Ann has four records and orders with a phone number, Bob has one, and the two guests of the shop are one Cyd.
RECORDS = """
    select *, 'x' || source_customer_id as customer_key from (values
        ('crm', '1', 'ann@old.test',  'Ann', 'Lee', null,    'Leeds', 30, timestamp '2020-01-01', 1, 1),
        ('web', '2', 'ann@new.test',  'Ann', null,  null,    'LEEDS', null, timestamp '2023-01-01', 1, 2),
        ('web', '3', null,            'A.',  null,  null,    'York',  null, timestamp '2024-01-01', 1, 3),
        ('till', '4', 'ann@till.test', 'Ann', 'Lea', 'YO1 1AA', 'York',  31, timestamp '2021-01-01', 1, 4),
        ('web', '5', 'bob@mail.test', 'Bob', null,  null,    'Hull',  50, timestamp '2021-01-01', 1, 5)
    ) as people (
        source, source_customer_id, email, first_name, last_name, postcode, city, age, created_at, _load_id, _row
    )
"""
PEOPLE = """
    select * from (values
        ('crm', '1', 'x1', 1, null), ('web', '2', 'x2', 1, null), ('web', '3', 'x3', 1, null),
        ('till', '4', 'x4', 1, null), ('shop', 'phone:+441', 'phone:+441', 1, '+441'), ('web', '5', 'x5', 2, null),
        ('shop', 'phone:+442', 'phone:+442', 3, '+442'), ('till', 'phone:+442', 'phone:+442', 3, '+442')
    ) as linked (source, source_customer_id, customer_key, customer_id, phone)
"""


@pytest.fixture(scope="module")
def shop(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("survivorship"), engine=engine, customer_records=RECORDS)
    with shop.staged() as durable:
        durable.execute(f"delete from {catalog.IDENTITY_RECORDS.name}")
        durable.execute(f"delete from {catalog.CUSTOMER_KEYS.name}")
        durable.execute(
            f"insert into {catalog.IDENTITY_RECORDS.name} by name select *, 1 as first_load_id from ({PEOPLE})"
        )
        durable.execute(
            f"insert into {catalog.CUSTOMER_KEYS.name} select distinct customer_key, customer_id from ({PEOPLE})"
        )
    shop.build(Settings())
    return shop


def _ann(shop: Shop, *fields: str) -> tuple[object, ...]:
    (row,) = shop.rows(f"select {', '.join(fields)} from marts.dim_customers where customer_id = 1")
    return row


def _sources(shop: Shop, customer_id: int = 1) -> dict[str, tuple[str, str]]:
    rows = shop.rows(
        f"select field, source_customer_id, rule from marts.customer_field_sources where customer_id = {customer_id}"
    )
    return {field: (record, rule) for field, record, rule in rows}


def test_without_settings_the_newest_known_value_stays(shop: Shop) -> None:
    assert _ann(shop, "email", "first_name", "last_name", "city", "age", "phone") == (
        "ann@new.test",
        "A.",
        "Lea",
        "York",
        31,
        "+441",
    )
    assert _ann(shop, "cast(first_seen_at as date)") == (dt.date(2020, 1, 1),)
    assert _sources(shop) == {
        "email": ("2", "most_recent"),
        "first_name": ("3", "most_recent"),
        "last_name": ("4", "most_recent"),
        "postcode": ("4", "most_recent"),
        "city": ("3", "most_recent"),
        "age": ("4", "most_recent"),
        "phone": ("phone:+441", "order_contact"),
    }
    assert shop.findings() == []


def test_only_people_of_several_records_need_to_be_explained(shop: Shop) -> None:
    assert _sources(shop, customer_id=2) == {}
    assert _sources(shop, customer_id=3) == {"phone": ("phone:+442", "order_contact")}


def test_each_field_survives_by_its_own_rule(shop: Shop) -> None:
    survivorship = {
        "rule": "most_complete",
        "sources": ["crm", "web"],
        "fields": {
            "email": "source_priority",
            "first_name": "most_frequent",
            "city": "most_frequent",
            "age": ["web", "crm"],
        },
    }
    shop.build(Settings.model_validate({"identity": {"survivorship": survivorship}}))
    sources = _sources(shop)
    assert sources["email"] == ("1", "source_priority")
    assert sources["first_name"] == ("2", "most_frequent")
    # Leeds and LEEDS are one city, as often as York: the newest record of either decides, and in its own spelling.
    assert sources["city"] == ("3", "most_frequent")
    assert sources["age"] == ("1", "source_priority"), "no record of web knows it, so the next source does"
    assert sources["last_name"] == sources["postcode"] == ("4", "most_complete")
    assert _ann(shop, "email", "first_name", "city", "age", "last_name") == ("ann@old.test", "Ann", "York", 30, "Lea")
    assert shop.findings() == []


def test_the_models_and_the_settings_know_the_same_fields() -> None:
    macro = (PROJECT / "macros" / "survivorship.sql").read_text(encoding="utf-8")
    listed = re.search(r"golden_fields\(\).*?\[(.*?)\]", macro, re.DOTALL)
    assert listed is not None
    assert tuple(re.findall(r"'(\w+)'", listed.group(1))) == GOLDEN_FIELDS


def test_whatever_the_rule_the_value_is_one_that_its_record_gave(shop: Shop) -> None:
    for field in ("email", "city", "first_name", "age"):
        known = shop.rows(
            f"select records.{field} as given, golden.{field} as kept from marts.customer_field_sources as sources"
            " inner join intermediate.int_customer_records__ranked as records"
            " using (customer_id, source, source_customer_id)"
            f" inner join marts.dim_customers as golden using (customer_id) where sources.field = '{field}'"
        )
        assert len(known) == 1
        assert all(given == kept for given, kept in known)
