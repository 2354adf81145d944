"""Every kind of fault is found by the check that is there for it, before anything of it goes live."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.end_to_end.faults import FAULTS, NIGHTS
from tests.end_to_end.nightly import NightlyShop

from regulars.demo.options import ShopOptions
from regulars.engines.base import open_engine

# A few seconds a night; a machine with other work takes many times that.
pytestmark = pytest.mark.timeout(1800)

_FAULTY = dt.date(2025, 8, 6)
_CLEAN_NIGHTS = 6


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> NightlyShop:
    """A hundred orders a day for four months, and a week of nights of which each brought one day."""
    options = ShopOptions(
        customers=2_500, orders=13_000, seed=3, start=dt.date(2025, 4, 1), end=dt.date(2025, 8, 10), dirt=False
    )
    made = NightlyShop.made(tmp_path_factory.mktemp("faulty"), options, exports_all_customers=True)
    for days_before in range(_CLEAN_NIGHTS, 0, -1):
        night = made.night(_FAULTY - dt.timedelta(days_before))
        assert not night.error and not night.told, (days_before, night)
    return made


def test_the_list_of_faults_is_long_and_no_fault_is_there_twice() -> None:
    assert len({fault.what for fault in FAULTS}) == len(FAULTS) >= 30
    assert len({fault.check for fault in FAULTS}) >= 20


def test_a_night_without_a_fault_goes_live(shop: NightlyShop, tmp_path: Path) -> None:
    copy = shop.copied(tmp_path)
    night = copy.night(_FAULTY)
    assert not night.error and not night.told


@pytest.mark.parametrize("name", NIGHTS)
def test_the_faults_of_a_night_are_found_by_their_checks(shop: NightlyShop, name: str, tmp_path: Path) -> None:
    copy, news = shop.copied(tmp_path), shop.news(_FAULTY)
    past = {"orders": [row for row in shop.rows["orders"] if row["ordered_at"] < shop.since.isoformat()]}
    for fault in NIGHTS[name]:
        news = fault.change(news, past)
        copy.options |= fault.options
    engine = open_engine(copy.settings(_FAULTY))
    live = engine.live_state()
    night = copy.night(_FAULTY, news)
    stopping = {fault.check for fault in NIGHTS[name] if fault.stops}
    assert stopping <= night.stopped_by, (night.error, night.told)
    assert {fault.check for fault in NIGHTS[name]} - {"land"} <= night.told, (night.error, night.told)
    if stopping:
        assert engine.live_state() == live
    for found in night.found:
        if found.status != "pass":
            assert found.failures > 0 and found.sample and "@" not in found.sample, found


def test_the_docs_have_the_table(repository: Path) -> None:
    words = (repository / "docs" / "quality.md").read_text(encoding="utf-8")
    missing = [fault.what for fault in FAULTS if f"| {fault.what} | `{fault.check}` |" not in words]
    assert not missing
