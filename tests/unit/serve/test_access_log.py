"""Requests are noted at once and written later; a store that fails loses none and holds up nobody."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from regulars.engines.access_records import AccessRow
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import WarehouseError
from regulars.serve import access_log
from regulars.serve.access_log import AccessLog, network


class Failing:
    """Records that cannot be written at first."""

    def __init__(self) -> None:
        self.fails = True
        self.rows: list[AccessRow] = []
        self.used: dict[str, Any] = {}

    def note(self, rows: Sequence[AccessRow], used: Mapping[str, Any]) -> None:
        if self.fails:
            raise WarehouseError("The disk is full.")
        self.rows += rows
        self.used |= used


def test_what_is_noted_is_written_at_the_end_at_the_latest(tmp_path: Path) -> None:
    records = DuckDBEngine(tmp_path / "warehouse").access
    log = AccessLog(records, days=1, rows=10)
    log.start()
    for number in range(300):
        log.note("crm", "", "GET", f"/{number}", 200, "127.0.0.1")
    log.stop()
    assert records.access_table(1000)["route"].to_pylist() == [f"/{number}" for number in reversed(range(300))]


def test_a_store_that_fails_is_told_of_once_and_gets_all_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    records: Any = Failing()
    log = AccessLog(records, days=1, rows=10)
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            log.note("crm", "k", "GET", f"/{number}", 200, "local")
            log.write()
    assert caplog.text.count("cannot be written") == 1
    records.fails = False
    log.write()
    log.write()
    assert [row.route for row in records.rows] == ["/0", "/1", "/2"]
    assert set(records.used) == {"k"}


def test_memory_is_bounded_while_the_store_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "MOST_WAITING", 5)
    records: Any = Failing()
    log = AccessLog(records, days=1, rows=10)
    for number in range(20):
        log.note(None, "", "GET", f"/{number}", 200, "local")
    records.fails = False
    log.write()
    assert [row.route for row in records.rows] == [f"/{number}" for number in range(15, 20)]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("", "local"),
        ("ann@example.org", "unknown"),
    ],
)
def test_of_an_address_its_network_is_kept(address: str, told: str) -> None:
    assert network(address) == told
