"""The interactive chart of the shop's days; a box drawn over it chooses days."""

from __future__ import annotations

from html import escape
from math import isnan
from typing import TYPE_CHECKING

from regulars.serve.charts.days import Days
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.theme import Theme

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def days(found: Days, theme: Theme) -> Figure:
    """The days as points on a thin line, the mean of a week as a thick one, odd days as diamonds."""
    figure = new_figure(found.words, theme)
    dates = list(found.dates)
    figure.add_scatter(
        x=dates,
        y=found.values,
        name="Day",
        mode="lines+markers",
        line={"color": theme.mark, "width": 0.8},
        marker={"color": theme.mark, "size": 4, "opacity": 0.7},
        hovertemplate="%{x|%a %d %b %Y}: %{y:,.2~f}<extra></extra>",
    )
    figure.add_scatter(
        x=dates,
        y=[None if isnan(value) else value for value in found.week.tolist()],
        name="Mean of 7 days",
        mode="lines",
        line={"color": theme.text, "width": 2},
        hovertemplate="mean of 7 days to %{x|%d %b %Y}: %{y:,.2~f}<extra></extra>",
    )
    if found.odd_dates:
        figure.add_scatter(
            x=list(found.odd_dates),
            y=found.odd_values,
            name="Stood out",
            mode="markers",
            marker={"color": theme.warning, "symbol": "diamond", "size": 10},
            hovertemplate="%{x|%a %d %b %Y}: %{y:,.2~f}, not as expected<extra></extra>",
        )
    figure.update_xaxes(title_text="Day")
    figure.update_yaxes(title_text=escape(found.label), rangemode="tozero", tickformat=",")
    figure.update_layout(legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"})
    return figure
