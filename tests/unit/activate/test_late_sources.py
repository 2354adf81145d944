"""A source that is late is told once, and again when it is over; several, and what else waits, are one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.activate.late_sources import is_lateness, sources_measured
from regulars.activate.notifying import together
from regulars.engines.alert_records import AlertRecords, Standing
from regulars.engines.check_records import CheckRecord
from regulars.engines.duckdb import DuckDBEngine
from regulars.webhook_settings import NotifySettings, Occasion


@pytest.fixture
def records(tmp_path: Path) -> AlertRecords:
    return AlertRecords(DuckDBEngine(tmp_path / "warehouse").journal)


def age(source: str, status: str, age: int = 30) -> CheckRecord:
    words = "" if status == "pass" else f"{source} is known through 2026-01-01 00:00, which is {age} hours ago"
    return CheckRecord(f"freshness_of_{source}", "error", status, int(status != "pass"), words, "")


def measured(records: AlertRecords, run_id: str, *found: CheckRecord, on: tuple[Occasion, ...] = ()) -> list[Standing]:
    """What is told after a run with these findings."""
    settings = NotifySettings(urls=("env:SHOP_NOTIFY",), on=on or ("failed", "warned", "recovered"))
    other = CheckRecord("dates_are_readable", "error", "warn", 3, "Got 3 results", "")
    is_news = sources_measured(records, settings, "Corner shop", run_id, [other, *found])
    waiting = records.take_untold("t", 30)
    for standing in waiting:
        records.told("t", standing)
    assert is_news == bool(waiting)
    return waiting


def test_a_source_is_late_once_and_in_time_once(records: AlertRecords) -> None:
    assert measured(records, "r0", age("orders", "pass")) == []
    [late] = measured(records, "r1", age("orders", "warn"))
    assert (late.title, late.level) == ("Corner shop: orders is late", "warning")
    for part in ("30 hours ago", "run r1".capitalize(), "What to do", "regulars status"):
        assert part in late.body
    assert measured(records, "r2", age("orders", "warn", 54)) == []
    [over] = measured(records, "r3", age("orders", "pass"))
    assert over.title == "Corner shop: orders is in time again" and "run r3".capitalize() in over.body
    assert measured(records, "r4", age("orders", "pass")) == []
    [_] = measured(records, "r5", age("orders", "warn"))


def test_one_that_comes_to_stop_runs_is_late_until_it_is_in_time(records: AlertRecords) -> None:
    measured(records, "r1", age("orders", "warn"))
    # That it stops the run is told as the run's failure.
    assert measured(records, "r2", age("orders", "fail", 90)) == []
    assert measured(records, "r3", age("orders", "allowed", 99)) == []
    assert measured(records, "r4", age("orders", "warn")) == []
    [over] = measured(records, "r5", age("orders", "pass"))
    assert "in time again" in over.title


def test_several_are_one_message_and_end_each_by_itself(records: AlertRecords) -> None:
    waiting = measured(records, "r1", age("orders", "warn"), age("customers", "warn"))
    message = together(waiting)
    assert "(and 1 more)" in message.title
    assert all(f"{source} is late" in message.title + message.body for source in ("orders", "customers"))
    [over] = measured(records, "r2", age("orders", "pass"), age("customers", "warn"))
    assert over.cause == "freshness of orders"
    [gone] = measured(records, "r3", age("orders", "pass"))
    assert gone.title == "Corner shop: customers has no limit any more"


def test_who_did_not_ask_is_told_nothing(records: AlertRecords) -> None:
    assert measured(records, "r1", age("orders", "warn"), on=("failed",)) == []
    assert measured(records, "r2", age("orders", "warn"), on=("warned",)) != []
    assert measured(records, "r3", age("orders", "pass"), on=("warned",)) == []
    late = age("orders", "warn")
    assert not sources_measured(records, NotifySettings(), "Corner shop", "r4", [late])
    assert is_lateness(late.check_name, "warn") and not is_lateness(late.check_name, "fail")
    assert not is_lateness("dates_are_readable", "warn")
