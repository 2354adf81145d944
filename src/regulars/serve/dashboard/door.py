"""The door of the dashboard: nobody without a principal gets as far as Streamlit, neither by HTTP nor by its websocket.

Whoever brings a key in a header, or sits at the server's own machine while no key was ever given, has been let in by
the doorkeeper. Browsers bring a cookie, which is good for /dashboard alone: the API does not look at it.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from regulars.errors import RegularsError
from regulars.serve.api.doorkeeper import Failures, refuse_other_sites
from regulars.serve.api.problems import Problem
from regulars.serve.api.state import ServerState
from regulars.serve.auth import KeyStore, Principal
from regulars.serve.dashboard import sign_in_page
from regulars.serve.dashboard.memory import Memory
from regulars.serve.dashboard.policy import dashboard_policy
from regulars.serve.dashboard.seats import HEADER, Seat, taken
from regulars.serve.dashboard.sessions import QUIET_SECONDS, Sessions
from regulars.serve.dashboard.streamlit_app import StreamlitApp, index_page, is_installed
from regulars.serve.roles import LOCAL

COOKIE = "regulars_dashboard"
_FIRST = "/dashboard/overview"
_MOST_FORM = 4096
_LISTS = "/dashboard/lists/"
_INSTALL = "Install it and start the server again: <code>pip install 'regulars[serve,dashboard]'</code>."


class Door:
    """What the server mounts at /dashboard.

    Args:
        state: The server's.
        store: The keys.
        failures: Wrong keys of late, which the doorkeeper counts too.
    """

    def __init__(self, state: ServerState, store: KeyStore, failures: Failures) -> None:
        self._state, self._store, self._failures = state, store, failures
        self._sessions, self._memory = Sessions(store), Memory()
        self._streamlit = StreamlitApp()

    def begin(self) -> None:
        """The server begins to live, in this loop."""
        self._streamlit.begin()

    async def stop(self) -> None:
        """Ends what runs behind the door."""
        await self._streamlit.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or lets it through."""
        if scope["type"] == "websocket":
            return await self._connected(scope, receive, send)
        # The log of requests has the template of a route, and none of Streamlit's paths is worth a line of its own.
        scope["route"] = _Route("/dashboard/{path}")
        response = await self._answered(Request(scope, receive))
        if response is not None:
            return await response(scope, receive, send)
        if scope["path"].startswith(_LISTS):
            return await self._list(scope, receive, send)
        await self._shown(scope, receive, send)

    async def _answered(self, request: Request) -> Response | None:
        """The answer to who may not come in, or to who comes or goes; None = the request goes on."""
        if not is_installed():
            return sign_in_page.not_here("The dashboard needs Streamlit, which is not installed.", _INSTALL)
        path, method = request.url.path, request.method
        if method not in ("GET", "HEAD"):
            refuse_other_sites(request.scope, request.headers)
        if path == "/dashboard/sign-in":
            request.scope["route"] = _Route(path)
            return await self._sign_in(request)
        principal = await self._principal(request.scope)
        request.scope["state"]["principal"] = principal
        if path == "/dashboard/sign-out":
            request.scope["route"] = _Route(path)
            return self._sign_out(request, principal)
        if path == _FIRST:
            # Streamlit knows the first page by the address of all alone.
            return RedirectResponse(sign_in_page.ENTRY + (f"?{request.url.query}" if request.url.query else ""), 307)
        if principal is not None:
            return None
        if method == "GET" and "text/html" in request.headers.get("accept", ""):
            target = path + (f"?{request.url.query}" if request.url.query else "")
            return sign_in_page.sign_in(target, has_keys=self._store.has_keys())
        raise Problem(401, "Sign in at /dashboard with an API key first.")

    async def _sign_in(self, request: Request) -> Response:
        if request.method != "POST":
            return sign_in_page.sign_in("", has_keys=self._store.has_keys(), status=200)
        form = await _form(request)
        target, secret = sign_in_page.inside(form.get("target", "")), form.get("key", "").strip()
        try:
            opened = await run_in_threadpool(self._sessions.sign_in, secret)
        except RegularsError:
            words = "The keys cannot be read now, so nobody is let in. Try again in a moment."
            return sign_in_page.sign_in(target, wrong=words, status=503)
        if opened is None:
            wait = self._failures.wait(request.client.host if request.client else "")
            words = "This key is not valid: unknown, expired or revoked."
            if wait:
                words = f"Too many wrong keys came from your address. Come again in {wait} s."
            return sign_in_page.sign_in(target, wrong=words, status=429 if wait else 401)
        token, principal = opened
        request.scope["state"]["principal"] = principal
        response = RedirectResponse(target, 303)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(QUIET_SECONDS),
            path="/dashboard",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    def _sign_out(self, request: Request, principal: Principal | None) -> Response:
        token = _token(request.scope)
        if request.method != "POST" and principal is not None and token is not None:
            return sign_in_page.sign_out(principal.name)
        if token is not None and request.method == "POST":
            self._sessions.sign_out(token)
        response = RedirectResponse(sign_in_page.ENTRY, 303)
        response.delete_cookie(COOKIE, path="/dashboard", httponly=True, samesite="lax")
        return response

    async def _principal(self, scope: Scope) -> Principal | None:
        """Who asks: by what the doorkeeper found, or by a session."""
        known: Principal | None = scope["state"].get("principal")
        token = _token(scope)
        if known is not None or token is None:
            return known
        return await run_in_threadpool(self._still, None, token)

    def _still(self, known: Principal | None, token: str | None) -> Principal | None:
        """Who somebody is now that was let in before; nobody while the keys cannot be read."""
        try:
            if known is not None and not known.key_id:
                return LOCAL if not self._store.has_keys() else None
            if known is not None:
                return self._store.holder(known.key_id)
            return self._sessions.principal(token) if token is not None else None
        except RegularsError:
            return None

    async def _list(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A list of the API as a download: the same endpoint, asked as who is signed in."""
        if scope["method"] != "GET":
            raise Problem(405, "Lists are downloaded with GET.")
        path = scope["path"].removeprefix(_LISTS)
        passed = {
            name: value
            for name, value in scope.items()
            if name not in ("route", "router", "endpoint", "path_params", "fastapi")
        }
        passed |= {"path": f"/export/segments/{path}", "raw_path": b"", "root_path": ""}
        await scope["app"].router(passed, receive, send)

    async def _shown(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A file of Streamlit's, under a policy that lets it work and loads nothing from elsewhere."""
        streamlit = await self._streamlit.started()
        policy = dashboard_policy(index_page())

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Also where a browser is told that its copy of the page holds: it takes the policy of that answer.
                MutableHeaders(scope=message)["Content-Security-Policy"] = policy
            await send(message)

        # What Streamlit notes in the scope, such as its own routes, is not for the log of requests.
        await streamlit({**scope}, receive, sending)

    async def _connected(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A browser's connection, for as long as somebody sits behind it who may see what is sent."""
        scope["route"] = _Route("/dashboard/{path}")
        refuse_other_sites(scope, Headers(scope=scope))
        known: Principal | None = scope["state"].get("principal")
        token = _token(scope)
        principal = await self._principal(scope)
        if principal is None or not is_installed():
            raise Problem(401, "Sign in at /dashboard with an API key first.")
        scope["state"]["principal"] = principal
        streamlit = await self._streamlit.started()
        has_ended = False

        async def end() -> None:
            nonlocal has_ended
            if not has_ended:
                has_ended = True
                await send({"type": "websocket.close", "code": 1008})

        async def receiving() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and await run_in_threadpool(self._still, known, token) is None:
                await end()
                return {"type": "websocket.disconnect", "code": 1008}
            return message

        async def sending(message: Message) -> None:
            if has_ended:
                return
            if message["type"] == "websocket.send" and await run_in_threadpool(self._still, known, token) is None:
                return await end()
            await send(message)

        seat = Seat(self._state, self._memory, lambda: self._still(known, token), token is not None and known is None)
        with taken(seat) as number:
            seated = {**scope, "headers": [*scope["headers"]]}
            # One that a browser sent leads nowhere.
            MutableHeaders(scope=seated)[HEADER] = number
            await streamlit(seated, receiving, sending)


class _Route:
    """What the log of requests calls a path."""

    def __init__(self, path: str) -> None:
        self.path_format = self.path = path


def _token(scope: Scope) -> str | None:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return None
    return cookies[COOKIE].value if COOKIE in cookies else None


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_FORM:
            raise Problem(413, "The form is larger than the page makes it.")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}
