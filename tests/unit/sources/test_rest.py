"""A REST source is asked for what is new, for the records of keys, and for a first look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.unit.sources.asking_rest import URL, Time, answering, ids, in_turn, read

from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.source_settings import RestSettings
from regulars.sources.rest import look


def _asked(since: str | None, **settings: Any) -> httpx.QueryParams:
    requests = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=[])

    read(handler, since, watermark="at", params={"after": "{since}", "size": "9"}, **settings)
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
    handler = answering([{"id": place, "at": value} for place, value in enumerate(values)])
    assert read(handler, since, watermark="at")[2] == found


def test_a_watermark_that_no_record_has_is_refused() -> None:
    with pytest.raises(InputError, match=r"no record has a value in `at`.*id, amount"):
        read(answering([{"id": 1, "amount": 2}]), watermark="at")


def test_what_is_read_whole_and_has_not_changed_is_nothing_new() -> None:
    *_, content = read(answering([{"id": 1}]))
    assert read(answering([{"id": 1}]), content)[1].columns == []
    rows, _, changed = read(answering([{"id": 2}]), content)
    assert (ids(rows), changed != content) == (["2"], True)
    # It is no watermark for one that was named later.
    assert read(answering([{"id": 2}]), content, watermark="id")[2] == "2"


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

    rows, *_ = read(handler, keys=_mobiles, **BATCH)
    assert bodies == [{"mobiles": ["+441", "+442"]}, {"mobiles": ["+443"]}]
    assert [row["phone"] for row in rows] == ["+441", "+441", "+443", "+443"]
    assert list(rows[0]) == ["phone", "date", "amount", "store"]


def test_a_batch_may_answer_with_a_list_and_with_nonsense() -> None:
    listed = answering({"purchases": [{"phone": "+441", "amount": 1}]})
    assert len(read(listed, keys=_mobiles, **BATCH)[0]) == 2
    odd = answering({"purchases": {"+441": [{"amount": 1}, None], "+442": "no list"}})
    rows, delivery, _ = read(odd, keys=_mobiles, batch_record_key="mobile", **BATCH)
    assert [row["mobile"] for row in rows] == ["+441", "+441"]
    assert delivery.malformed.column("payload").to_pylist() == ["null", '"no list"'] * 2


def test_without_customers_nobody_is_asked() -> None:
    assert read(in_turn(), **BATCH)[1].columns == []


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
        look("shop", feed, None, transport=httpx.MockTransport(in_turn(httpx.ConnectError("gone"))), pace=Time().pace)
