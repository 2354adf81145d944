"""Schemathesis asks every endpoint what its document allows, and what it does not: no 5xx, nothing undocumented."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.unit.conftest import Published

from regulars.serve.api.app import create_app
from regulars.settings import Settings

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = create_app(Settings(warehouse="warehouse")).openapi()
# Runs are started by test_pipeline.py.
OPERATIONS = [
    (method.upper(), path)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if path != "/pipeline/run"
]


class OnThisMachine:
    """The app, asked from loopback by a name that it answers to, whatever the client says of itself."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope = {**scope, "client": ("127.0.0.1", 1), "headers": [(b"host", b"localhost"), *others]}
        await self._app(scope, receive, send)


@pytest.fixture(scope="session")
def schema(served: Published) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", OnThisMachine(create_app(served.settings)))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "not allowed"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_the_document_says(schema: Any, method: str, path: str, mode: GenerationMode) -> None:
    operation = schema[path][method]
    if mode is GenerationMode.NEGATIVE and not (operation.body or [*operation.query, *operation.path_parameters]):
        return

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        # What takes seconds each, and has tests of its own: past days, and the features of orders.
        if isinstance(case.query, dict):
            case.query.pop("calc_date", None)
        if isinstance(case.body, dict):
            case.body.pop("orders", None)
        case.call_and_validate(checks=CHECKS)

    ask()


def test_every_operation_is_named_described_and_says_what_it_refuses() -> None:
    names = []
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] and operation["description"] and operation["tags"], (method, path)
            names.append(operation["operationId"])
            for status in ("401", "403", "422", "429", "503"):
                content = operation["responses"][status]["content"]
                assert content["application/problem+json"]["schema"]["$ref"].endswith("/Problem"), (path, status)
    assert len(names) == len(set(names))


def test_the_document_that_is_served_is_this_one(api: TestClient) -> None:
    assert api.get("/openapi.json").json()["paths"].keys() == DOCUMENT["paths"].keys()
