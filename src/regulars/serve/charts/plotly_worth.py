"""The interactive chart of expected values: two bars for each range of amounts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.theme import Theme
from regulars.serve.charts.worth import Worth

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def value_spread(found: Worth, theme: Theme) -> Figure:
    """The share of the customers beside that of the value; a click on a bar chooses its customers."""
    figure = new_figure(found.words, theme)
    labels = [bar.said for bar in found.bars]
    for name, shares, colour, pattern in (
        ("Share of the customers", [bar.share for bar in found.bars], theme.mark, ""),
        ("Share of the value", [bar.value_share for bar in found.bars], theme.warning, "/"),
    ):
        figure.add_bar(
            x=labels,
            y=shares,
            name=name,
            marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.25}},
            customdata=[[bar.bin.place, f"{bar.bin.customers:,}", f"{bar.bin.value:,.0f}"] for bar in found.bars],
            hovertemplate=f"{name}: %{{y:.1%}}<br>%{{x}}<br>%{{customdata[1]}} customers, value %{{customdata[2]}}"
            "<extra></extra>",
        )
    figure.update_xaxes(title_text=escape(found.label), type="category", showgrid=False)
    figure.update_yaxes(title_text="Share", tickformat=".0%", rangemode="tozero")
    figure.update_layout(barmode="group", legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"})
    return figure
