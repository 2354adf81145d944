"""A run tells the log and the receiver of lineage how it goes, names nobody, and waits for no receiver."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.servers import free_port
from tests.unit.activate.receiving import receiver

from regulars import logs
from regulars.errors import RegularsError
from regulars.lineage.events import id_of
from regulars.lineage_settings import LineageSettings
from regulars.logging_settings import LoggingSettings
from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings

ORDERS = "order_id,customer_id,email,ordered_at,amount\no1,1,ann@example.org,2025-01-01,10.00\n"
LAND = ["land"]


@pytest.fixture(autouse=True)
def logging_in_json(monkeypatch: pytest.MonkeyPatch, log_of_process: None) -> None:
    """The log of a machine, and no variable of OpenLineage."""
    monkeypatch.delenv("OPENLINEAGE_URL", raising=False)
    logs.configure(LoggingSettings(format="json", level="debug"))


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS)
    return file


def settings_of(tmp_path: Path, lineage: LineageSettings | None = None) -> Settings:
    return Settings(warehouse=str(tmp_path / "warehouse"), lineage=lineage or LineageSettings())


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_every_line_of_a_run_bears_its_id_and_those_of_a_stage_its_name(
    tmp_path: Path, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run_pipeline(settings_of(tmp_path), Request(files=[str(orders)], stages=LAND))
    lines = told(capsys)
    assert {line["run_id"] for line in lines} == {report.run_id}
    messages = [line["message"] for line in lines]
    assert messages[0] == "The run begins: run" and messages[-1] == "The run is done."
    [done] = [line for line in lines if line["message"].startswith("The stage is done")]
    assert done["stage"] == "land" and "1 staged" in done["message"] and done["seconds"] > 0
    assert lines[-1]["seconds"] >= done["seconds"] and "stage" not in lines[-1]


def test_a_run_that_fails_is_told_without_the_row_that_it_failed_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "Ann Lee, ann@example.org, 07700900123, rgl_ab12_hunter2"

    def broken(*_: object, **__: object) -> None:
        raise RegularsError(f"Row '{name}' of crm.csv is wrong. Mend crm.csv.")

    def surprised(*_: object, **__: object) -> None:
        raise KeyError(name)

    for failing, kind in ((broken, RegularsError), (surprised, KeyError)):
        monkeypatch.setattr("regulars.land.stage.land", failing)
        file = tmp_path / f"{kind.__name__}.jsonl"
        with pytest.raises(kind):
            run_pipeline(settings_of(tmp_path, LineageSettings(file=file)), Request(stages=LAND))
        lines = told(capsys)
        failed = [line for line in lines if line["level"] == "error"]
        assert [line["error_kind"] for line in failed] == [kind.__name__] * 2
        assert failed[0]["stage"] == "land" and "stage" not in failed[1]
        events = [json.loads(line) for line in file.read_text().splitlines()]
        assert [event["eventType"] for event in events] == ["START", "START", "FAIL", "FAIL"]
        said = json.dumps([lines, events])
        for part in ("Ann", "example.org", "0900123", "hunter2"):
            assert part not in said
        message = events[-1]["run"]["facets"]["errorMessage"]["message"]
        assert message == ("Row '***' of crm.csv is wrong. Mend crm.csv." if kind is RegularsError else "KeyError")
    # Where a surprise came from is told, as nobody can guess it.
    assert any("in surprised" in place for place in failed[1]["error"]["at"])


def test_events_of_a_run_and_its_stage_reach_a_receiver(tmp_path: Path, orders: Path) -> None:
    with receiver() as taken:
        address = taken.url.removesuffix("/hook")
        report = run_pipeline(
            settings_of(tmp_path, LineageSettings(url=address)), Request(files=[str(orders)], stages=LAND)
        )
    events = [json.loads(body) for _, body in taken.requests]
    assert [(event["eventType"], event["job"]["name"]) for event in events] == [
        ("START", "run"),
        ("START", "run.land"),
        ("COMPLETE", "run.land"),
        ("COMPLETE", "run"),
    ]
    for event in events:
        # What the schema of OpenLineage requires of every event and facet.
        assert {"eventTime", "producer", "schemaURL", "run", "job"} <= event.keys()
        assert event["schemaURL"].endswith("RunEvent") and event["eventTime"].endswith("+00:00")
        facets = [*event["run"]["facets"].values(), *event["job"]["facets"].values()]
        facets += [facet for each in (*event["inputs"], *event["outputs"]) for facet in each["facets"].values()]
        assert all(facet["_producer"] and facet["_schemaURL"] for facet in facets)
    landed = events[2]
    parent = landed["run"]["facets"]["parent"]
    assert parent["run"]["runId"] == events[0]["run"]["runId"] == id_of(report.run_id)
    assert (parent["job"]["namespace"], parent["job"]["name"]) == ("regulars", "run")
    [source] = landed["inputs"]
    assert (source["namespace"], source["name"]) == ("file", str(orders))
    assert source["inputFacets"]["inputStatistics"]["rowCount"] == 1
    made = {each["name"]: each for each in landed["outputs"]}
    fields = {field["name"]: field["type"] for field in made["staging.orders"]["facets"]["schema"]["fields"]}
    assert fields["order_date"] == "date32[day]" and fields["amount"] == "decimal128(18, 2)"
    assert "ann@example.org" not in json.dumps(events)


def test_a_receiver_that_is_away_or_deaf_costs_a_line_and_no_run(
    tmp_path: Path, orders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.unit.activate.receiving import Said

    with receiver(lambda number, headers: Said(wait=30.0)) as deaf:
        for place, address in enumerate((f"http://127.0.0.1:{free_port()}", deaf.url)):
            settings = settings_of(tmp_path / str(place), LineageSettings(url=address, timeout_seconds=1))
            started = time.perf_counter()
            report = run_pipeline(settings, Request(files=[str(orders)], stages=LAND))
            assert "1 staged" in report.summaries["land"] and time.perf_counter() - started < 30
            warned = [line for line in told(capsys) if line["level"] == "warning"]
            assert "not taken" in warned[-1]["message"] and warned[-1]["run_id"] == report.run_id


def test_who_names_no_receiver_imports_no_client(tmp_path: Path, orders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.lineage.run_lineage.Sender", None)
    run_pipeline(settings_of(tmp_path), Request(files=[str(orders)], stages=LAND))
    with pytest.raises(TypeError):
        run_pipeline(settings_of(tmp_path, LineageSettings(url="http://x")), Request(files=[str(orders)], stages=LAND))
