"""Everybody passes here: host, key and pace are looked at before anything else is, and every answer is noted.

A request that comes through bears its `Principal`, or none; the endpoint's `needs(role)` says what that is worth.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import time
import traceback
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regulars.errors import RegularsError
from regulars.serve.access_log import AccessLog, network
from regulars.serve.api.hosts import AllowedHosts, is_loopback, name_of
from regulars.serve.api.problems import Problem
from regulars.serve.api.rate_limit import RateLimit
from regulars.serve.api.request_counts import RequestCounts
from regulars.serve.auth import KeyStore, Principal
from regulars.serve.roles import LOCAL
from regulars.serve_settings import ServeSettings

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="regulars"'}
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_UNKNOWN_ROUTE = "(no route)"
_GONE = 499  # nginx's number for a client that left before it was answered
_log = logging.getLogger("regulars.server")
_requests = logging.getLogger("regulars.requests")


class Doorkeeper:
    """Middleware that lets requests in, and turns away those without a right to be here.

    Args:
        app: What answers.
        settings: Where the server listens, and how much may be asked.
        store: The keys.
        log: Where requests are noted.
        counts: Where they are counted.
        failures: Wrong keys of late, which the form of the dashboard counts too.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: ServeSettings,
        store: KeyStore,
        log: AccessLog,
        counts: RequestCounts,
        failures: Failures,
    ) -> None:
        self._app, self._store, self._log, self._counts = app, store, log, counts
        self._hosts = AllowedHosts(settings.allowed_hosts, settings.host)
        self._is_local = is_loopback(settings.host)
        self._pace = RateLimit(settings.requests_per_minute, settings.burst)
        self._failures = failures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or refuses it."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        address = scope["client"][0] if scope.get("client") else ""
        begun = time.perf_counter()
        self._counts.came()
        answer = _Answer(send, lambda status: self._note(scope, address, status, begun))
        scope.setdefault("state", {})["principal"] = None
        try:
            scope["state"]["principal"] = await self._identified(scope, Headers(scope=scope), address)
            await self._app(scope, receive, answer.send)
        except Problem as problem:
            await _refuse(problem, scope, receive, answer.send)
        except Exception as error:
            _tell(error)
            if answer.has_begun:
                # Closing the connection is the only way left to say that the answer is not whole.
                raise ConnectionAbortedError("the answer broke off") from None
            words = (
                "The server failed. Its log says where, by X-Request-ID; try again, and tell its owner if it stays so."
            )
            await _refuse(Problem(500, words), scope, receive, answer.send)
        finally:
            if not answer.has_begun:
                self._note(scope, address, _GONE, begun)

    async def _identified(self, scope: Scope, headers: Headers, address: str) -> Principal | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._hosts.allow(hosts[0]):
            raise Problem(
                400, "This server is not called by the name in the Host header. Its owner sets [serve] allowed_hosts."
            )
        secret = _secret(headers)
        try:
            if self._store.is_stale():
                await run_in_threadpool(self._store.catch_up)
            principal = self._store.verify(secret) if secret is not None else None
            is_open = self._is_local and not self._store.has_keys()
        except RegularsError as error:
            _log.warning("The keys cannot be read: %s", type(error).__name__)
            words = "The keys cannot be read now, so nobody is let in. Try again in a moment."
            raise Problem(503, words, {"Retry-After": "5"}) from None
        caller = _caller(address)
        if secret is not None and principal is None and not is_open:
            # A valid key is never held up by the failures of others at its address: no key can be guessed anyway.
            _limited(self._failures.wait(address), "Too many wrong keys came from your address.")
            words = "This key is not valid: unknown, expired or revoked. Ask the server's owner for another."
            raise Problem(401, words, {"WWW-Authenticate": f'{CHALLENGE["WWW-Authenticate"]}, error="invalid_token"'})
        if principal is None and is_open and _is_here(address, headers):
            refuse_other_sites(scope, headers)
            return LOCAL
        _limited(self._pace.wait(principal.key_id if principal else caller), "Too many requests.")
        return principal

    def _note(self, scope: Scope, address: str, status: int, begun: float) -> None:
        principal: Principal | None = scope["state"].get("principal")
        name, key_id = (principal.name, principal.key_id) if principal else (None, "")
        method = scope.get("method", "WEBSOCKET")
        # A method is a word of the client's choosing, too.
        method = method if method.isalpha() and len(method) <= 10 else "OTHER"
        route = _template(scope)
        self._log.note(name, key_id, method, route, status, network(address))
        seconds = time.perf_counter() - begun
        self._counts.answered(method, route, status, seconds)
        # By its route and its sender's network, never by its path or query.
        details = {"key": name, "address": network(address), "seconds": round(seconds, 4), "status": status}
        _requests.info("%s %s %d", method, route, status, extra={"details": details})


