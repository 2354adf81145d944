"""A REST source is read to its last page in every style, and what is no page is told."""

from __future__ import annotations

import httpx
import pytest
from tests.unit.sources.asking_rest import URL, answering, ids, read

from regulars.errors import InputError


def test_the_answer_itself_can_be_the_list() -> None:
    rows, delivery, _ = read(answering([{"id": 1}, {"id": 2}]))
    assert ids(rows) == ["1", "2"]
    assert delivery.uri == URL


def test_records_lie_at_a_dotted_path() -> None:
    rows, *_ = read(answering({"data": {"items": [{"id": 1}]}, "more": 1}), records="data.items")
    assert ids(rows) == ["1"]


def test_link_headers_are_followed_to_the_last() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("p", "1"))
        headers = {"link": f'<{URL}?p={page + 1}&size=2>; rel="next", <{URL}>; rel="first"'} if page < 3 else {}
        return httpx.Response(200, json=[{"id": page}], headers=headers)

    assert ids(read(handler, pages="link")[0]) == ["1", "2", "3"]


@pytest.mark.parametrize("address", ["{page}", "https://api.example.com/orders?cursor={page}", "/orders?cursor={page}"])
def test_cursors_are_values_or_addresses(address: str) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("cursor", "1"))
        following = address.format(page=page + 1) if page < 3 else None
        return httpx.Response(200, json={"items": [{"id": page}], "meta": {"next": following}})

    assert ids(read(handler, pages="cursor", cursor="meta.next", records="items")[0]) == ["1", "2", "3"]


def test_a_cursor_that_begins_with_a_slash_is_a_cursor() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        return httpx.Response(200, json={"items": [{"id": cursor or "first"}], "next": None if cursor else "/9j+4A=="})

    assert ids(read(handler, pages="cursor", records="items")[0]) == ["first", "/9j+4A=="]


def test_page_numbers_count_up_to_the_empty_page_and_keep_the_other_parameters() -> None:
    asked = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.query, "ascii"))
        page = int(request.url.params["p"])
        return httpx.Response(200, json=[{"id": page}] if page < 2 else [])

    settings = {"page_param": "p", "first_page": 0, "params": {"size": "1"}}
    assert ids(read(handler, pages="page", url=f"{URL}?kind=paid", **settings)[0]) == ["0", "1"]
    assert asked == [f"kind=paid&size=1&p={page}" for page in range(3)]


def test_no_records_at_all_are_nothing_new() -> None:
    rows, delivery, _ = read(answering([]), pages="page")
    assert (rows, delivery.columns) == ([], [])


def test_a_cursor_that_comes_back_is_stopped() -> None:
    with pytest.raises(InputError, match=r"page 2 of .*cursor=a leads to .*round in circles"):
        read(answering({"items": [{"id": 1}], "next": "a"}), pages="cursor", records="items")


def test_a_page_parameter_that_the_server_ignores_is_stopped() -> None:
    with pytest.raises(InputError, match=r"page 2 of .* is the same as the page before.*`page`"):
        read(answering([{"id": 1}]), pages="page")


def test_pages_without_end_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.sources.rest_pages.MOST_PAGES", 5)
    with pytest.raises(InputError, match="has more than 5 pages"):
        read(lambda request: httpx.Response(200, json=[{"id": str(request.url)}]), pages="page")


def test_the_next_page_is_not_asked_of_another_server() -> None:
    handler = answering([{"id": 1}], headers={"link": '<https://evil.example.net/orders>; rel="next"'})
    with pytest.raises(InputError, match="another server"):
        read(handler, pages="link", headers={"X-Api-Key": "hunter2-secret"})


def test_a_secret_parameter_goes_along_to_the_next_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "abcdef123456")

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params["access"] == "abcdef123456"
        is_last = "p" in request.url.params
        return httpx.Response(200, json=[{"id": 1}], headers={} if is_last else {"link": f'<{URL}?p=2>; rel="next"'})

    assert len(read(handler, pages="link", params={"access": "env:SHOP_TOKEN"})[0]) == 2


def test_numbers_keep_their_digits_and_nested_values_are_json() -> None:
    text = b'[{"id": 12345678901234567890, "amount": 1.10, "rate": 0.12345678901234567890, "to": {"x": [2.50]}}]'
    rows, *_ = read(lambda request: httpx.Response(200, content=text))
    assert rows == [
        {"id": "12345678901234567890", "amount": "1.10", "rate": "0.12345678901234567890", "to": '{"x":[2.50]}'}
    ]


def test_records_that_are_no_objects_are_malformed_rows() -> None:
    rows, delivery, _ = read(answering([{"id": 1}, None, "text", 4, ["x"], {"id": 2}]))
    assert ids(rows) == ["1", "2"]
    assert delivery.malformed.column("row_number").to_pylist() == [2, 3, 4, 5]
    assert delivery.malformed.column("payload").to_pylist() == ["null", '"text"', "4", '["x"]']


def test_half_a_character_does_not_stop_the_others() -> None:
    rows, *_ = read(lambda request: httpx.Response(200, content=b'[{"id": "\\ud83d"}, {"id": "\xc3\xa9\\n"}]'))
    assert ids(rows) == ["?", "é\n"]


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
        read(lambda request: httpx.Response(200, content=content), records="items")
