"""Headers that tell browsers to trust nothing they need not: no framing, no guessing of types, no foreign scripts.

Data gets a policy that allows nothing at all; pages may run scripts of this server and those that bear the nonce of the
request. An endpoint that sets a policy of its own keeps it.
"""

from __future__ import annotations

import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_DATA = "default-src 'none'; frame-ancestors 'none'"
_TWO_YEARS = "max-age=63072000"


def csp_nonce(connection: HTTPConnection) -> str:
    """The nonce of a request: scripts of a page that carry it run, and no others that stand in the page."""
    nonce: str = connection.state.csp_nonce
    return nonce


def page_policy(nonce: str, *, evaluates: bool = False) -> str:
    """The policy of a page; `evaluates` is for Plotly's charts in three dimensions, which compile their shaders."""
    scripts = f"'self' 'nonce-{nonce}'" + " 'unsafe-eval'" * evaluates
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
        " font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """Middleware that puts the headers on every response, refusals among them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["csp_nonce"] = nonce

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), scope, nonce)
            await send(message)

        await self._app(scope, receive, sending)


def _add(headers: MutableHeaders, scope: Scope, nonce: str) -> None:
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    is_page = headers.get("content-type", "").startswith("text/html")
    headers.setdefault("Content-Security-Policy", page_policy(nonce) if is_page else _DATA)
    # Nobody's data stays in a cache that others share; with an ETag a browser may keep it, and asks each time.
    headers.setdefault("Cache-Control", "private, no-cache" if "etag" in headers else "no-store")
    # The same answer is masked for one key and not for another.
    headers.add_vary_header("Authorization, X-API-Key")
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", _TWO_YEARS)
