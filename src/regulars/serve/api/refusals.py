"""Errors as problem documents (RFC 9457): what Regulars raises, what does not validate, what does not exist."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from regulars.errors import (
    BusyError,
    InputError,
    LockedError,
    ModelError,
    NotFitted,
    RegularsError,
    SettingsError,
    SourceUnreachable,
    WarehouseError,
)
from regulars.serve.api.problems import Problem, told
from regulars.serve.api.published import NotModified

_RETRY = {"Retry-After": "5"}
# The first that fits decides.
_STATUS: tuple[tuple[type[RegularsError], int], ...] = (
    (BusyError, 503),
    (LockedError, 409),
    (ModelError, 503),
    (NotFitted, 503),
    (InputError, 422),
    (SettingsError, 422),
    (WarehouseError, 503),
    (SourceUnreachable, 503),
)
_log = logging.getLogger("regulars.server")


def not_found(detail: str) -> Problem:
    """The problem of what does not exist; the detail says how to search."""
    return Problem(404, detail)


def install_refusals(app: FastAPI) -> None:
    """Makes every error of an app a problem document."""
    app.add_exception_handler(Problem, told)
    app.add_exception_handler(NotModified, _not_modified)
    app.add_exception_handler(RegularsError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _not_modified(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NotModified)
    return Response(status_code=304, headers=error.headers)


async def _known(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RegularsError)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status >= 500:
        _log.warning("%s: %s", type(error).__name__, error)
    return Problem(status, str(error), _RETRY if status == 503 else None).response()


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # What was sent is left out: it may be somebody's data, and the client has it.
    found = [
        {"place": ".".join(str(step) for step in each["loc"]), "problem": each["msg"]} for each in error.errors()[:100]
    ]
    words = "; ".join(f"{each['place']}: {each['problem']}" for each in found[:3])
    return Problem(422, f"The request does not fit: {words}.", errors=found).response()


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return Problem(404, "There is no such page. GET /docs lists what there is.").response()
    if error.status_code == 405:
        words = f"{request.method} is not possible here. The header Allow says what is."
        return Problem(405, words, error.headers).response()
    if error.status_code == 400:
        return Problem(400, "The body cannot be read. Send JSON in UTF-8.").response()
    return Problem(error.status_code, str(error.detail), error.headers).response()
