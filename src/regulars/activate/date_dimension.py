"""A calendar for BI tools: one row per day of whole years, as date tables of Power BI must have."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def date_dimension(first: dt.date, last: dt.date) -> pa.Table:
    """The days from 1 January of the first year to 31 December of the last.

    Args:
        first: A day of the first year.
        last: A day of the last year.
    """
    days = pa.array(np.arange(f"{first.year}-01-01", f"{last.year + 1}-01-01", dtype="datetime64[D]"))
    iso = pc.iso_calendar(days)
    month, weekday = pc.month(days), pc.struct_field(iso, "iso_day_of_week")
    return pa.table(
        {
            "date": days,
            "year": pc.year(days),
            "quarter": pc.quarter(days),
            "month": month,
            "month_name": pa.array(_MONTHS).take(pc.subtract(month, 1)),
            "month_start": pc.floor_temporal(days, unit="month"),
            "year_month": pc.strftime(days, format="%Y-%m"),
            "iso_year": pc.struct_field(iso, "iso_year"),
            "iso_week": pc.struct_field(iso, "iso_week"),
            "day": pc.day(days),
            "weekday": weekday,
            "weekday_name": pa.array(_DAYS).take(pc.subtract(weekday, 1)),
            "is_weekend": pc.greater(weekday, 5),
        }
    )
