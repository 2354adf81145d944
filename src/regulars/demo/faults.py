"""What can be wrong with a server, at known rates and by a seed: slow, broken, busy, cut off, or talking nonsense."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_NONSENSE: tuple[Any, ...] = (None, "broken row", 42, ["a", "list"], {"amount": "no number", "date": "31/31/2025"})
_UNTOUCHED = ("/health", "/docs", "/openapi.json")


@dataclass(frozen=True)
class Faults:
    """The rates of faults, each a share from 0 to 1 of all requests; of malformed rows, of all rows.

    Attributes:
        latency: Seconds that every answer waits.
        errors: Answers 500.
        busy: Answers 429 with Retry-After.
        drops: Connections that break off in the middle of the answer.
        malformed: Nonsense sent beside each row; the row itself is never lost.
        retry_after: Seconds that a 429 asks to wait.
        seed: Decides which request and which row.
    """

    latency: float = 0.0
    errors: float = 0.0
    busy: float = 0.0
    drops: float = 0.0
    malformed: float = 0.0
    retry_after: int = 1
    seed: int = 7

    def with_nonsense(self, rows: Iterable[Any], place: str) -> list[Any]:
        """The rows, and beside some of them one that nobody can read; equal places get equal nonsense."""
        if not self.malformed:
            return list(rows)
        chance = random.Random(f"{self.seed} rows {place}")
        found: list[Any] = []
        for row in rows:
            found.append(row)
            if chance.random() < self.malformed:
                found.append(chance.choice(_NONSENSE))
        return found


class FaultyServer:
    """An ASGI application that goes wrong as often as asked: the n-th request has the same fate every time."""

    def __init__(self, application: Application, faults: Faults) -> None:
        self._application, self._faults = application, faults
        self._numbers = itertools.count()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers a request, or fails it."""
        if scope["type"] != "http" or scope["path"] in _UNTOUCHED:
            await self._application(scope, receive, send)
            return
        faults = self._faults
        fate = random.Random(f"{faults.seed} requests {next(self._numbers)}").random()
        if faults.latency:
            await asyncio.sleep(faults.latency)
        if fate < faults.errors:
            await _answer(send, 500, b'{"title": "Internal Server Error", "status": 500}')
        elif fate < faults.errors + faults.busy:
            wish = (b"retry-after", str(faults.retry_after).encode())
            await _answer(send, 429, b'{"title": "Too Many Requests", "status": 429}', wish)
        elif fate < faults.errors + faults.busy + faults.drops:
            # More is announced than comes: the server then has to break the connection off.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
            await send({"type": "http.response.body", "body": b'{"purchases": [', "more_body": True})
        else:
            await self._application(scope, receive, send)


async def _answer(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
