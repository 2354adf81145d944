"""No body is larger than allowed, and none takes for ever to come: 413 and 408, whatever the endpoint makes of it."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regulars.serve.api.problems import Problem

# Who sends at least this fast is not slow, however large the body.
_BYTES_PER_SECOND = 16 * 1024
_GONE: Message = {"type": "http.disconnect"}
_CLOSING = {"Connection": "close"}


class BodyLimit:
    """Middleware that ends a request whose body is too large or too slow.

    Args:
        app: What answers.
        most: Bytes that a body may have.
        seconds: How long a body may take, beside the time that its bytes take at 16 KB a second.
    """

    def __init__(self, app: ASGIApp, most: int, seconds: float) -> None:
        self._app, self._most, self._seconds = app, most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._most:
            return await self._too_large().response()(scope, receive, send)
        body = _Body(self, receive, send)
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            if body.problem is None or body.has_begun:
                raise
        if body.problem is not None and not body.has_begun:
            await body.problem.response()(scope, receive, send)

    def _too_large(self) -> Problem:
        return Problem(
            413, f"The body is larger than {self._most:,} bytes. Send it in parts, or raise max_body_bytes.", _CLOSING
        )

    def _too_slow(self) -> Problem:
        return Problem(408, "The body did not come in time. Send it again, faster.", _CLOSING)


class _Body:
    """One request's body on its way in; what the endpoint answers to one that was cut off is not sent."""

    def __init__(self, limit: BodyLimit, receive: Receive, send: Send) -> None:
        self._limit, self._receive, self._send = limit, receive, send
        self._begun_at = asyncio.get_running_loop().time()
        self._bytes = 0
        self._is_whole = False
        self.problem: Problem | None = None
        self.has_begun = False

    async def receive(self) -> Message:
        if self.problem is not None:
            return _GONE
        if self._is_whole:
            return await self._receive()
        deadline = self._begun_at + self._limit._seconds + self._bytes / _BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(deadline):
                message = await self._receive()
        except TimeoutError:
            self.problem = self._limit._too_slow()
            return _GONE
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._bytes > self._limit._most:
                self.problem = self._limit._too_large()
                return _GONE
        return message

    async def send(self, message: Message) -> None:
        if self.problem is None or self.has_begun:
            self.has_begun = True
            await self._send(message)
