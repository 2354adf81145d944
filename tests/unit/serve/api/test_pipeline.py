"""Runs asked for over HTTP: processes of their own, one at a time, followed by server-sent events."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.conftest import Published

from regulars.engines.base import open_engine
from regulars.pipeline import STAGES
from regulars.serve.api.app import create_app
from regulars.serve.api.run_process import environment_of
from regulars.serve.run_records import Changes
from regulars.settings import Settings, overridden


@pytest.fixture
def settings(published: Published, tmp_path: Path) -> Settings:
    """A warehouse that a test may run."""
    shutil.copytree(published.folder / "warehouse", tmp_path / "warehouse")
    return published.settings.model_copy(update={"warehouse": str(tmp_path / "warehouse")})


@pytest.fixture
def own(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith(":")]
        if lines:
            name, data = lines
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_a_run_is_started_followed_and_published_and_a_second_has_to_wait(own: TestClient, settings: Settings) -> None:
    before = own.get("/segments")
    started = own.post(
        "/pipeline/run", json={"calc_date": "2025-11-01", "window_days": 200, "k": "auto", "allow": ["drift"]}
    )
    assert started.status_code == 202, started.text
    run_id = started.json()["run_id"]
    assert started.headers["location"] == f"/pipeline/runs/{run_id}"

    second = own.post("/pipeline/run")
    assert second.status_code == 409 and second.headers["content-type"] == "application/problem+json"
    assert second.json()["running"] == run_id

    told = events(own.get(f"/pipeline/runs/{run_id}/events").text)
    assert told[-1][0] == "end" and told[-1][1]["status"] == "done", told[-1]
    assert [content["stage"] for name, content in told if name == "stage" and content["status"] == "done"] == [
        stage.name for stage in STAGES
    ]
    found = own.get(f"/pipeline/runs/{run_id}").json()
    assert found["command"] == "run --allow drift"
    assert found["status"] == "done" and [stage["stage"] for stage in found["stages"]] == [s.name for s in STAGES]
    assert own.get("/pipeline/runs").json()["items"][0]["run_id"] == run_id

    # The server, which kept the old file open, sees the new one at once.
    after = own.get("/segments", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert (after.json()["run_id"], after.json()["as_of"], after.json()["window_days"]) == (run_id, "2025-11-01", 200)
    # Of a run that has ended the events are told at once.
    assert events(own.get(f"/pipeline/runs/{run_id}/events").text)[-1][0] == "end"


def test_a_lock_of_somebody_else_is_409_too(own: TestClient, settings: Settings) -> None:
    with open_engine(settings).lock():
        found = own.post("/pipeline/run")
    assert found.status_code == 409 and "held by" in found.json()["detail"]


@pytest.mark.parametrize(
    "body", [{"k": "many"}, {"window_days": 0}, {"calc_date": "soon"}, {"k": 1}, {"files": ["x"]}, {"allow": "drift"}]
)
def test_what_cannot_be_run_is_refused_before_anything_starts(own: TestClient, body: dict[str, Any]) -> None:
    before = own.get("/pipeline/runs").json()
    assert own.post("/pipeline/run", json=body).status_code == 422
    assert own.get("/pipeline/runs").json() == before


def test_to_allow_what_is_no_check_is_refused_by_the_run_and_leaves_no_entry(own: TestClient) -> None:
    before = own.get("/pipeline/runs").json()
    found = own.post("/pipeline/run", json={"allow": ["drift", "--full-refresh"]})
    assert found.status_code == 422 and "There is no check `--full-refresh` to allow" in found.json()["detail"]
    assert own.get("/pipeline/runs").json() == before


def test_a_process_started_with_the_variables_has_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    source = {"orders": {"path": "shop/*.csv", "fields": {"amount": "total"}}}
    given = Settings(warehouse="postgresql://me:secret@host/db", threads=3, sources=source)  # type: ignore[arg-type]
    given = overridden(given, rfm={"window_days": 90}, clusters={"k": 4})
    present = {"REGULARS_RFM__WINDOW_DAYS": "10", "REGULARS_ENV": "prod", "SHOP_PASSWORD": "kept", "PATH": "/bin"}
    variables = environment_of(given, present)
    assert variables["SHOP_PASSWORD"] == "kept"
    assert "REGULARS_RFM__WINDOW_DAYS" not in variables and "REGULARS_ENV" not in variables
    for name, value in variables.items():
        if name.startswith("REGULARS_"):
            monkeypatch.setenv(name, value)
    assert Settings() == given


def test_changes_are_told_once() -> None:
    stage = {"stage": "land", "status": "running", "progress": None}
    run: dict[str, Any] = {"run_id": "a", "status": "running", "stages": [stage]}
    changes = Changes()
    assert [name for name, _ in changes.since_last(run)] == ["stage", "run"]
    assert list(changes.since_last(run)) == []
    further = {**run, "stages": [{**stage, "progress": "half"}]}
    assert list(changes.since_last(further)) == [("stage", {**stage, "progress": "half"})]
    assert [name for name, _ in changes.since_last({**further, "status": "done"})] == ["end"]
