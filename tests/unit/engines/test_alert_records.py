"""A cause is told once until it changes or is over, on both engines alike."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from regulars.engines.alert_records import Alert, AlertRecords
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.postgres import PostgresEngine

BROKEN = Alert("run", "the run failed", "the disk is full", sameness="publish: full")


@pytest.fixture(params=["duckdb", "postgres"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> AlertRecords:
    if request.param == "duckdb":
        return AlertRecords(DuckDBEngine(tmp_path / "warehouse").journal)
    return AlertRecords(PostgresEngine(request.getfixturevalue("database")).journal)


def tell(records: AlertRecords, teller: str = "t") -> list[str]:
    """Tells all that waits, and gives the titles."""
    waiting = records.take_untold(teller, 30)
    for standing in waiting:
        records.told(teller, standing)
    return [standing.title for standing in waiting]


def test_the_same_again_is_counted_and_not_told(records: AlertRecords) -> None:
    assert records.all() == [] and tell(records) == []
    assert records.raised(BROKEN)
    assert tell(records) == ["the run failed"]
    assert not records.raised(BROKEN) and not records.raised(replace(BROKEN, body="others"))
    assert tell(records) == []
    [standing] = records.all()
    assert (standing.times, standing.is_open, standing.was_told) == (3, 1, 1)


def test_another_trouble_of_the_cause_is_told_and_the_cause_is_as_old_as_it_was(records: AlertRecords) -> None:
    records.raised(BROKEN)
    tell(records)
    [before] = records.all()
    time.sleep(0.005)
    assert records.raised(replace(BROKEN, title="another", sameness="learn: memory"))
    assert tell(records) == ["another"]
    [now] = records.all()
    assert now.since == before.since < now.last_at


def test_what_is_over_is_told_to_those_who_heard_of_it(records: AlertRecords) -> None:
    assert not records.over("run", "all is well", "", is_told=True), "nothing was amiss"
    records.raised(BROKEN)
    assert not records.over("run", "all is well", "", is_told=True), "nobody had heard of it"
    assert tell(records) == []
    records.raised(BROKEN)
    tell(records)
    assert records.over("run", "all is well", "", is_told=True)
    assert tell(records) == ["all is well"]
    assert records.raised(BROKEN), "it begins anew"
    tell(records)
    assert not records.over("run", "all is well", "", is_told=False)
    assert tell(records) == []


def test_news_that_is_no_trouble_is_told_once_each(records: AlertRecords) -> None:
    for run in ("r1", "r1", "r2"):
        records.raised(Alert("publication", f"{run} is live", "", "info", run))
        if run == "r1":
            tell(records, run)
    assert tell(records) == ["r2 is live"]
    assert not records.over("publication", "x", "", is_told=True)


def test_one_tells_at_a_time_and_what_was_not_told_waits(records: AlertRecords) -> None:
    records.raised(BROKEN)
    [first] = records.take_untold("one", 30)
    assert records.take_untold("two", 30) == []
    records.give_back("one")
    assert [standing.title for standing in records.take_untold("two", 0.01)] == [first.title]
    time.sleep(0.05)
    assert len(records.take_untold("three", 30)) == 1, "who was killed while telling holds up nobody"
    records.told("two", first)
    assert records.all()[0].told_at is None, "and cannot say that it was told"
    records.told("three", first)
    assert records.all()[0].told_at is not None


def test_what_changed_while_it_was_told_waits_on(records: AlertRecords) -> None:
    records.raised(BROKEN)
    [first] = records.take_untold("one", 30)
    records.raised(replace(BROKEN, title="another", sameness="learn: memory"))
    records.told("one", first)
    assert tell(records, "two") == ["another"]
