"""A REST source is read to its last page in every style, waits as told, and says without secrets what went wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.source_settings import RestSettings
from regulars.sources import Delivery
from regulars.sources.http_asking import Pace
from regulars.sources.rest import look, open_feed

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


def _read(
    handler: Handler, since: str | None = None, keys: Any = None, time: Time | None = None, **settings: Any
) -> tuple[list[dict[str, Any]], Delivery, str | None]:
    asked = RestSettings.model_validate({"url": URL, **settings})
    more = {"keys": keys} if keys else {}
    pace = (time or Time()).pace
    with open_feed("shop", asked, since, **more, transport=httpx.MockTransport(handler), pace=pace) as delivery:
        rows = delivery.batches().read_all().drop_columns(["_row"]).to_pylist() if delivery.columns else []
        return rows, delivery, delivery.watermark()


def _answering(content: Any, status: int = 200, **more: Any) -> Handler:
    return lambda request: httpx.Response(status, json=content, **more)


def _in_turn(*answers: httpx.Response | Exception) -> Handler:
    waiting = iter(answers)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = next(waiting)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


# Pages


def test_the_answer_itself_can_be_the_list() -> None:
    rows, delivery, _ = _read(_answering([{"id": 1}, {"id": 2}]))
    assert _ids(rows) == ["1", "2"]
    assert delivery.uri == URL


def test_records_lie_at_a_dotted_path() -> None:
    rows, *_ = _read(_answering({"data": {"items": [{"id": 1}]}, "more": 1}), records="data.items")
    assert _ids(rows) == ["1"]


def test_link_headers_are_followed_to_the_last() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("p", "1"))
        headers = {"link": f'<{URL}?p={page + 1}&size=2>; rel="next", <{URL}>; rel="first"'} if page < 3 else {}
        return httpx.Response(200, json=[{"id": page}], headers=headers)

    assert _ids(_read(handler, pages="link")[0]) == ["1", "2", "3"]


@pytest.mark.parametrize("address", ["{page}", "https://api.example.com/orders?cursor={page}", "/orders?cursor={page}"])
def test_cursors_are_values_or_addresses(address: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("cursor", "1"))
        following = address.format(page=page + 1) if page < 3 else None
        return httpx.Response(200, json={"items": [{"id": page}], "meta": {"next": following}})

    assert _ids(_read(handler, pages="cursor", cursor="meta.next", records="items")[0]) == ["1", "2", "3"]


def test_a_cursor_that_begins_with_a_slash_is_a_cursor() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        return httpx.Response(200, json={"items": [{"id": cursor or "first"}], "next": None if cursor else "/9j+4A=="})

    assert _ids(_read(handler, pages="cursor", records="items")[0]) == ["first", "/9j+4A=="]


def test_page_numbers_count_up_to_the_empty_page_and_keep_the_other_parameters() -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.query, "ascii"))
        page = int(request.url.params["p"])
        return httpx.Response(200, json=[{"id": page}] if page < 2 else [])

    settings = {"page_param": "p", "first_page": 0, "params": {"size": "1"}}
    assert _ids(_read(handler, pages="page", url=f"{URL}?kind=paid", **settings)[0]) == ["0", "1"]
    assert asked == [f"kind=paid&size=1&p={page}" for page in range(3)]


def test_no_records_at_all_are_nothing_new() -> None:
    rows, delivery, _ = _read(_answering([]), pages="page")
    assert (rows, delivery.columns) == ([], [])


def test_a_cursor_that_comes_back_is_stopped() -> None:
    with pytest.raises(InputError, match=r"page 2 of .*cursor=a leads to .*round in circles"):
        _read(_answering({"items": [{"id": 1}], "next": "a"}), pages="cursor", records="items")


def test_a_page_parameter_that_the_server_ignores_is_stopped() -> None:
    with pytest.raises(InputError, match=r"page 2 of .* is the same as the page before.*`page`"):
        _read(_answering([{"id": 1}]), pages="page")


def test_pages_without_end_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.sources.rest_pages.MOST_PAGES", 5)
    with pytest.raises(InputError, match="has more than 5 pages"):
        _read(lambda request: httpx.Response(200, json=[{"id": str(request.url)}]), pages="page")


def test_the_next_page_is_not_asked_of_another_server() -> None:
    handler = _answering([{"id": 1}], headers={"link": '<https://evil.example.net/orders>; rel="next"'})
    with pytest.raises(InputError, match="another server"):
        _read(handler, pages="link", headers={"X-Api-Key": "hunter2-secret"})


def test_a_secret_parameter_goes_along_to_the_next_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "abcdef123456")

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params["access"] == "abcdef123456"
        is_last = "p" in request.url.params
        return httpx.Response(200, json=[{"id": 1}], headers={} if is_last else {"link": f'<{URL}?p=2>; rel="next"'})

    assert len(_read(handler, pages="link", params={"access": "env:SHOP_TOKEN"})[0]) == 2


# Records


def test_numbers_keep_their_digits_and_nested_values_are_json() -> None:
    text = b'[{"id": 12345678901234567890, "amount": 1.10, "rate": 0.12345678901234567890, "to": {"x": [2.50]}}]'
    rows, *_ = _read(lambda request: httpx.Response(200, content=text))
    assert rows == [
        {"id": "12345678901234567890", "amount": "1.10", "rate": "0.12345678901234567890", "to": '{"x":[2.50]}'}
    ]


def test_records_that_are_no_objects_are_malformed_rows() -> None:
    rows, delivery, _ = _read(_answering([{"id": 1}, None, "text", 4, ["x"], {"id": 2}]))
    assert _ids(rows) == ["1", "2"]
    assert delivery.malformed.column("row_number").to_pylist() == [2, 3, 4, 5]
    assert delivery.malformed.column("payload").to_pylist() == ["null", '"text"', "4", '["x"]']


def test_half_a_character_does_not_stop_the_others() -> None:
    rows, *_ = _read(lambda request: httpx.Response(200, content=b'[{"id": "\\ud83d"}, {"id": "\xc3\xa9\\n"}]'))
    assert _ids(rows) == ["?", "é\n"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>Sign in</html>", r"page 1 of https://api.example.com/orders is no JSON .*begin with '<html>Sign in"),
        (b'{"data": [', "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"data": [{}]}', r"has nothing at `items`, where a list .*has the keys data"),
        (b'{"items": {"a": 1}}', r"has an object with a at `items`"),
        (b'{"items": null}', r"has null at `items`"),
        (b"[1]", r"has nothing at `items`"),
        (b'{"items": [1, null]}', r"2 records came .* none is an object"),
    ],
)
def test_a_page_without_records_is_refused_with_what_was_found(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        _read(lambda request: httpx.Response(200, content=content), records="items")


# Tries, pauses and pace


def test_what_passes_is_asked_again_with_growing_random_pauses() -> None:
    time = Time()
    failures = [httpx.Response(500), httpx.ConnectError("refused"), httpx.ReadTimeout(""), httpx.Response(503)]
    rows, delivery, _ = _read(_in_turn(*failures, httpx.Response(200, json=[{"id": 1}])), time=time)
    assert _ids(rows) == ["1"]
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
    _read(_in_turn(httpx.Response(429, headers=headers), httpx.Response(200, json=[{"id": 1}])), time=time)
    assert time.slept == [pause]


@pytest.mark.parametrize("wish", ["soon", "-3", "Fri, 21 Nov 2025 10:00:30 GMT"])
def test_a_wish_that_cannot_be_read_is_a_pause_like_others(wish: str) -> None:
    time = Time()
    answers = httpx.Response(429, headers={"retry-after": wish}), httpx.Response(200, json=[{"id": 1}])
    _read(_in_turn(*answers), time=time)
    assert 0 <= time.slept[0] <= 0.5


def test_a_server_that_wants_hours_of_rest_is_left_to_the_next_run() -> None:
    time = Time()
    with pytest.raises(SourceUnreachable, match=r"in 1 try; .*429.* asks to be left alone for 7,200 seconds"):
        _read(_answering({}, 429, headers={"retry-after": "7200"}), time=time)
    assert time.slept == []


def test_a_server_that_never_answers_is_given_up_by_name() -> None:
    time = Time()
    words = r"shop: https://api.example.com/orders did not answer in 3 tries; at last it answered 502.*run again"
    with pytest.raises(SourceUnreachable, match=words):
        _read(_answering({}, 502), time=time, retries=2)
    assert len(time.slept) == 2


def test_a_refusal_is_final() -> None:
    time = Time()
    with pytest.raises(InputError, match=r"answered 404 Not Found, saying .*no such shop.*Check url and params"):
        _read(_answering({"error": "no such shop"}, 404), time=time)
    with pytest.raises(InputError, match=r"401.* let you in"):
        _read(_answering({}, 401), time=time)
    with pytest.raises(InputError, match=r"moved to https://new.example.com/orders"):
        _read(_answering({}, 301, headers={"location": "https://new.example.com/orders"}), time=time)
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
    _read(handler, pages="page", requests_per_second=4, time=time)
    assert asked == [0.0, 0.25, 0.5, 0.75, 1.0]


# Secrets


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
            _read(_answering(body, status), retries=0, **settings)
        messages.append(str(told.value))
    messages.append(_read(_answering([{"id": 1}]), **settings)[1].uri)
    for secret in ("pa55word", "k3yk3yk3y", "topsecret99", "abcdef123456"):
        assert not [message for message in messages if secret in message]
    assert messages[-1] == "https://api.example.com/orders?api_key=***&size=1"


def test_an_address_from_a_variable_shows_its_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "https://api.example.com/hook/abcdef123456")
    assert _read(_answering([{"id": 1}]), url="env:SHOP_URL")[1].uri == "https://api.example.com/***"


# Watermarks


def _asked(since: str | None, **settings: Any) -> httpx.QueryParams:
    requests = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=[])

    _read(handler, since, watermark="at", params={"after": "{since}", "size": "9"}, **settings)
    return requests[0].url.params


def test_since_is_asked_for_when_there_is_one() -> None:
    assert dict(_asked(None)) == {"size": "9"}
    assert dict(_asked("17")) == {"after": "17", "size": "9"}


@pytest.mark.parametrize(
    ("since", "look_back", "asked"),
    [
        ("1000", "10", "990"),
        ("2025-03-01T00:00:00Z", "2 days", "2025-02-27T00:00:00Z"),
        ("2025-03-01 00:00:00", "1 hour", "2025-02-28 23:00:00"),
        ("2025-03-01T00:00:00+02:00", "30 minutes", "2025-02-28T23:30:00+02:00"),
        ("2025-03-01", "1 week", "2025-02-22"),
        ("any text", "0 seconds", "any text"),
    ],
)
def test_look_back_asks_for_what_lies_a_little_before(since: str, look_back: str, asked: str) -> None:
    assert _asked(since, look_back=look_back)["after"] == asked


@pytest.mark.parametrize(("since", "look_back"), [("1000", "2 days"), ("text", "2 days"), ("1", "some"), ("text", "5")])
def test_a_look_back_that_does_not_fit_is_refused(since: str, look_back: str) -> None:
    with pytest.raises(SettingsError, match="look_back"):
        _asked(since, look_back=look_back)


@pytest.mark.parametrize(
    ("values", "since", "found"),
    [
        ([9, 10, 2], None, "10"),
        (["9", "10"], None, "10"),
        ([1.5, 1.25], None, "1.5"),
        (["2025-01-02", "2025-01-10", None], None, "2025-01-10"),
        ([3], "7", "7"),
        (["b", "a", True, {}], None, "b"),
    ],
)
def test_the_watermark_is_the_greatest_seen(values: list[Any], since: str | None, found: str) -> None:
    handler = _answering([{"id": place, "at": value} for place, value in enumerate(values)])
    assert _read(handler, since, watermark="at")[2] == found


def test_a_watermark_that_no_record_has_is_refused() -> None:
    with pytest.raises(InputError, match=r"no record has a value in `at`.*id, amount"):
        _read(_answering([{"id": 1, "amount": 2}]), watermark="at")


def test_what_is_read_whole_and_has_not_changed_is_nothing_new() -> None:
    *_, content = _read(_answering([{"id": 1}]))
    assert _read(_answering([{"id": 1}]), content)[1].columns == []
    rows, _, changed = _read(_answering([{"id": 2}]), content)
    assert (_ids(rows), changed != content) == (["2"], True)
    # It is no watermark for one that was named later.
    assert _read(_answering([{"id": 2}]), content, watermark="id")[2] == "2"


# Batches by POST


def _mobiles(field: str, size: int) -> Iterator[list[str]]:
    assert (field, size) == ("phone", 2)
    yield from (["+441", "+442"], ["+443"])


BATCH = {"batch_field": "mobiles", "batch_keys": "phone", "batch_size": 2, "records": "purchases"}


def test_batches_of_keys_give_records_with_their_key() -> None:
    bodies = []

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.method == "POST"
        bodies.append(json.loads(request.content))
        bought = {key: [{"date": "2025-01-01", "amount": 5, "store": "S"}] * 2 for key in bodies[-1]["mobiles"]}
        return httpx.Response(200, json={"purchases": bought | {"+442": []}})

    rows, *_ = _read(handler, keys=_mobiles, **BATCH)
    assert bodies == [{"mobiles": ["+441", "+442"]}, {"mobiles": ["+443"]}]
    assert [row["phone"] for row in rows] == ["+441", "+441", "+443", "+443"]
    assert list(rows[0]) == ["phone", "date", "amount", "store"]


def test_a_batch_may_answer_with_a_list_and_with_nonsense() -> None:
    listed = _answering({"purchases": [{"phone": "+441", "amount": 1}]})
    assert len(_read(listed, keys=_mobiles, **BATCH)[0]) == 2
    odd = _answering({"purchases": {"+441": [{"amount": 1}, None], "+442": "no list"}})
    rows, delivery, _ = _read(odd, keys=_mobiles, batch_record_key="mobile", **BATCH)
    assert [row["mobile"] for row in rows] == ["+441", "+441"]
    assert delivery.malformed.column("payload").to_pylist() == ["null", '"no list"'] * 2


def test_without_customers_nobody_is_asked() -> None:
    assert _read(_in_turn(), **BATCH)[1].columns == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_field": "mobiles"}, "needs both"),
        ({"batch_field": "m", "batch_keys": "phone", "pages": "link"}, "neither `pages` nor"),
        ({"params": {"after": "{since}"}}, "name its field in `watermark`"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        RestSettings.model_validate({"url": URL, **settings})


def test_a_look_asks_for_the_first_page_alone() -> None:
    asked: list[httpx.URL] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        records = [{"id": number, "at": f"2025-01-0{number}"} for number in (1, 2, 3)]
        return httpx.Response(200, json={"items": records, "next": "more"})

    def seen(since: str | None = None, **settings: Any) -> dict[str, Any]:
        feed = RestSettings.model_validate({"url": URL, "records": "items", **settings})
        return look("shop", feed, since, transport=httpx.MockTransport(handler), pace=Time().pace)

    first = seen(pages="cursor", watermark="at")
    assert first == {"columns": ["id", "at"], "newest": "2025-01-03", "new_records": 3, "is_least": True}
    assert len(asked) == 1
    assert seen("2025-01-02", watermark="at") == first | {"new_records": 1, "is_least": False}
    assert seen("content:x") == first | {"newest": None, "is_least": False}


def test_a_look_at_batches_asks_for_the_first_batch() -> None:
    bodies: list[Any] = []

    def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"+1": [{"amount": 5}, {"amount": 7.10}], "+2": []})

    feed = RestSettings.model_validate({"url": URL, "batch_field": "mobiles", "batch_keys": "phone"})

    def keys(field: str, size: int) -> Iterator[list[str]]:
        yield from (["+1", "+2"], ["+3"])

    found = look("shop", feed, None, keys, transport=httpx.MockTransport(handler), pace=Time().pace)
    assert found == {"columns": ["phone", "amount"], "newest": None, "new_records": 2, "is_least": True}
    assert bodies == [{"mobiles": ["+1", "+2"]}]
    nobody = look("shop", feed, None, transport=httpx.MockTransport(handler), pace=Time().pace)
    assert (nobody["columns"], nobody["new_records"], len(bodies)) == ([], 0, 1)


def test_a_look_at_a_server_that_is_gone_is_an_error() -> None:
    feed = RestSettings.model_validate({"url": URL, "retries": 0})
    with pytest.raises(SourceUnreachable):
        look("shop", feed, None, transport=httpx.MockTransport(_in_turn(httpx.ConnectError("gone"))), pace=Time().pace)
