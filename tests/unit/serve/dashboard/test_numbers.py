"""Numbers, money and dates as people read them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from regulars.serve.dashboard import numbers


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("count", 1234567, "1,234,567"),
        ("count", None, "–"),
        ("money", Decimal("1234.56"), "1,235 EUR"),
        ("cents", Decimal("1234.5"), "1,234.50 EUR"),
        ("short_money", Decimal(12_345_678), "12.3 m EUR"),
        ("short_money", Decimal(2_500_000_000), "2.5 bn EUR"),
        ("short_money", Decimal(9_999_999), "9,999,999 EUR"),
        ("share", Decimal("0.373"), "37 %"),
        ("share", 0.001, "0.1 %"),
        ("number", Decimal("3.44"), "3.4"),
        ("date", dt.date(2026, 1, 5), "5 January 2026"),
        ("date", "2026-01-05", "5 January 2026"),
        ("short_date", dt.date(2026, 1, 5), "5 Jan 2026"),
        ("moment", dt.datetime(2026, 1, 5, 14, 7), "5 January 2026, 14:07 UTC"),
        ("text", True, "yes"),
        ("text", "", "–"),
        ("change", "+3", "+3"),
    ],
)
def test_it_reads(kind: str, value: object, shown: str) -> None:
    assert numbers.formatter(kind, "EUR")(value) == shown
