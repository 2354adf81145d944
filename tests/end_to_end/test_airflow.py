"""The DAG under a real scheduler: runs on schedule, stages that fail and are told of, cleared runs, and past days."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.end_to_end import doors
from tests.servers_airflow import Airflow, airflow

import regulars
from regulars.engines.duckdb import DuckDBEngine
from regulars.pipeline import STAGES

pytestmark = pytest.mark.slow

SETTINGS = """
[shop]
timezone = "America/New_York"
[sources.customers]
path = "customers.csv"
[sources.orders]
path = "orders.csv"
"""
RUNS = "/api/v2/dags/regulars/dagRuns"


@dataclass
class Schedule:
    """A shop whose DAG an Airflow runs, and what its alerts said."""

    airflow: Airflow
    project: Path
    told: Path
    posted: list[dict[str, Any]] = field(default_factory=list)

    @property
    def warehouse(self) -> DuckDBEngine:
        return DuckDBEngine(self.project / "warehouse")

    def tasks(self, run: str) -> dict[str, dict[str, Any]]:
        """The tasks of a run as the API tells them."""
        return {task["task_id"]: task for task in self.airflow.ask(f"{RUNS}/{run}/taskInstances")["task_instances"]}

    def ended(self, run: str) -> dict[str, str]:
        """Waits for a run's end, and gives the state of the run and of its tasks."""

        def end() -> str | None:
            state = self.airflow.ask(f"{RUNS}/{run}")["state"]
            return state if state in ("success", "failed") else None

        state = self.airflow.until(f"run {run} ends", end)
        return {"run": state, **{name: task["state"] for name, task in self.tasks(run).items()}}

    def trigger(self, moment: str | None) -> str:
        """Starts a run by hand, as of a moment or without one."""
        body: dict[str, Any] = {"logical_date": moment}
        if moment:
            body |= {"data_interval_start": moment, "data_interval_end": moment}
        return str(self.airflow.ask(RUNS, "POST", body)["dag_run_id"])

    def log(self, run: str, task: str) -> str:
        """What the first try of a task said."""
        return json.dumps(self.airflow.ask(f"{RUNS}/{run}/taskInstances/{task}/logs/1?full_content=true"))

    def live_day(self) -> dt.date:
        [(day,)] = doors.ask(
            self.project / "warehouse" / "live.duckdb", "select distinct as_of from marts.fct_customer_rfm"
        )
        return day


@pytest.fixture(scope="module")
def schedule(shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Schedule]:
    """An Airflow that is up, with the DAG still paused."""
    root = tmp_path_factory.mktemp("schedule")
    project, home, told = root / "project", root / "airflow", root / "told"
    for folder in (project, home):
        folder.mkdir()
    (project / "regulars.toml").write_text(SETTINGS)
    for name in ("customers.csv", "orders.csv"):
        shutil.copy(shop_files / name, project)
    command, teller = root / "regulars", root / "tell"
    # Regulars' own environment, which is this one, whatever PYTHONPATH says to the tests.
    source = Path(regulars.__file__).parents[1]
    command.write_text(
        f"#!/bin/sh\nPYTHONPATH={source} exec {sys.executable} -c 'from regulars.cli import main; main()' \"$@\"\n"
    )
    teller.write_text(f"#!/bin/sh\ncat >> {told}\n")
    for script in (command, teller):
        script.chmod(0o755)
    with _webhook() as (url, posted):
        settings = {
            "REGULARS_DAG_COMMAND": str(command),
            "REGULARS_DAG_PROJECT": str(project),
            # Once a year, at three in the morning of UTC: in New York it is still the old year.
            "REGULARS_DAG_SCHEDULE": "0 3 1 1 *",
            "REGULARS_DAG_RETRIES": "1",
            "REGULARS_DAG_RETRY_SECONDS": "1",
            "AIRFLOW_VAR_REGULARS_ALERT_COMMAND": str(teller),
            "AIRFLOW_VAR_REGULARS_ALERT_WEBHOOK": url,
        }
        with airflow(home, settings) as server:
            server.until("the DAG is read", lambda: _is_read(server))
            yield Schedule(server, project, told, posted)


def test_the_dag_has_the_stages_as_tasks_one_after_the_other(schedule: Schedule) -> None:
    tasks = schedule.airflow.ask("/api/v2/dags/regulars/tasks")["tasks"]
    follows = {task["task_id"]: task["downstream_task_ids"] for task in tasks}
    names = [stage.name for stage in STAGES]
    assert follows == {name: [after] if after else [] for name, after in zip(names, [*names[1:], None], strict=True)}
    assert schedule.airflow.ask("/api/v2/importErrors")["total_entries"] == 0


def test_a_scheduled_run_that_failed_is_told_of_and_goes_on_when_it_is_cleared(schedule: Schedule) -> None:
    with schedule.warehouse.lock():
        schedule.airflow.ask("/api/v2/dags/regulars", "PATCH", {"is_paused": False})
        [run] = schedule.airflow.until("the schedule has begun a run", lambda: schedule.airflow.ask(RUNS)["dag_runs"])
        states = schedule.ended(run["dag_run_id"])
    assert run["run_type"] == "scheduled"
    assert (states["run"], states["land"], states["publish"]) == ("failed", "failed", "upstream_failed")
    assert schedule.tasks(run["dag_run_id"])["land"]["try_number"] == 2
    words = schedule.told.read_text()
    assert words.count("stage land of run") == 1, "it is told of once, and not at every try"
    assert "exit code 4, another run holds the warehouse" in words
    assert [message["stage"] for message in schedule.posted] == ["land"]
    assert words.startswith(schedule.posted[0]["text"])

    cleared = {"dag_run_id": run["dag_run_id"], "dry_run": False, "only_failed": True, "reset_dag_runs": True}
    schedule.airflow.ask("/api/v2/dags/regulars/clearTaskInstances", "POST", cleared)
    schedule.airflow.until(
        "the run goes on", lambda: schedule.airflow.ask(f"{RUNS}/{run['dag_run_id']}")["state"] != "failed"
    )
    assert set(schedule.ended(run["dag_run_id"]).values()) == {"success"}
    end = dt.datetime.fromisoformat(run["data_interval_end"])
    assert schedule.live_day() == end.astimezone(ZoneInfo("America/New_York")).date()
    assert schedule.live_day() == end.date() - dt.timedelta(days=1), "the shop's day is not that of UTC"


def test_a_run_for_a_past_day_leaves_the_newer_state_alone(schedule: Schedule) -> None:
    before = schedule.live_day()
    run = schedule.trigger("2025-06-01T12:00:00Z")
    states = schedule.ended(run)
    assert [states[stage.name] for stage in STAGES] == ["success", "success", *["skipped"] * (len(STAGES) - 2)]
    assert "later than 2025-06-01, and was kept" in schedule.log(run, "build")
    assert schedule.live_day() == before


def test_settings_that_cannot_be_used_are_not_tried_again(schedule: Schedule) -> None:
    (schedule.project / "regulars.toml").write_text("[shop]\ntimezone = 'Mars/Olympus'\n")
    run = schedule.trigger(None)
    assert schedule.ended(run)["run"] == "failed"
    assert schedule.tasks(run)["land"]["try_number"] == 1
    assert "exit code 2, input or settings cannot be used" in schedule.told.read_text()


def _is_read(server: Airflow) -> bool:
    return any(dag["dag_id"] == "regulars" for dag in server.ask("/api/v2/dags")["dags"])


class _webhook:
    """A server that keeps what was posted to it."""

    def __enter__(self) -> tuple[str, list[dict[str, Any]]]:
        posted: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/alerts", posted

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
