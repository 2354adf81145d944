"""What the models of drift make of days and loads that were made by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars import catalog
from regulars.quality.measuring import write_measures
from regulars.settings import Settings

AS_OF = dt.date(2025, 6, 10)
# Twenty orders a day for 120 days; on the last day, which is tested, five of them, in another money and at night.
ORDERS = f"""
    select
        'web' as source, 'o' || day || '-' || n as order_id, 'c' || n as customer_key,
        date '{AS_OF}' - cast(day as integer) as order_date,
        cast(date '{AS_OF}' - cast(day as integer) as timestamp) + to_hours(case when day = 1 then 3 else 12 end)
            as ordered_at,
        10 + n as amount, case when day = 1 then 'USD' else 'EUR' end as currency, 'completed' as status,
        'Main' as store, case when day = 1 then 8 else 1 end as _load_id, day * 100 + n as _row
    from range(1, 121) as days (day) cross join range(1, 21) as numbers (n)
    where day > 1 or n <= {{left}}
"""
# Beside it the system that the shop had before: a year of it, whose last order is forty days old.
GIVEN_UP = f"""
    select
        'old', 'old' || day || '-' || n, 'c' || n, date '{AS_OF}' - cast(day as integer),
        cast(date '{AS_OF}' - cast(day as integer) as timestamp) + interval 12 hour,
        10 + n, 'EUR', 'completed', 'Main', 1, 20000 + day * 100 + n
    from range(40, 400) as days (day) cross join range(1, 6) as numbers (n)
"""


def _shop(folder: Path, engine: Opener, left: int, runs: int, beside: str = "") -> Shop:
    settings = Settings.model_validate({"rfm": {"as_of": AS_OF}, "shop": {"currency": "EUR"}})
    orders = ORDERS.format(left=left) + (f" union all {beside}" if beside else "")
    shop = Shop(folder, settings, engine=engine, orders=orders)
    with shop.staged() as durable:
        durable.execute(
            f"insert into {catalog.LOADS.name} by name select load_id, 'web' as source, 'orders' as entity, 20 as rows,"
            " 20 as staged, 0 as duplicates, 0 as superseded, 0 as rejected, 'landed' as status,"
            " timestamp '2025-06-10 02:00:00' as finished_at from range(1, 9) as loads (load_id)"
        )
        durable.execute(
            f"insert into {catalog.RUN_PROFILES.name} by name select 'run-' || n as run_id, n as number,"
            " n as last_load_id, 'web' as source, trait, slice, 20 as row_count"
            f" from range(1, {runs + 1}) as runs (n)"
            " cross join (values ('currency', 'EUR'), ('time_of_day', '12 to 18')) as traits (trait, slice)"
        )
    with shop.engine.build() as build:
        write_measures(shop.engine, build, settings, dt.datetime(2025, 6, 10, 2), dt.datetime(2025, 6, 10, 2))
    shop.replace(
        catalog.QUALITY.name,
        f"select * replace (cast(7 as bigint) as published_load_id, date '{AS_OF - dt.timedelta(days=1)}' as"
        f" published_before) from {catalog.QUALITY.name}",
    )
    shop.build_models("int_volumes__windows+", "int_news__traits+", "int_sources__freshness", "int_traits__before+")
    return shop


@pytest.fixture(scope="module")
def given_up(tmp_path_factory: pytest.TempPathFactory, engine: Opener) -> Shop:
    """The shop whose last day nearly stops, with the source that stopped long before."""
    return _shop(tmp_path_factory.mktemp("given_up"), engine, 2, 7, GIVEN_UP)


def _findings(shop: Shop) -> dict[str, Any]:
    volumes = shop.rows(
        "select measure, span, finding from intermediate.int_volumes__compared where finding is not null order by 1, 2"
    )
    mixes = shop.rows(
        "select trait, slice, finding from intermediate.int_traits__compared where finding is not null order by 1, 2"
    )
    return {"volumes": volumes, "mixes": mixes}


def test_a_day_that_nearly_stops_in_other_money_is_found_and_its_week_is_not(tmp_path: Path, engine: Opener) -> None:
    shop = _shop(tmp_path, engine, left=2, runs=7)
    found = _findings(shop)
    assert ("orders", "since the last run", "too little") in found["volumes"]
    assert {span for _, span, _ in found["volumes"]} == {"since the last run"}
    assert shop.rows(
        "select amount, usual, windows from intermediate.int_volumes__compared"
        " where measure = 'orders' and span = 'since the last run'"
    ) == [(2.0, 20.0, 8)]
    # Two orders are too few to speak for themselves: chance could make them.
    assert found["mixes"] == []
    assert shop.rows("select status, cast(age_hours as integer) from intermediate.int_sources__freshness") == [
        ("no limit", 0)
    ]


@pytest.mark.parametrize(("runs", "expected"), [(7, True), (5, False)])
def test_a_mix_needs_runs_to_be_compared_with(tmp_path: Path, engine: Opener, runs: int, expected: bool) -> None:
    found = _findings(_shop(tmp_path, engine, left=20, runs=runs))
    # What has no rate is no revenue, and nobody's; orders are as many as ever.
    assert not [finding for finding in found["volumes"] if finding[0] == "orders"]
    everything = [
        ("currency", "EUR", "too few"),
        ("currency", "USD", "too many"),
        ("time_of_day", "0 to 6", "too many"),
        ("time_of_day", "12 to 18", "too few"),
    ]
    assert found["mixes"] == (everything if expected else [])


@pytest.mark.parametrize(("days_before", "is_missed"), [(None, True), (27, True), (28, True), (29, False)])
def test_a_source_that_had_stopped_four_weeks_before_what_is_live_is_not_missed(
    given_up: Shop, days_before: int | None, is_missed: bool
) -> None:
    published_before = AS_OF - dt.timedelta(days=1)
    days = f"select * from {catalog.PUBLISHED_ORDER_DAYS.name} where false"
    if days_before is not None:
        day = published_before - dt.timedelta(days=days_before)
        days += (
            f" union all (values ('old', date '{day - dt.timedelta(days=90)}', 5, 5, 60),"
            f" ('old', date '{day}', 5, 5, 60), ('web', date '{published_before - dt.timedelta(days=1)}', 20, 20, 400))"
        )
    given_up.replace(catalog.PUBLISHED_ORDER_DAYS.name, days)
    given_up.build_models("int_volumes__compared")
    found = given_up.rows(
        "select source, span from intermediate.int_volumes__compared"
        " where measure = 'orders' and finding = 'too little' order by 1, 2"
    )
    # The shop's own source is missed in any case.
    assert ("web", "since the last run") in found
    assert (("old", "four weeks") in found) == is_missed
