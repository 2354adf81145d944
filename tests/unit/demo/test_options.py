"""Options that cannot be met are refused at once, with what to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from regulars.demo.options import ShopOptions
from regulars.errors import InputError


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"customers": 0}, "1 to 5,000,000 customers"),
        ({"customers": 100, "orders": 99}, "ask for 125 orders or more"),
        ({"seed": -1}, "choose a whole number from 0"),
        ({"start": dt.date(2026, 1, 1)}, "choose a later end"),
        ({"start": dt.date(1900, 1, 1)}, "choose dates in between"),
        ({"format": "xls"}, "choose csv or parquet"),
    ],
)
def test_an_impossible_shop_says_what_to_change(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        ShopOptions(**wrong)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputError, match=r"customers.*seed"):
        ShopOptions(customers=0, seed=-1)


def test_the_history_counts_both_its_ends() -> None:
    assert ShopOptions().history_days == 731
    assert ShopOptions().as_of == dt.date(2026, 1, 1)
