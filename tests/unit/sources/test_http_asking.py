"""A REST source is asked again as its server wants it, at its pace, and without a secret in what is told."""

from __future__ import annotations

import httpx
import pytest
from tests.unit.sources.asking_rest import Time, answering, ids, in_turn, read

from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.source_settings import RestSettings
from regulars.sources.rest import open_feed


def test_what_passes_is_asked_again_with_growing_random_pauses() -> None:
    time = Time()
    failures = [httpx.Response(500), httpx.ConnectError("refused"), httpx.ReadTimeout(""), httpx.Response(503)]
    rows, delivery, _ = read(in_turn(*failures, httpx.Response(200, json=[{"id": 1}])), time=time)
    assert ids(rows) == ["1"]
    assert len(time.slept) == 4
    assert all(0 <= pause <= 0.5 * 2**number for number, pause in enumerate(time.slept))
    [warning] = delivery.warnings
    assert warning == (
        "requests had to be repeated: 500 1 times, no connection 1 times, it took too long 1 times, 503 1 times."
    )


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Fri, 21 Nov 2025 10:00:30 GMT", "date": "Fri, 21 Nov 2025 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Fri, 21 Nov 2025 09:00:00 GMT", "date": "Fri, 21 Nov 2025 10:00:00 GMT"}, 0.0),
    ],
)
def test_the_server_says_how_long_to_wait(headers: dict[str, str], pause: float) -> None:
    time = Time()
    read(in_turn(httpx.Response(429, headers=headers), httpx.Response(200, json=[{"id": 1}])), time=time)
    assert time.slept == [pause]


@pytest.mark.parametrize("wish", ["soon", "-3", "Fri, 21 Nov 2025 10:00:30 GMT"])
def test_a_wish_that_cannot_be_read_is_a_pause_like_others(wish: str) -> None:
    time = Time()
    answers = httpx.Response(429, headers={"retry-after": wish}), httpx.Response(200, json=[{"id": 1}])
    read(in_turn(*answers), time=time)
    assert 0 <= time.slept[0] <= 0.5


def test_a_server_that_wants_hours_of_rest_is_left_to_the_next_run() -> None:
    time = Time()
    with pytest.raises(SourceUnreachable, match=r"in 1 try; .*429.* asks to be left alone for 7,200 seconds"):
        read(answering({}, 429, headers={"retry-after": "7200"}), time=time)
    assert time.slept == []


def test_a_server_that_never_answers_is_given_up_by_name() -> None:
    time = Time()
    words = r"shop: https://api.example.com/orders did not answer in 3 tries; at last it answered 502.*run again"
    with pytest.raises(SourceUnreachable, match=words):
        read(answering({}, 502), time=time, retries=2)
    assert len(time.slept) == 2


def test_a_refusal_is_final() -> None:
    time = Time()
    with pytest.raises(InputError, match=r"answered 404 Not Found, saying .*no such shop.*Check url and params"):
        read(answering({"error": "no such shop"}, 404), time=time)
    with pytest.raises(InputError, match=r"401.* let you in"):
        read(answering({}, 401), time=time)
    with pytest.raises(InputError, match=r"moved to https://new.example.com/orders"):
        read(answering({}, 301, headers={"location": "https://new.example.com/orders"}), time=time)
    assert time.slept == []


@pytest.mark.parametrize("url", ["api.example.com/orders", "https://host:none/", "ftp://api.example.com/x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="https://"), open_feed("shop", RestSettings(url=url), None):
        pass


def test_the_pace_is_kept() -> None:
    time = Time()

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(time.now)
        page = int(request.url.params["page"])
        return httpx.Response(200, json=[{"id": page}] if page < 5 else [])

    asked: list[float] = []
    read(handler, pages="page", requests_per_second=4, time=time)
    assert asked == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "abcdef123456")
    settings = {
        "url": "https://me:pa55word@api.example.com/orders?api_key=k3yk3yk3y&size=1",
        "headers": {"Authorization": "Bearer topsecret99", "X-Tenant": "env:SHOP_TOKEN"},
        "params": {"who": "env:SHOP_TOKEN"},
    }
    body = {"error": "bad token topsecret99 of abcdef123456 with pa55word"}
    messages = []
    for status in (403, 500):
        with pytest.raises((InputError, SourceUnreachable)) as told:
            read(answering(body, status), retries=0, **settings)
        messages.append(str(told.value))
    messages.append(read(answering([{"id": 1}]), **settings)[1].uri)
    for secret in ("pa55word", "k3yk3yk3y", "topsecret99", "abcdef123456"):
        assert not [message for message in messages if secret in message]
    assert messages[-1] == "https://api.example.com/orders?api_key=***&size=1"


def test_an_address_from_a_variable_shows_its_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "https://api.example.com/hook/abcdef123456")
    assert read(answering([{"id": 1}]), url="env:SHOP_URL")[1].uri == "https://api.example.com/***"
