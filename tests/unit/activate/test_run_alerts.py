"""One clear message per trouble: what failed, since when, what is live and what to do; and one when it is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.activate.run_alerts import Finding, run_done, run_failed, run_warned
from regulars.engines.alert_records import AlertRecords
from regulars.engines.duckdb import DuckDBEngine
from regulars.webhook_settings import NotifySettings, Occasion

LIVE = "What was published before is live still, as of the start of 2026-01-05."


@pytest.fixture
def records(tmp_path: Path) -> AlertRecords:
    return AlertRecords(DuckDBEngine(tmp_path / "warehouse").journal)


def on(*occasions: Occasion) -> NotifySettings:
    return NotifySettings(urls=("env:SHOP_NOTIFY",), on=occasions)


def told(records: AlertRecords) -> list[tuple[str, str]]:
    waiting = records.take_untold("t", 30)
    for standing in waiting:
        records.told("t", standing)
    return [(standing.title, standing.body) for standing in waiting]


def failed(records: AlertRecords, settings: NotifySettings, run_id: str, stage: str, error: str) -> bool:
    return run_failed(records, settings, "Corner shop", run_id, stage, error, LIVE)


def test_a_failure_is_told_once_until_it_is_another_and_over(records: AlertRecords) -> None:
    settings = on("failed", "recovered")
    assert failed(records, settings, "r1", "check", "4 rows of ann@example.org are wrong. Mend crm.csv.")
    [(title, body)] = told(records)
    assert title == "Corner shop: the run failed at check: 4 rows of *** are wrong"
    for part in ("4 rows of *** are wrong. Mend crm.csv.", LIVE, "regulars run", "run r1"):
        assert part in body
    assert "example.org" not in body
    assert not failed(records, settings, "r2", "check", "17 rows of ann@example.org are wrong. Mend crm.csv.")
    assert told(records) == []
    assert failed(records, settings, "r3", "land", "crm.csv is gone.")
    [(title, body)] = told(records)
    assert "land" in title and "Runs fail since" in body
    assert not run_done(records, settings, "Corner shop", "r4", {"resolve": "403 people"})
    assert run_done(records, settings, "Corner shop", "r5", {"land": "2 files", "publish": "403 customers live"})
    [(title, body)] = told(records)
    assert title == "Corner shop: runs work again" and "403 customers live" in body and "had failed since" in body
    assert not run_done(records, settings, "Corner shop", "r6", {"land": "2 files", "publish": "403 customers live"})
    assert told(records) == []


def test_a_stage_that_ran_alone_and_failed_is_over_when_it_is_done(records: AlertRecords) -> None:
    settings = on("failed", "recovered")
    failed(records, settings, "r1", "learn", "out of memory")
    told(records)
    assert run_done(records, settings, "Corner shop", "r2", {"learn": "2 clusters"})
    [(_, body)] = told(records)
    assert "Run r2 is done: learn." in body


def test_what_was_not_asked_for_is_not_told(records: AlertRecords) -> None:
    assert not failed(records, on("published"), "r1", "learn", "out of memory")
    assert run_done(records, on("published"), "Corner shop", "r2", {"publish": "403 customers live"})
    assert [title for title, _ in told(records)] == ["Corner shop: new segments are live"]
    failed(records, on("failed"), "r3", "learn", "out of memory")
    told(records)
    run_done(records, on("failed"), "Corner shop", "r4", {"learn": "2 clusters"})
    assert told(records) == []
    assert not failed(records, NotifySettings(), "r5", "learn", "out of memory")


def test_a_long_error_is_cut(records: AlertRecords) -> None:
    failed(records, on("failed"), "r1", "check", "row " * 5000 + "Mend it.")
    [(_, body)] = told(records)
    assert len(body) <= 2000 and "regulars status" in body and "…" in body and "Mend it." in body


def test_findings_that_stopped_nothing_are_one_message_until_they_are_others_or_none(records: AlertRecords) -> None:
    settings = on("warned", "recovered")
    emails = Finding("emails_are_well_formed", "warn", 3, "3 rows, such as 'ann@example.org'")
    stale = Finding("freshness_of_orders", "allowed", 1, "orders is known through 2026-01-01 00:00")
    assert run_warned(records, settings, "Corner shop", "r1", [emails, stale])
    [(title, body)] = told(records)
    assert title == "Corner shop: 2 findings of checks in what is live"
    assert body.index("freshness_of_orders (allowed)") < body.index("emails_are_well_formed: 3 rows")
    assert "2026-01-01" in body and "example.org" not in body and "regulars check" in body
    more_rows = Finding("emails_are_well_formed", "warn", 9, "9 rows")
    assert not run_warned(records, settings, "Corner shop", "r2", [stale, more_rows])
    assert run_warned(records, settings, "Corner shop", "r3", [more_rows])
    [(title, _)] = told(records)
    assert "1 finding of" in title
    assert run_warned(records, settings, "Corner shop", "r4", [])
    [(title, body)] = told(records)
    assert title == "Corner shop: the checks find nothing more" and "run r4" in body
    assert not run_warned(records, settings, "Corner shop", "r5", [])
    assert not run_warned(records, on("failed"), "Corner shop", "r6", [emails])


def test_many_findings_are_cut_and_counted(records: AlertRecords) -> None:
    run_warned(
        records, on("warned"), "Corner shop", "r1", [Finding(f"c{n:03}", "warn", n, "x" * 90) for n in range(80)]
    )
    [(_, body)] = told(records)
    assert len(body) <= 2000 and body.index("c079") < body.index("c078") and "more" in body and "What to do" in body
