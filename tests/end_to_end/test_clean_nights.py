"""Fifty nights of the demo shop, over Advent, Christmas and the turn of months, raise no alarm."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.end_to_end.nightly import NightlyShop

from regulars.demo.options import ShopOptions

# Two seconds a night; a machine with other work takes many times that.
pytestmark = pytest.mark.timeout(1800)

NIGHTS = 50
_LAST = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> NightlyShop:
    """The demo shop at twenty orders a day, its first two years but the last fifty days landed."""
    options = ShopOptions(customers=600, orders=15_000, seed=3, dirt=False)
    made = NightlyShop.made(tmp_path_factory.mktemp("clean"), options)
    first = made.night(_LAST - dt.timedelta(NIGHTS))
    assert not first.error and not first.told
    return made


def test_fifty_clean_nights_raise_no_alarm(shop: NightlyShop) -> None:
    alarms = {}
    for days_before in range(NIGHTS - 1, -1, -1):
        day = _LAST - dt.timedelta(days_before)
        night = shop.night(day)
        if night.error or night.told:
            alarms[str(day)] = sorted(night.told) or night.error
        assert len(night.found) >= 35
    assert alarms == {}
