"""Still charts of groups: segments as bars, the grid of scores, the concentration of revenue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regulars.serve.charts.basis import percent
from regulars.serve.charts.groups import Concentration, Grid, Segments
from regulars.serve.charts.still_frame import plain_axes
from regulars.serve.charts.theme import Theme, on_scale, text_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def segments(found: Segments, theme: Theme) -> Callable[[Figure], None]:
    """Draws two panels with the same rows: customers on the left, revenue on the right."""

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, sharey=True)
        places = list(range(len(found.bars)))
        most = max(max(bar.share, bar.revenue_share) for bar in found.bars) or 1.0
        for axes, title, shares, amounts in (
            (left, "Share of the customers", [b.share for b in found.bars], [f"{b.customers:,}" for b in found.bars]),
            (
                right,
                "Share of the revenue",
                [b.revenue_share for b in found.bars],
                [f"{b.revenue:,.0f} {found.ground.currency}".rstrip() for b in found.bars],
            ),
        ):
            _rows(axes, title, places, shares, amounts, [bar.colour for bar in found.bars], most, theme)
        left.set_yticks(places, [bar.name for bar in found.bars], color=theme.text)
        left.invert_yaxis()

    return draw


def _rows(
    axes: Axes,
    title: str,
    places: list[int],
    shares: list[float],
    amounts: list[str],
    colours: list[str],
    most: float,
    theme: Theme,
) -> None:
    axes.barh(places, shares, color=colours, edgecolor=theme.outline, linewidth=0.6, height=0.72)
    for place, share, amount in zip(places, shares, amounts, strict=True):
        axes.text(max(share, 0) + most * 0.02, place, f"{percent(share)}  ({amount})", va="center", fontsize=9)
    axes.set_xlim(min(0.0, *shares), most * 1.6)
    axes.set_xticks([])
    axes.set_title(title, fontsize=10, loc="left", color=theme.text_soft)
    axes.tick_params(length=0)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "left")
        spine.set_color(theme.grid)


def grid(found: Grid, theme: Theme) -> Callable[[Figure], None]:
    """Draws a square per pair of scores with the number of its customers."""

    def draw(figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        axes = plain_axes(figure, theme, "none")
        most = max(cell.customers for cell in found.cells)
        for cell in found.cells:
            colour = on_scale(cell.customers / most, theme)
            corner = (cell.recency - 0.48, cell.frequency - 0.47)
            axes.add_patch(Rectangle(corner, 0.96, 0.94, facecolor=colour, edgecolor="none"))
            axes.text(
                cell.recency,
                cell.frequency,
                f"{cell.customers:,}\n{percent(cell.share)}",
                ha="center",
                va="center",
                color=text_on(colour),
            )
        scores, best = range(1, found.bins + 1), found.bins
        axes.set(xlim=(0.45, best + 0.55), ylim=(0.45, best + 0.55), xticks=scores, yticks=scores)
        axes.set_xlabel(f"Score of recency ({best} = bought lately)")
        axes.set_ylabel(f"Score of frequency ({best} = buys often)")
        for spine in axes.spines.values():
            spine.set_visible(False)

    return draw


def concentration(found: Concentration, theme: Theme) -> Callable[[Figure], None]:
    """Draws the rising curve, with the shares of the best named on it."""

    def draw(figure: Figure) -> None:
        axes = plain_axes(figure, theme)
        axes.plot([0, 1], [0, 1], color=theme.text_soft, linestyle=":", linewidth=1.2)
        axes.plot([0, *found.x], [0, *found.y], color=theme.mark, linewidth=2.4)
        for share, value in found.best:
            axes.plot([share], [value], marker="o", color=theme.mark, markersize=6)
            # Beside the point and below the curve, where nothing else is drawn.
            axes.annotate(
                f"best {percent(share)} bring {percent(value)}",
                (share, value),
                xytext=(14, -12),
                textcoords="offset points",
                va="top",
                bbox={"boxstyle": "square,pad=0.1", "facecolor": theme.background, "edgecolor": "none"},
            )
        # So that the noughts of both axes do not touch.
        axes.tick_params(axis="x", pad=8)
        axes.set(xlim=(0, 1.02), ylim=(0, 1.05))
        axes.xaxis.set_major_formatter(lambda value, _: percent(value))
        axes.yaxis.set_major_formatter(lambda value, _: percent(value))
        axes.set_xlabel("Share of the customers, best first")
        axes.set_ylabel("Share of the revenue")

    return draw
