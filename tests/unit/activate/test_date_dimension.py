"""The calendar has whole years without a gap, and the numbers that Python's own calendar has."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from regulars.activate.date_dimension import date_dimension

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


@given(DAYS, st.integers(0, 700))
def test_years_are_whole_and_every_day_is_there_once(first: dt.date, more: int) -> None:
    last = first + dt.timedelta(days=more)
    days = date_dimension(first, last)["date"].to_pylist()
    assert (days[0], days[-1]) == (dt.date(first.year, 1, 1), dt.date(last.year, 12, 31))
    assert days == [days[0] + dt.timedelta(days=n) for n in range(len(days))]


@given(DAYS)
def test_each_day_is_named_as_pythons_calendar_names_it(day: dt.date) -> None:
    row = next(row for row in date_dimension(day, day).to_pylist() if row["date"] == day)
    iso = day.isocalendar()
    assert (row["iso_year"], row["iso_week"], row["weekday"]) == (iso.year, iso.week, iso.weekday)
    assert (row["month_name"], row["weekday_name"], row["year_month"]) == (
        day.strftime("%B"),
        day.strftime("%A"),
        day.strftime("%Y-%m"),
    )
    assert row["month_start"] == day.replace(day=1)
    assert (row["quarter"], row["is_weekend"]) == ((day.month + 2) // 3, iso.weekday > 5)
