from __future__ import annotations

import datetime as dt

import pytest

from regulars.serve.queries import Queries
from regulars.serve.report.months import last_month, read_base, read_month


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2026-01-01", "2025-12-01", "2026-01-01"),
        ("2011-12-10", "2011-11-01", "2011-12-01"),
        ("2024-03-31", "2024-02-01", "2024-03-01"),
    ],
)
def test_the_last_month_is_the_newest_that_is_over_at_the_start_of_the_day(day: str, start: str, end: str) -> None:
    found = last_month(dt.date.fromisoformat(day))
    assert found == (dt.date.fromisoformat(start), dt.date.fromisoformat(end))


def test_a_month_is_not_compared_with_one_that_the_data_does_not_wholly_hold(shop: Queries) -> None:
    with shop.session() as live:
        # The shop begins on 1 January 2024: February can be compared, January cannot.
        assert read_month(live, dt.date(2024, 3, 1), "EUR").before == "January 2024"
        january = read_month(live, dt.date(2024, 2, 1), "EUR")
    assert january.of == "January 2024"
    assert january.before is None
    assert {figure.change.direction for figure in january.figures} == {"unknown"}


def test_the_base_is_compared_with_a_month_end_of_at_least_four_weeks_ago(shop: Queries) -> None:
    as_of = shop.basis().as_of
    assert as_of is not None
    with shop.session() as live:
        found = read_base(live, dt.date.fromisoformat(as_of), 365, "EUR")
    [row] = shop.sql(
        "select max(as_of) as day, count(*) as customers from customer_rfm_history where as_of ="
        f" (select max(as_of) from customer_rfm_history where as_of <= date '{as_of}' - 28)"
    ).to_pylist()
    assert found.before is not None and str(row["day"].year) in found.before
    assert found.figures[0].before.exact == str(row["customers"])
