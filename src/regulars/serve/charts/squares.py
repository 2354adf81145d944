"""Tiles whose areas are as given, as square as can be, that fill a field: the layout of a treemap.

After Bruls, Huizing and van Wijk, Squarified Treemaps (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """A tile by its lower left corner, its width and its height."""

    x: float
    y: float
    width: float
    height: float


def squarified(sizes: Sequence[float], width: float, height: float) -> list[Tile]:
    """A tile for each size, the largest first for tiles that are nearly square.

    Args:
        sizes: Above 0.
        width: Of the field.
        height: Of the field.
    """
    total = sum(sizes)
    areas = [size * width * height / total for size in sizes]
    tiles: list[Tile] = []
    x = y = 0.0
    while len(tiles) < len(areas):
        row, side = _row(areas[len(tiles) :], min(width - x, height - y))
        depth = sum(row) / side
        along = 0.0
        is_upright = width - x >= height - y
        for area in row:
            length = area / depth
            tiles.append(Tile(x, y + along, depth, length) if is_upright else Tile(x + along, y, length, depth))
            along += length
        if is_upright:
            x += depth
        else:
            y += depth
    return tiles


def _row(areas: Sequence[float], side: float) -> tuple[list[float], float]:
    """As many of the next areas as make their tiles squarer, laid along the shorter side."""
    row: list[float] = []
    for area in areas:
        if row and _worst([*row, area], side) > _worst(row, side):
            break
        row.append(area)
    return row, side


def _worst(row: Sequence[float], side: float) -> float:
    total = sum(row)
    return max(side * side * max(row) / total**2, total**2 / (side * side * min(row)))
