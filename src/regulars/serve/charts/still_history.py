"""Still charts of time: the heat map of retention and the bands of moves between segments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regulars.serve.charts.basis import percent
from regulars.serve.charts.history import Flow, Migration, Retention, flow_colour, height_of_one, stacked
from regulars.serve.charts.still_frame import plain_axes
from regulars.serve.charts.theme import Theme, on_scale, text_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BAR = 0.015  # width of a segment's bar


def retention(found: Retention, theme: Theme) -> Callable[[Figure], None]:
    """Draws a square per cohort and month."""

    def draw(figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        axes = plain_axes(figure, theme, "none")
        cells = [(row, cell) for row, cohort in enumerate(found.cohorts) for cell in cohort.cells]
        most = max(cell.retention for _, cell in cells) or 1.0
        last = max(cell.month_number for _, cell in cells)
        for row, cell in cells:
            colour = on_scale(cell.retention / most, theme)
            axes.add_patch(Rectangle((cell.month_number - 0.48, row - 0.46), 0.96, 0.92, facecolor=colour, lw=0))
            said = percent(cell.retention) + ("*" if cell.is_incomplete else "")
            axes.text(cell.month_number, row, said, ha="center", va="center", fontsize=9, color=text_on(colour))
        axes.set(xlim=(0.4, last + 0.6), ylim=(len(found.cohorts) - 0.4, -0.6), xticks=range(1, last + 1))
        axes.set_yticks(
            range(len(found.cohorts)), [f"{cohort.month:%Y-%m}  ({cohort.size:,})" for cohort in found.cohorts]
        )
        axes.set_xlabel("Months since the first purchase")
        axes.set_ylabel("Month of the first purchase (new customers)")
        for spine in axes.spines.values():
            spine.set_visible(False)

    return draw


def migration(found: Migration, theme: Theme) -> Callable[[Figure], None]:
    """Draws bands from left, where customers were, to right, where they are; who stayed is paler."""

    def draw(figure: Figure) -> None:
        axes = plain_axes(figure, theme, "none")
        axes.set(xlim=(-0.34, 1.34), ylim=(1.01, -0.05))
        axes.axis("off")
        left = stacked(found, "source")
        right = stacked(found, "target")
        _bars(axes, found, left, 0.0, "right", theme)
        _bars(axes, found, right, 1.0, "left", theme)
        unit = height_of_one(found)
        used_left, used_right = dict.fromkeys(left, 0.0), dict.fromkeys(right, 0.0)
        for flow in found.flows:
            height = flow.customers * unit
            start = left[flow.source][0] + used_left[flow.source]
            end = right[flow.target][0] + used_right[flow.target]
            used_left[flow.source] += height
            used_right[flow.target] += height
            _band(axes, found, flow, start, end, height)
        for place, side in ((0.0, "Before"), (1.0, "Now")):
            axes.text(place, -0.03, side, ha="center", color=theme.text_soft)

    return draw


def _bars(
    axes: Axes,
    found: Migration,
    placed: dict[str, tuple[float, float, int]],
    at: float,
    align: str,
    theme: Theme,
) -> None:
    from matplotlib.patches import Rectangle

    beside = at - _BAR if align == "right" else at + _BAR
    free_from = -1.0
    for name, (top, height, customers) in placed.items():
        axes.add_patch(
            Rectangle((at - _BAR / 2, top), _BAR, height, facecolor=flow_colour(found, name), edgecolor=theme.outline)
        )
        # Thin segments stand close together; their names are pushed apart, downwards.
        middle = max(top + height / 2, free_from)
        free_from = middle + 0.037
        axes.text(beside, middle, f"{name} ({customers:,})", ha=align, va="center", fontsize=9, color=theme.text)


def _band(axes: Axes, found: Migration, flow: Flow, start: float, end: float, height: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    near, far = _BAR / 2, 1 - _BAR / 2
    points = [
        (near, start),
        (0.5, start),
        (0.5, end),
        (far, end),
        (far, end + height),
        (0.5, end + height),
        (0.5, start + height),
        (near, start + height),
        (near, start),
    ]
    kinds = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    alpha = 0.18 if flow.source == flow.target else 0.6
    axes.add_patch(PathPatch(Path(points, kinds), facecolor=flow_colour(found, flow.target), alpha=alpha, lw=0))
