"""Still charts of predictions: the days ahead, and what was foretold against what came."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regulars.serve.charts.outlook import Calibration, Forecast
from regulars.serve.charts.still_frame import plain_axes, style
from regulars.serve.charts.theme import Theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def forecast(found: Forecast, theme: Theme) -> Callable[[Figure], None]:
    """Draws the past, the days ahead in their band, and the days that stood out."""

    def draw(figure: Figure) -> None:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        axes = plain_axes(figure, theme)
        axes.fill_between(
            found.days,  # type: ignore[arg-type]
            found.lower_end,
            found.upper_end,
            color=theme.mark_soft,
            linewidth=0,
            label="8 of 10 days lie here",
        )
        axes.plot(found.past_days, found.past, color=theme.text, linewidth=1.3, label="As it came")  # type: ignore[arg-type]
        axes.plot(found.days, found.expected, color=theme.mark, linewidth=2, linestyle="--", label="Expected")  # type: ignore[arg-type]
        if found.odd_days:
            axes.plot(found.odd_days, found.odd, "D", color=theme.warning, markersize=6, label="Stood out")  # type: ignore[arg-type]
        locator = AutoDateLocator()  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        # The year under each month, and not once at the end, where it reads as the last day's name.
        named = ["", "%Y", "%b\n%Y", "%b-%d", "%H:%M", "%H:%M"]
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, zero_formats=named, show_offset=False))  # type: ignore[no-untyped-call]
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.set_ylabel(found.label)
        figure.legend(loc="outside lower center", ncols=4, fontsize=9)

    return draw


def calibration(found: Calibration, theme: Theme) -> Callable[[Figure], None]:
    """Draws a panel per prediction with the line on which it would be right."""

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(found.panels), squeeze=False)[0]
        for axes, panel in zip(panels, found.panels, strict=True):
            style(axes, theme)
            end = float(max(panel.predicted.max(), panel.actual.max(), 0.0)) * 1.08 or 1.0
            axes.plot([0, end], [0, end], color=theme.text_soft, linestyle=":", linewidth=1.2)
            axes.scatter(
                panel.predicted,
                panel.actual,
                s=44,
                color=theme.mark if panel.is_validated else theme.warning,
                marker="o" if panel.is_validated else "X",
                zorder=3,
            )
            verdict = "validated" if panel.is_validated else "not validated"
            axes.set_title(f"{panel.title}\n{verdict}", fontsize=10, loc="left")
            axes.set_xlabel(f"foretold, {panel.unit}")
            axes.set(
                xlim=(min(0.0, float(panel.predicted.min())), end), ylim=(min(0.0, float(panel.actual.min())), end)
            )
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(lambda value, _: f"{value:,.4g}")
        panels[0].set_ylabel("as it came")

    return draw
