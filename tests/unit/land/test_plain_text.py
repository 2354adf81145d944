"""NUL characters go, and nothing else changes."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.land.plain_text import without_nul

texts = st.lists(st.one_of(st.none(), st.text(st.sampled_from("aé\0\U0001f600 "), max_size=5)), max_size=6)


@given(texts, st.integers(0, 6), st.sampled_from([pa.string(), pa.large_string()]))
def test_texts_are_as_python_would_have_them(values: list[str | None], start: int, kind: pa.DataType) -> None:
    column = pa.array(values, kind).slice(min(start, len(values)))
    assert without_nul(column).to_pylist() == [v and v.replace("\0", "") for v in values[start:]]


@pytest.mark.parametrize("column", [pa.array(["a", None, "é"]), pa.array([1, 0]), pa.array([], pa.string())])
def test_what_has_none_is_handed_on_as_it_is(column: pa.Array) -> None:
    assert without_nul(column) is column


def test_a_slice_does_not_look_at_what_lies_beside_it() -> None:
    column = pa.array(["\0", "a", "\0"]).slice(1, 1)
    assert without_nul(column) is column
