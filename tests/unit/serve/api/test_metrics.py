"""What Prometheus is told: each series once, of runs, data and requests, and of nobody."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from tests.unit.conftest import Published
from tests.unit.serve.api.test_answers import met

from regulars import catalog
from regulars.engines.alert_records import Alert, AlertRecords
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.journal import ledger_time
from regulars.pipeline import STAGES
from regulars.serve.api.app import create_app
from regulars.serve.api.request_counts import RequestCounts
from regulars.settings import Settings

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(client: TestClient) -> Series:
    """Every series with its value, after a look that each is there once."""
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain; version=")
    assert met(answer.text) == []
    found: Series = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, key
            found[key] = sample.value
    return found


def value(found: Series, name: str, **labels: str) -> float:
    return found[(name, frozenset(labels.items()))]


def test_runs_stages_rows_freshness_and_checks_are_told(api: TestClient, served: Published) -> None:
    found = scraped(api)
    assert value(found, "regulars_warehouse_up") == 1
    assert value(found, "regulars_runs", status="done") >= 1
    assert {dict(labels)["stage"] for name, labels in found if name == "regulars_run_stage_seconds"} == {
        stage.name for stage in STAGES
    }
    assert value(found, "regulars_table_rows", schema="marts", table="customer_360") == 5
    # The newest order is of 2025-12-24, so that the data reach the beginning of the next day.
    assert value(found, "regulars_data_through_timestamp_seconds") == 1766620800
    assert value(found, "regulars_data_age_seconds") > 0
    assert value(found, "regulars_loaded_rows", source="orders", outcome="rejected") == 1
    assert sum(n for (name, _), n in found.items() if name == "regulars_checks") > 10
    [published] = [dict(labels) for name, labels in found if name == "regulars_published_info"]
    assert published == {"run_id": served.report.run_id, "as_of": "2025-12-25"}


def test_failures_alerts_and_the_age_of_each_source_are_told(published: Published, tmp_path: Path) -> None:
    shutil.copytree(published.folder / "warehouse", tmp_path / "warehouse")
    engine = DuckDBEngine(tmp_path / "warehouse")
    for _ in range(2):
        run_id = engine.journal.start_run("run")
        engine.journal.start_stage(run_id, 1, "land")
        engine.journal.finish_stage(run_id, 1, "failed", 0.1, "no")
        engine.journal.finish_run(run_id, "failed", "no")
    records = AlertRecords(engine.journal)
    records.raised(Alert("run", "The run failed", "", "failure"))
    records.raised(Alert("findings", "1 finding", "", "warning"))
    records.over("findings", "none", "", is_told=False)
    # As the check stage measures it.
    measured = ledger_time() - dt.timedelta(hours=1)
    with duckdb.connect(str(tmp_path / "warehouse" / "live.duckdb")) as live:
        columns = ", ".join(f"{name} {kind}" for name, kind in catalog.FRESHNESS.columns)
        live.execute(f"create or replace table ops.freshness ({columns})")
        live.execute(
            "insert into ops.freshness (source, status, measured_at, age_hours, warn_after_hours)"
            " values ('orders', 'warn', $1, 5.0, 4.0), ('customers', 'no limit', $1, null, null)",
            [measured],
        )
    app = create_app(Settings(warehouse=str(tmp_path / "warehouse")))
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        found = scraped(client)
    assert value(found, "regulars_run_failures_since_done") == 2 and value(found, "regulars_run_seconds") > 0
    assert value(found, "regulars_run_stage_failures", stage="land") == 2
    assert value(found, "regulars_alerts_open", level="failure") == 1
    assert value(found, "regulars_alerts_open", level="warning") == 0
    assert value(found, "regulars_alerts_waiting") == 1
    assert value(found, "regulars_source_landed_timestamp_seconds", source="orders") > 1767225600
    assert 6 * 3600 <= value(found, "regulars_source_age_seconds", source="orders") < 6 * 3600 + 600
    assert value(found, "regulars_source_age_limit_seconds", source="orders", level="warn") == 4 * 3600
    assert value(found, "regulars_source_freshness", source="orders", status="warn") == 1
    assert ("regulars_source_age_seconds", frozenset({("source", "customers")})) not in found


def test_requests_are_counted_by_template_and_status(api: TestClient) -> None:
    before = scraped(api)
    for _ in range(3):
        assert api.get("/customers/7").status_code == 404
    api.request("PROPFIND", "/customers/7")
    after = scraped(api)
    asked = {"method": "GET", "route": "/customers/{customer_id}"}
    key = ("regulars_http_requests_total", frozenset({**asked, "status": "404"}.items()))
    assert after[key] - before.get(key, 0) == 3
    assert value(after, "regulars_http_request_seconds_count", **asked, status="404") >= 3
    assert value(after, "regulars_http_requests_total", method="OTHER", route="/customers/{customer_id}", status="405")
    # The one that asks is the only one that waits.
    assert value(after, "regulars_http_requests_waiting") == 1


def test_no_client_makes_series(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = RequestCounts()
    for number in range(100):
        counts.came()
        counts.answered(f"BREW{number}", "(no route)", 405, 0.1)
    assert len({str(sample.labels) for family in counts.registry.collect() for sample in family.samples}) < 20


def test_an_empty_and_a_broken_warehouse_are_told_as_such(tmp_path: Path, published: Published) -> None:
    def told(folder: Path) -> Series:
        app = create_app(Settings(warehouse=str(folder)))
        with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
            return scraped(client)

    empty = told(tmp_path / "empty")
    assert value(empty, "regulars_warehouse_up") == 1 and value(empty, "regulars_runs", status="done") == 0
    shutil.copytree(published.folder / "warehouse", tmp_path / "broken")
    (tmp_path / "broken" / "live.duckdb").write_bytes(b"this is no database" * 1000)
    assert value(told(tmp_path / "broken"), "regulars_warehouse_up") == 0
