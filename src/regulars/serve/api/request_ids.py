"""Each request has an id: in the answer's X-Request-ID and in every line of the log that it leads to.

A client's own is kept where it has the form of one, a UUID or 16 to 64 hexadecimal digits, so that a trace goes through
several services; whatever else a client sends there could be anything, and is not repeated.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regulars.logs import bound

HEADER = "X-Request-ID"
_FORM = re.compile(r"[0-9a-f]{16,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Sixteen digits could be somebody's card or number.
_DIGITS = re.compile(r"\d+")


class RequestIds:
    """Middleware that gives each request its id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        sent = Headers(scope=scope).get(HEADER, "")
        is_id = _FORM.fullmatch(sent) and not _DIGITS.fullmatch(sent)
        request_id = sent if is_id else secrets.token_hex(8)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with bound(request_id=request_id):
            await self._app(scope, receive, sending)
