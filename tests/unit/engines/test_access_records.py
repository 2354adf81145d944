"""Requests and keys are kept in a file or in a database alike, and no more of them than is wanted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from regulars.engines.access_records import AccessRecords, AccessRow, KeyRecord
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.postgres import PostgresEngine

NOON = dt.datetime(2026, 3, 1, 12)


@pytest.fixture(params=["folder", "database"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> AccessRecords:
    if request.param == "folder":
        return DuckDBEngine(tmp_path / "warehouse").access
    return PostgresEngine(request.getfixturevalue("warehouse_url")).access


def _rows(number: int) -> list[AccessRow]:
    moments = [NOON + dt.timedelta(hours=hour) for hour in range(number)]
    return [AccessRow(at, "crm" if at.hour % 2 else None, "GET", "/health", 200, "127.0.0.1") for at in moments]


def test_what_was_never_written_is_empty(records: AccessRecords) -> None:
    assert records.all_keys() == []
    assert records.access_table().num_rows == 0


def test_requests_come_back_newest_first(records: AccessRecords) -> None:
    rows = _rows(250)
    records.note(rows[:1], {})
    records.note(rows[1:], {})
    table = records.access_table()
    assert [tuple(row.values()) for row in table.to_pylist()] == [tuple(row) for row in reversed(rows)]
    assert records.access_table(3).num_rows == 3


def test_the_oldest_and_the_old_are_forgotten(records: AccessRecords) -> None:
    rows = _rows(10)
    records.note(rows, {})
    records.trim(rows[0].happened_at, 8)
    assert records.access_table()["happened_at"].to_pylist() == [row.happened_at for row in reversed(rows[2:])]
    records.trim(rows[7].happened_at, 8)
    assert records.access_table().num_rows == 3


def test_a_key_that_is_added_in_the_place_of_others_ends_them(records: AccessRecords) -> None:
    day = dt.timedelta(days=1)
    records.add_key(KeyRecord("a", "crm", "viewer", "hash a", NOON))
    records.add_key(KeyRecord("b", "crm", "viewer", "hash b", NOON + day, NOON + 2 * day))
    records.add_key(KeyRecord("c", "crm", "admin", "hash c", NOON + 2 * day), until=NOON + 5 * day)
    records.note(_rows(1), {"c": NOON + 3 * day})
    a, b, c = records.all_keys()
    assert (a.expires_at, b.expires_at, c.expires_at) == (NOON + 5 * day, NOON + 2 * day, None)
    assert c == KeyRecord("c", "crm", "admin", "hash c", NOON + 2 * day, last_used_at=NOON + 3 * day)