class Failures:
    """Wrong keys of late, by the address that they came from.

    Args:
        per_minute: How many of them are answered.
    """

    def __init__(self, per_minute: int) -> None:
        self._limit = RateLimit(per_minute, per_minute)

    def wait(self, address: str) -> int:
        """Counts one: 0 when it is answered, else the seconds until another would be."""
        return math.ceil(self._limit.wait(_caller(address)))


class _Answer:
    """The answer on its way out; it is noted when it begins, for a stream of events may last for hours."""

    def __init__(self, send: Send, note: Callable[[int], None]) -> None:
        self._send, self._note = send, note
        self.has_begun = False

    async def send(self, message: Message) -> None:
        if not self.has_begun and message["type"] in _STATUS:
            self.has_begun = True
            self._note(message.get("status") or _STATUS[message["type"]])
        await self._send(message)


_STATUS = {"http.response.start": 200, "websocket.accept": 101, "websocket.close": 403}


def _template(scope: Scope) -> str:
    """The template of the route that was found, such as /customers/{customer_id}; nothing of the path itself."""
    # FastAPI keeps the prefix of an included router beside the route, which knows its own part alone.
    found = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(found, "path_format", None) or getattr(found, "path", None) or _UNKNOWN_ROUTE


def _secret(headers: Headers) -> str | None:
    """The key that a request presents; one in the query would stand in logs and histories, so it is not looked for."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return headers.get("x-api-key")


def _is_here(address: str, headers: Headers) -> bool:
    """Whether a request comes from this machine, and not from a proxy that happens to run on it."""
    return (not address or is_loopback(address)) and not any(name in headers for name in _FORWARDED)


def _caller(address: str) -> str:
    """Who shares a bucket: an address, or the network of 64 bits that one user of IPv6 has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def _limited(seconds: float, words: str) -> None:
    if seconds:
        wait = math.ceil(seconds)
        raise Problem(429, f"{words} Come again in {wait} s.", {"Retry-After": str(wait)})


def refuse_other_sites(scope: Scope, headers: Headers) -> None:
    """Refuses what a page of another site asks in the browser of somebody who may, by being here or by a cookie.

    Raises:
        Problem: 403.
    """
    if scope["type"] == "http" and scope["method"] in _SAFE:
        return
    origin = headers.get("origin")
    foreign = origin is not None and urlsplit(origin).hostname != name_of(headers["host"])
    if foreign or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise Problem(403, "A page of another site may not ask this server. Open its own pages, or use a key.")


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await problem.response()(scope, receive, send)


def _tell(error: Exception) -> None:
    """Where it failed goes into the log, and not what the error says, for that may hold somebody's data.

    The innermost place comes first: a long message is cut at its end.
    """
    frames = reversed(traceback.extract_tb(error.__traceback__))
    _log.error("%s at\n%s", type(error).__name__, "\n".join(f"  {f.filename}:{f.lineno} in {f.name}" for f in frames))
