"""A request and what it leads to in the log can be found by one id, and the log names nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.serve.api.conftest import demo_app

from regulars import logs
from regulars.logging_settings import LoggingSettings
from regulars.serve.auth import Role


@pytest.fixture
def client(folder: Path, log_of_process: None) -> TestClient:
    """The small app, whose log is JSON."""
    logs.configure(LoggingSettings(format="json"))
    return TestClient(demo_app(folder), base_url="http://127.0.0.1", raise_server_exceptions=False)


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_the_line_of_a_request_has_its_id_route_status_and_time_and_no_path(
    client: TestClient, keys: dict[Role, str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/customers/ann@example.org?phone=07700900123", headers={"X-API-Key": keys[Role.viewer]})
    [line] = told(capsys)
    assert line["message"] == "GET /customers/{customer_id} 200" and line["status"] == 200 and line["key"] == "viewer"
    assert line["request_id"] == answer.headers["x-request-id"] and line["seconds"] >= 0
    assert keys[Role.viewer] not in json.dumps(line)


def test_a_failure_is_found_by_the_id_that_the_client_was_told(
    client: TestClient, keys: dict[Role, str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/broken", headers={"X-API-Key": keys[Role.viewer]})
    assert answer.status_code == 500 and "X-Request-ID" in answer.json()["detail"]
    failure, access = told(capsys)
    assert failure["request_id"] == access["request_id"] == answer.headers["x-request-id"]
    kind, innermost, *_ = failure["message"].splitlines()
    assert kind == "ValueError at" and "conftest.py" in innermost and innermost.endswith("in broken")
    assert "ann" not in json.dumps([failure, access])
    refused = client.get("/customers/ann@example.org")
    [line] = told(capsys)
    assert (line["status"], line["key"]) == (401, None) and line["request_id"] == refused.headers["x-request-id"]


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [
        ("0af7651916cd43dd8448eb211c80319c", True),
        ("7d444840-9dc0-11d1-b245-5ffdce74fad2", True),
        ("4111111111111111", False),
        ("ann@example.org", False),
        ("a" * 65, False),
        ("short", False),
    ],
)
def test_an_id_of_the_client_is_kept_where_it_can_only_be_one(client: TestClient, sent: str, is_kept: bool) -> None:
    given = client.get("/health", headers={"X-Request-ID": sent}).headers["x-request-id"]
    assert (given == sent) is is_kept and len(given) >= 16
