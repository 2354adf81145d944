from __future__ import annotations

import pytest

streamlit = pytest.importorskip("streamlit")

from regulars.serve.dashboard.clicks import first  # noqa: E402


@pytest.mark.parametrize(
    ("carried", "row"),
    [
        ([], None),
        ([None], None),
        ([["2024-01", 3]], ["2024-01", 3]),
        ([{"10": "c", "0": "a", "1": "b"}], ["a", "b", "c"]),
        ([None, "Excellent"], ["Excellent"]),
    ],
)
def test_what_a_point_carries_is_a_row_however_plotly_tells_it(carried: list[object], row: list[object] | None) -> None:
    assert first(carried) == row
