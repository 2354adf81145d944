"""On which day an order lies, from the text of a file to the marts: zones, clock changes, ends of months, leap days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import regulars as rg
from regulars.settings import Settings

HEADER = "order_id,customer_id,ordered_at,amount,status,refunded_amount,refund_date\n"
NEW_YORK = """\
utc,late,2024-01-31T23:30:00Z,10,paid,,
early utc,early,2024-02-01T04:30:00Z,20,paid,,
next day,next,2024-02-01T05:00:00Z,30,paid,,
local,plain,2024-01-31 23:30:00,40,paid,,
shopify,shopify,2024-01-31 23:30:00 -0500,50,paid,,
tokyo,tokyo,2024-02-01T13:30:00+09:00,60,paid,,
named,named,2024-02-01 05:30 Europe/Berlin,70,paid,,
epoch,epoch,1706761800,80,paid,,
leap day,leap,2024-03-01T04:59:59Z,90,paid,,
bare date,bare,2024-02-29,15,paid,,
refund at night,refund,2024-02-10T12:00:00Z,100,paid,25,2024-03-01T04:30:00Z
refund by day,refund,2024-02-11T12:00:00Z,100,paid,25,2024-03-01
"""
BERLIN = """\
before the gap,gap,2024-03-31T00:59:00Z,10,paid,,
after the gap,gap,2024-03-31T01:30:00Z,10,paid,,
in the gap,gap,2024-03-31 02:30:00,10,paid,,
summer night,night,2024-04-30T22:30:00Z,10,paid,,
first half past two,overlap,2024-10-27T00:30:00Z,10,paid,,
second half past two,overlap,2024-10-27T01:30:00Z,10,paid,,
summer offset,overlap,2024-10-27 02:30:00+02:00,10,paid,,
winter offset,overlap,2024-10-27 02:30:00+01:00,10,paid,,
winter night,night,2024-11-30T22:30:00Z,10,paid,,
after midnight,night,2024-11-30T23:30:00Z,10,paid,,
"""
LEAP = """\
first,ann,2023-02-28,10,paid,,
leap,ann,2024-02-29,10,paid,5,2024-02-29
on no day,ann,2023-02-29,10,paid,,
refund on no day,ann,2024-03-01,10,paid,5,2025-02-29
day first,ben,29/02/2024,20,paid,,
compact,cem,20240229,30,paid,,
"""


def _run(folder: Path, content: str, zone: str, **sections: Any) -> rg.Result:
    file = folder / "orders.csv"
    file.write_text(HEADER + content, encoding="utf-8")
    settings = Settings.model_validate({"shop": {"timezone": zone, "currency": "EUR"}, **sections})
    return rg.run(orders=file, settings=settings, warehouse=folder / "warehouse")


@pytest.fixture(scope="module")
def new_york(tmp_path_factory: pytest.TempPathFactory) -> rg.Result:
    return _run(tmp_path_factory.mktemp("new_york"), NEW_YORK, "America/New_York")


@pytest.fixture(scope="module")
def berlin(tmp_path_factory: pytest.TempPathFactory) -> rg.Result:
    return _run(tmp_path_factory.mktemp("berlin"), BERLIN, "Europe/Berlin")


@pytest.fixture(scope="module")
def leap(tmp_path_factory: pytest.TempPathFactory) -> rg.Result:
    rfm = {"as_of": "2025-02-28", "window_days": 365}
    return _run(tmp_path_factory.mktemp("leap"), LEAP, "Europe/Berlin", rfm=rfm)


def _rows(result: rg.Result, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in result.sql(statement).to_pylist()]


def _day(result: rg.Result, order_id: str) -> str:
    [(day,)] = _rows(result, f"select order_date from fct_orders where order_id = '{order_id}'")
    return str(day)


def _net(result: rg.Result) -> list[Decimal]:
    """Net revenue by the reconciliation, the days and the cohorts."""
    return [
        _rows(result, statement)[0][0]
        for statement in (
            "select sum(amount) from reconciliation where kind = 'money' and line = 'net revenue'",
            "select sum(revenue) from daily_sales",
            "select sum(revenue) from cohort_retention",
        )
    ]


@pytest.mark.parametrize(
    ("order", "day"),
    [
        ("utc", "2024-01-31"),
        ("early utc", "2024-01-31"),
        ("next day", "2024-02-01"),
        ("local", "2024-01-31"),
        ("shopify", "2024-01-31"),
        ("tokyo", "2024-01-31"),
        ("named", "2024-01-31"),
        ("epoch", "2024-01-31"),
        ("leap day", "2024-02-29"),
        ("bare date", "2024-02-29"),
    ],
)
def test_an_order_lies_on_the_day_of_the_shops_clock_whichever_zone_it_names(
    new_york: rg.Result, order: str, day: str
) -> None:
    assert _day(new_york, order) == day


def test_the_last_evening_of_a_month_belongs_to_that_month_everywhere(new_york: rg.Result) -> None:
    # 10 + 20 + 40 + 50 + 60 + 70 + 80 at 18:30 or 23:30 of 31 January, and 30 at midnight.
    assert _rows(new_york, "select orders, revenue from daily_sales where date <= '2024-02-01' order by date") == [
        (7, Decimal(330)),
        (1, Decimal(30)),
    ]
    cohorts = "select cohort_month, cohort_size from cohort_retention where month_number = 0 order by 1"
    assert _rows(new_york, cohorts) == [(dt.date(2024, 1, 1), 7), (dt.date(2024, 2, 1), 4)]


def test_a_refund_lies_on_the_day_of_the_shops_clock_too(new_york: rg.Result) -> None:
    found = _rows(new_york, "select order_id, refund_date from fct_orders where customer_id = (select customer_id from"
                            " fct_orders where order_id = 'refund at night') order by order_id")  # fmt: skip
    assert found == [("refund at night", dt.date(2024, 2, 29)), ("refund by day", dt.date(2024, 3, 1))]


def test_the_books_of_new_york_know_of_the_refund_after_as_of(new_york: rg.Result) -> None:
    # As of 1 March, the day after the newest order; the refund by day is dated on it.
    assert new_york.as_of == dt.date(2024, 3, 1)
    lines = "select line, orders, amount from reconciliation where kind = 'money' and orders > 0 order by position"
    assert _rows(new_york, lines) == [
        ("gross", 12, Decimal(665)),
        ("total of the source", 12, Decimal(665)),
        ("refunds", 1, Decimal(-25)),
        ("net revenue", 12, Decimal(640)),
    ]
    assert _rows(new_york, "select line, orders, amount from reconciliation where kind = 'notes'") == [
        ("refunds dated as_of or later: not taken off yet", 1, Decimal(25))
    ]
    assert _net(new_york) == [Decimal(640)] * 3


@pytest.mark.parametrize(
    ("order", "clock"),
    [
        ("before the gap", "2024-03-31 01:59:00"),
        # The clock goes from 2 to 3; half past two of that night exists in no zone and stays what was written.
        ("after the gap", "2024-03-31 03:30:00"),
        ("in the gap", "2024-03-31 02:30:00"),
        ("summer night", "2024-05-01 00:30:00"),
        # The clock goes from 3 back to 2, and half past two comes twice.
        ("first half past two", "2024-10-27 02:30:00"),
        ("second half past two", "2024-10-27 02:30:00"),
        ("summer offset", "2024-10-27 02:30:00"),
        ("winter offset", "2024-10-27 02:30:00"),
        ("winter night", "2024-11-30 23:30:00"),
        ("after midnight", "2024-12-01 00:30:00"),
    ],
)
def test_summer_time_moves_the_clock_and_loses_no_order(berlin: rg.Result, order: str, clock: str) -> None:
    [(ordered_at,)] = _rows(berlin, f"select ordered_at from fct_orders where order_id = '{order}'")
    assert str(ordered_at) == clock


def test_orders_of_the_hour_that_comes_twice_stay_orders_of_their_own(berlin: rg.Result) -> None:
    days = "select date, orders, revenue from daily_sales where orders > 0 order by date"
    assert _rows(berlin, days) == [
        (dt.date(2024, 3, 31), 3, Decimal(30)),
        (dt.date(2024, 5, 1), 1, Decimal(10)),
        (dt.date(2024, 10, 27), 4, Decimal(40)),
        (dt.date(2024, 11, 30), 1, Decimal(10)),
        (dt.date(2024, 12, 1), 1, Decimal(10)),
    ]
    # One row per day of the calendar, also on those of 23 and 25 hours.
    assert _rows(berlin, "select count(*), count(distinct date) from daily_sales") == [(246, 246)]
    assert _net(berlin) == [Decimal(100)] * 3


def test_a_source_with_a_zone_of_its_own_is_moved_across_the_change_of_clocks(tmp_path: Path) -> None:
    content = (
        "gap,ann,2024-03-31 02:30:00,10,paid,,\noverlap,ann,2024-10-27 02:30:00,20,paid,10,2024-10-31 23:30:00\n"
        "day,ann,2024-10-31,30,paid,,\nnight,ann,2024-10-31 18:30:00,40,paid,,\n"
    )
    shop = _run(tmp_path, content, "Asia/Tokyo", sources={"orders": {"timezone": "Europe/Berlin"}})
    found = _rows(shop, "select order_id, order_date, refund_date from fct_orders order by order_id")
    assert found == [
        ("day", dt.date(2024, 10, 31), None),
        ("gap", dt.date(2024, 3, 31), None),
        ("night", dt.date(2024, 11, 1), None),
        # 23:30 in Berlin is 07:30 of the next day in Tokyo, and of the next month.
        ("overlap", dt.date(2024, 10, 27), dt.date(2024, 11, 1)),
    ]
    assert _net(shop) == [Decimal(90)] * 3


def test_a_leap_day_is_a_day_and_one_that_does_not_exist_is_set_aside(leap: rg.Result) -> None:
    assert [_day(leap, order) for order in ("leap", "day first", "compact")] == ["2024-02-29"] * 3
    assert _rows(leap, "select row_number, field, value from rejected_rows order by row_number") == [
        (3, "ordered_at", "2023-02-29"),
        (4, "refund_date", "2025-02-29"),
    ]
    assert _rows(leap, "select orders, revenue from daily_sales where date = '2024-02-29'") == [(3, Decimal(55))]


def test_a_window_of_365_days_over_a_leap_day_is_365_days(leap: rg.Result) -> None:
    # From 29 February 2024 to 28 February 2025 are 365 days: a day of the window, its first.
    assert _rows(leap, "select recency, frequency, monetary from fct_customer_rfm order by monetary") == [
        (365, 1, Decimal(5)),
        (365, 1, Decimal(20)),
        (365, 1, Decimal(30)),
    ]
    assert _net(leap) == [Decimal(65)] * 3
