"""What checks found is kept run by run, in the order they had, and gives up its samples."""

from __future__ import annotations

from pathlib import Path

from regulars.engines.check_records import CheckRecord, CheckRecords
from regulars.engines.duckdb import DuckDBEngine

WELL = CheckRecord("key_orders", "error", "pass", 0, "", "")
ILL = CheckRecord("volume_of_orders_is_as_before", "error", "fail", 2, "Got 2 results", "source web")


def test_the_newest_run_is_remembered_beside_the_ones_before(tmp_path: Path) -> None:
    records = CheckRecords(DuckDBEngine(tmp_path).journal)
    assert records.newest() == ("", [])
    records.keep("run-1", [WELL])
    records.keep("run-2", [ILL, WELL])
    records.keep("run-2", [WELL, ILL])
    assert records.newest() == ("run-2", [WELL, ILL])
    assert records.of_run("run-1") == [WELL]
    assert records.history(10).column("run_id").to_pylist() == ["run-2", "run-2", "run-1"]
    assert records.history(1).num_rows == 1
    records.forget_samples()
    assert [record.sample for record in records.of_run("run-2")] == ["", ""]


def test_only_findings_at_error_level_stop_publishing() -> None:
    assert ILL.stops_publishing
    assert not WELL.stops_publishing
    assert not CheckRecord("x", "warn", "warn", 1, "", "").stops_publishing
    assert not CheckRecord("x", "error", "allowed", 1, "", "").stops_publishing
    assert CheckRecord("x", "error", "error", 0, "broke", "").stops_publishing
