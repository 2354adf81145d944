import gzip
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.sources import open_delivery

from .conftest import Reading, reading

Read = Callable[..., Reading]


def test_an_array_of_objects_has_the_columns_of_all(read: Read) -> None:
    found = read('[{"id": 1, "x": "a"}, {"id": 2, "y": null}, {"y": true}]', "t.json")
    assert found.columns == ["id", "x", "y"]
    assert found.rows == [["1", "a", None], ["2", None, None], [None, None, "true"]]
    assert found.numbers == [1, 2, 3]


@pytest.mark.parametrize("name", ["t.jsonl", "t.json", "t.ndjson"])
def test_lines_that_are_no_objects_are_malformed(read: Read, name: str) -> None:
    found = read('{"id": 1}\n{"id": \n\n[3]\r\n{"id": 4}\n', name)
    assert (found.rows, found.numbers) == ([["1"], ["4"]], [1, 4])
    assert [(number, text.strip()) for number, _, text in found.malformed] == [(2, '{"id":'), (3, "[3]")]


def test_a_bad_first_line_is_malformed_too(read: Read) -> None:
    found = read('oops\n{"id": 1}\n', "t.jsonl")
    assert (found.numbers, found.malformed[0][0]) == ([2], 1)


def test_the_list_inside_an_object_is_the_table(read: Read) -> None:
    found = read('{"page": 1, "or/ders": [{"id": 1.50}, {"id": 2}, 3]}', "t.json")
    assert (found.columns, found.rows) == (["id"], [["1.50"], ["2"]])
    assert found.malformed == [(3, "the row is no JSON object", "3")]


def test_a_lone_object_is_one_row(read: Read) -> None:
    assert read('{"id": 1,\n "x": ""}', "t.json").rows == [["1", None]]


@pytest.mark.parametrize(
    "number", ["1.10", "12345678901234567890123", "0.1000000000000000055511151231257827", "1e5", "-0.0", "-12.50", "7"]
)
def test_numbers_keep_their_digits(read: Read, number: str) -> None:
    found = read(
        f'{{"id": 1, "n": {number}, "deep": {{"m": [{number}, "{number}"]}}, "s": "{number}"}}\n' * 2, "t.jsonl"
    )
    assert found.rows[0][1] == number
    assert found.rows[0][2] == f'{{"m":[{number},"{number}"]}}'
    assert found.rows[0][3] == number


def test_numbers_inside_texts_and_names_are_left_alone(read: Read) -> None:
    note = 'he said "1.10, 2.50" \\ [1.0]'
    found = read(json.dumps([{"1.50": note, "n": 1e-7}]), "t.json")
    assert (found.columns, found.rows) == (["1.50", "n"], [[note, "1e-07"]])


KEYS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs", "Cn", "Cc"]), min_size=1, max_size=6
)


@given(st.lists(st.dictionaries(st.just("k"), KEYS, min_size=1), min_size=1), KEYS, st.booleans())
def test_texts_come_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, str]], key: str, is_ascii: bool
) -> None:
    rows = [{key: value["k"], "n": "1.10"} for value in objects]
    path = tmp_path_factory.mktemp("json") / "t.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=is_ascii) + "\n" for row in rows))
    found = reading(open_delivery(path))
    assert [row[0] for row in found.rows] == [row[key] or None for row in rows]


def test_gzip_and_odd_names_are_no_matter(read: Read) -> None:
    assert read(gzip.compress(b'[{"a": 1}]'), "it's [1] file*.json").rows == [["1"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("[]", "holds no JSON objects"),
        ("[1, 2]", "holds no JSON objects"),
        ('[{"a": 1}, {"a": ', "is no valid JSON"),
        ('{"a": [', "is no valid JSON"),
        (b'[{"a": "caf\xe9"}]', "not in UTF-8"),
        ('[{"a": 1}]'.encode("utf-16"), "not in UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(read: Read, text: str | bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(text, "t.json")
