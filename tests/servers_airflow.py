"""An Airflow of its own, in a temporary folder: scheduler, DAG processor and API server, asked over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import AIRFLOW, REPOSITORY
from tests.servers import free_port

DAGS = REPOSITORY / "airflow" / "dags"
# Many times what a quiet machine needs; a test that waits this long says what it waited for.
PATIENCE = 400


class Airflow:
    """A running Airflow that reads the DAGs of the project."""

    def __init__(self, command: Path, home: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.home = home
        self._command = command
        own = {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.port}",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
        }
        # Nothing of the tests' own Python: Airflow has another one.
        outer = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AIRFLOW"))}
        self.environment = {**outer, **own, **settings}
        self._running: list[subprocess.Popen[bytes]] = []
        self._token = ""

    def start(self) -> None:
        subprocess.run(
            [self._command, "db", "migrate"], env=self.environment, check=True, capture_output=True, timeout=PATIENCE
        )
        for name in ("api-server", "scheduler", "dag-processor"):
            with (self.home / f"{name}.log").open("wb") as said:
                started = subprocess.Popen(
                    [self._command, name], env=self.environment, stdout=said, stderr=said, start_new_session=True
                )
            self._running.append(started)
        self.until("the API server answers", self._log_in)

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()

    def ask(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
        """What the API says to a request."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def until(self, what: str, holds: Callable[[], Any]) -> Any:
        """Waits until something holds, and gives it; while the API does not answer, nothing holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert all(process.poll() is None for process in self._running), self.logs()
            try:
                if found := holds():
                    return found
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.5)
        raise AssertionError(f"{PATIENCE} s went by and never was it so that {what}\n{self.logs()}")

    def logs(self) -> str:
        """The ends of what the three processes said."""
        return "\n".join(f"{file.name}:\n{file.read_text()[-3000:]}" for file in sorted(self.home.glob("*.log")))

    def _log_in(self) -> bool:
        self._token = self.ask("/auth/token")["access_token"]
        return True


@contextmanager
def airflow(home: Path, settings: dict[str, str]) -> Iterator[Airflow]:
    """A running Airflow, or a skip that says what is missing."""
    command = AIRFLOW / "bin" / "airflow"
    if not command.exists():
        pytest.skip("Airflow is absent: make airflow, or name its environment in REGULARS_AIRFLOW")
    server = Airflow(command, home, settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()
