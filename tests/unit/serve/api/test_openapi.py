"""Schemathesis asks every endpoint what its document allows, and what it does not: no 5xx, nothing undocumented."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.unit.conftest import Published

from regulars.serve.api.app import create_app

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class OnThisMachine:
    """The app, asked from loopback by a name that it answers to."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope, receive, send):  # type: ignore[no-untyped-def]
        if scope["type"] == "http":
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope = {**scope, "client": ("127.0.0.1", 1), "headers": [(b"host", b"localhost"), *others]}
        await self._app(scope, receive, send)


@pytest.fixture(scope="session")
def document(published: Published) -> object:
    return schemathesis.openapi.from_asgi("/openapi.json", OnThisMachine(create_app(published.settings)))


# Runs are started by test_pipeline.py; a stream of events ends when its run does; orders take seconds each.
api = schemathesis.pytest.from_fixture("document").exclude(path="/pipeline/run")


@api.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_the_document_says(case: schemathesis.Case) -> None:
    if isinstance(case.body, dict):
        case.body.pop("orders", None)
    if isinstance(case.query, dict):
        case.query.pop("calc_date", None)
    case.call_and_validate(checks=CHECKS)


def test_every_operation_is_named_described_and_says_what_it_refuses(api_document: dict) -> None:  # type: ignore[type-arg]
    names = []
    for path, operations in api_document["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"] and operation["description"] and operation["tags"], (method, path)
            names.append(operation["operationId"])
            for status in ("401", "403", "422", "429", "503"):
                content = operation["responses"][status]["content"]
                assert content["application/problem+json"]["schema"]["$ref"].endswith("/Problem"), (path, status)
    assert len(names) == len(set(names))


@pytest.fixture
def api_document(published: Published) -> dict:  # type: ignore[type-arg]
    with TestClient(create_app(published.settings), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        return dict(client.get("/openapi.json").json())
