"""One request: in its time, to nobody but who is asked, and with a few words of the answer at most."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest
from tests.servers import free_port
from tests.unit.activate.receiving import Said, receiver

from regulars.activate.posting import KEPT_CHARACTERS, Answer, new_client, post


def posted(url: str, *, seconds: float = 10.0, allow_private: bool = True) -> Answer:
    async def send() -> Answer:
        async with new_client() as client:
            return await post(
                client, httpx.URL(url), b'{"a":1}', {"webhook-id": "m"}, seconds=seconds, allow_private=allow_private
            )

    return asyncio.run(send())


def told(said: Said, **options: Any) -> tuple[Answer, int]:
    with receiver(lambda number, headers: said) as taken:
        return posted(taken.url, **options), len(taken.requests)


def test_what_is_posted_arrives_as_it_is() -> None:
    with receiver() as taken:
        answer = posted(taken.url)
    [(headers, body)] = taken.requests
    assert answer.is_taken and body == b'{"a":1}'
    assert headers["host"] == taken.url.split("/")[2]
    assert headers["content-type"] == "application/json" and headers["webhook-id"] == "m"
    assert headers["user-agent"].startswith("Regulars/")


@pytest.mark.parametrize(("status", "is_taken"), [(200, True), (299, True), (301, False), (400, False), (500, False)])
def test_only_success_is_taken(status: int, is_taken: bool) -> None:
    answer, _ = told(Said(status, {"location": "/elsewhere"} if status == 301 else {}))
    assert answer.is_taken == is_taken


def test_a_redirect_is_not_followed() -> None:
    with receiver() as elsewhere:
        answer, requests = told(Said(307, {"location": f"{elsewhere.url}?token=hunter2"}))
    assert elsewhere.requests == [] and requests == 1
    assert "not followed" in answer.words and "hunter2" not in answer.words


def test_a_private_address_is_not_even_connected_to() -> None:
    with receiver() as taken:
        answer = posted(taken.url, allow_private=False)
        by_name = posted(taken.url.replace("127.0.0.1", "localhost"), allow_private=False)
    assert taken.requests == []
    assert "no public address" in answer.words and "no public address" in by_name.words


@pytest.mark.parametrize("said", [Said(wait=3.0), Said(200, body=b"x" * 1500, drip=0.2)])
def test_a_slow_receiver_has_its_time_and_no_more(said: Said) -> None:
    started = time.perf_counter()
    answer, _ = told(said, seconds=0.5)
    assert not answer.is_taken and "within 0.5 seconds" in answer.words
    assert time.perf_counter() - started < 2.5


def test_of_a_long_answer_little_is_kept() -> None:
    answer, _ = told(Said(500, body=b"<b>no</b>\x1b[31m \r\n" + b"y" * 5_000_000))
    assert len(answer.words) <= KEPT_CHARACTERS
    assert answer.words.startswith("500 Internal Server Error, saying: <b>no</b> [31m yyy")
    assert "\x1b" not in answer.words


@pytest.mark.parametrize(
    ("headers", "wish"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "Wed, 01 Jan 2025 00:01:30 GMT", "date": "Wed, 01 Jan 2025 00:00:00 GMT"}, 90.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 400}, 1e7),
        ({}, None),
    ],
)
def test_how_long_a_receiver_wants_to_be_left_alone(headers: dict[str, str], wish: float | None) -> None:
    with receiver(lambda number, given: Said(429, headers)) as taken:
        answer = posted(taken.url)
    assert answer.wish == wish


def test_nobody_there_is_said_and_not_raised() -> None:
    answer = posted(f"http://127.0.0.1:{free_port()}/hook")
    assert (answer.status, answer.is_taken) == (None, False) and "no connection" in answer.words
    assert "no address of" in posted("http://no-such-name.invalid/hook").words


def test_no_proxy_comes_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    answer, requests = told(Said())
    assert answer.is_taken and requests == 1
