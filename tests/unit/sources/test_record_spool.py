"""Records that never were lines of JSON give what the same records give as lines of JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.sources.feed import spooled
from regulars.sources.record_spool import as_lines, parsed, spooled_records, without_marks

from .conftest import Reading, reading

# Control characters are left out: Python escapes them in small letters and DuckDB in large ones.
LETTERS = st.characters(
    exclude_categories=["Cs", "Cc"], exclude_characters="\ufdd0\ufdd1\ufdd2", include_characters="\n\t"
)
TEXTS = st.text(LETTERS, max_size=6)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9).map(float),
)
FLAT = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
NESTED = st.recursive(FLAT, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2))
KEYS = st.sampled_from(["id", "amount", "items", "note", "é/~"])
RECORDS = st.one_of(
    st.dictionaries(KEYS, FLAT, max_size=4),
    st.dictionaries(KEYS, NESTED, max_size=4),
    st.sampled_from([1, "x", None, [], {}, {"id": float("nan")}, {"items": [float("inf")], "id": 2}]),
)


def _by_name(found: Reading) -> list[dict[str, str | None]]:
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _spooled(*pages: list[Any]) -> Reading:
    with spooled_records("shop", "https://shop", iter(pages), lambda: "7") as delivery:
        return reading(delivery)


@given(st.lists(RECORDS, max_size=8), st.integers(0, 8))
def test_it_gives_what_a_file_of_json_lines_gives(records: list[Any], cut: int) -> None:
    # Without a key of its own, an empty value or page would be no row in the file.
    records = parsed(json.dumps([{"id": 1}, *records]).encode())
    given_pages = _spooled(records[:cut], records[cut:])
    with spooled("shop", "https://shop", as_lines(records).split(b"\n"), lambda: None) as delivery:
        lines = reading(delivery)
    assert _by_name(given_pages) == _by_name(lines)
    assert given_pages.numbers == lines.numbers
    assert given_pages.malformed == lines.malformed


def test_numbers_keep_the_digits_that_were_sent() -> None:
    sent = b'[{"a": 1.10, "b": 12345678901234567890123, "c": 1e2, "d": {"e": 2.50, "f": [1, "3.0"]}}, {"a": "x"}]'
    [first, second] = _spooled(parsed(sent)).rows
    assert first == ["1.10", "12345678901234567890123", "1e2", '{"e":2.50,"f":[1,"3.0"]}']
    assert second == ["x", None, None, None]
    assert without_marks(parsed(b"1.10")) == "1.10"


def test_columns_may_come_later_and_small_pages_lie_together() -> None:
    found = _spooled(*([{"id": n, **({"late": n} if n == 7000 else {})}] for n in range(1, 12_001)))
    assert found.columns == ["id", "late"]
    assert found.numbers == list(range(1, 12_001))
    assert found.rows[6999] == ["7000", "7000"]
    assert found.rows[0] == ["1", None]


def test_half_a_character_is_a_question_mark() -> None:
    assert _spooled(parsed(rb'[{"a": "x\ud83d", "b": ["\ud83d"]}]')).rows == [["x?", '["?"]']]


def test_nothing_is_nothing_new_and_no_objects_are_refused() -> None:
    with spooled_records("shop", "https://shop", iter([]), lambda: None) as delivery:
        assert delivery.columns == []
    with pytest.raises(InputError, match="no JSON objects"), spooled_records("shop", "u", iter([[1]]), lambda: None):
        pass
