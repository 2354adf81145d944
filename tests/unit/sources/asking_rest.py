"""A REST source that answers as a test wants it, and a clock that only sleeping moves."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import httpx

from regulars.source_settings import RestSettings
from regulars.sources import Delivery
from regulars.sources.http_asking import Pace
from regulars.sources.rest import open_feed

URL = "https://api.example.com/orders"
Handler = Callable[[httpx.Request], httpx.Response]


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def pace(self) -> Pace:
        return Pace(self.sleep, lambda: self.now, random.Random(1))


def read(
    handler: Handler, since: str | None = None, keys: Any = None, time: Time | None = None, **settings: Any
) -> tuple[list[dict[str, Any]], Delivery, str | None]:
    """The rows that a source delivers, the delivery, and its watermark."""
    asked = RestSettings.model_validate({"url": URL, **settings})
    more = {"keys": keys} if keys else {}
    pace = (time or Time()).pace
    with open_feed("shop", asked, since, **more, transport=httpx.MockTransport(handler), pace=pace) as delivery:
        rows = delivery.batches().read_all().drop_columns(["_row"]).to_pylist() if delivery.columns else []
        return rows, delivery, delivery.watermark()


def answering(content: Any, status: int = 200, **more: Any) -> Handler:
    """A server that answers every request alike."""
    return lambda request: httpx.Response(status, json=content, **more)


def in_turn(*answers: httpx.Response | Exception) -> Handler:
    """A server that gives these answers one after the other."""
    waiting = iter(answers)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = next(waiting)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler


def ids(rows: list[dict[str, Any]]) -> list[str]:
    """The ids of the rows."""
    return [row["id"] for row in rows]
