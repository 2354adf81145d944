"""Tiles fill their field without a gap, each as large as it should be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.serve.charts.squares import squarified


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=15))
def test_areas_are_as_given_and_no_two_tiles_overlap(sizes: list[int]) -> None:
    sizes = sorted(sizes, reverse=True)
    tiles = squarified(sizes, 16, 10)
    unit = 160 / sum(sizes)
    assert [tile.width * tile.height for tile in tiles] == pytest.approx([size * unit for size in sizes])
    assert all(
        t.x >= -1e-6 and t.x + t.width <= 16 + 1e-6 and t.y >= -1e-6 and t.y + t.height <= 10 + 1e-6 for t in tiles
    )
    for place, one in enumerate(tiles):
        for other in tiles[:place]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            along = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert across < 1e-6 or along < 1e-6


def test_equal_tiles_are_nearly_square() -> None:
    assert all(0.5 <= tile.width / tile.height <= 2 for tile in squarified([1] * 12, 16, 10))
