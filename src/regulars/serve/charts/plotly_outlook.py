"""Interactive charts of predictions: the days ahead, and what was foretold against what came."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from regulars.serve.charts.outlook import Calibration, Forecast
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.theme import Theme

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def forecast(found: Forecast, theme: Theme) -> Figure:
    """The past as a line, the days ahead as a dashed one in their band, odd days as diamonds."""
    figure = new_figure(found.words, theme)
    figure.add_scatter(
        x=[*found.days, *reversed(found.days)],
        y=[*found.upper_end, *reversed(found.lower_end)],
        fill="toself",
        fillcolor=theme.mark_soft,
        line={"width": 0},
        name="8 of 10 days",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=list(found.past_days), y=found.past, name="As it came", mode="lines", line={"color": theme.text, "width": 1.6}
    )
    figure.add_scatter(
        x=list(found.days),
        y=found.expected,
        name="Expected",
        mode="lines",
        line={"color": theme.mark, "width": 2.4, "dash": "dash"},
    )
    if found.odd_days:
        figure.add_scatter(
            x=list(found.odd_days),
            y=found.odd,
            name="Stood out",
            mode="markers",
            marker={"color": theme.warning, "symbol": "diamond", "size": 10},
        )
    figure.update_traces(hovertemplate="%{x|%d %b %Y}: %{y:,.2f}", selector={"mode": "lines"})
    figure.update_xaxes(title_text="Day")
    figure.update_yaxes(title_text=escape(found.label), rangemode="tozero", tickformat=",")
    figure.update_layout(legend={"orientation": "h", "y": -0.18})
    return figure


def calibration(found: Calibration, theme: Theme) -> Figure:
    """A panel per prediction, side by side, each with the line on which it would be right."""
    figure = new_figure(found.words, theme)
    figure.update_layout(grid={"rows": 1, "columns": len(found.panels), "pattern": "independent"}, showlegend=False)
    for place, panel in enumerate(found.panels, start=1):
        axis = "" if place == 1 else str(place)
        on = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        end = float(max(panel.predicted.max(), panel.actual.max(), 0.0)) * 1.05
        figure.add_scatter(
            x=[0, end], y=[0, end], mode="lines", line={"color": theme.text_soft, "dash": "dot"}, hoverinfo="skip", **on
        )
        figure.add_scatter(
            x=panel.predicted,
            y=panel.actual,
            mode="markers",
            marker={
                "color": theme.mark if panel.is_validated else theme.warning,
                "symbol": "circle" if panel.is_validated else "x",
                "size": 10,
            },
            hovertemplate="foretold %{x:,.3~f}<br>came %{y:,.3~f}<extra></extra>",
            **on,
        )
        verdict = "validated" if panel.is_validated else "not validated"
        title = escape(panel.title).replace(", ", "<br>")
        style = {"gridcolor": theme.grid, "zerolinecolor": theme.grid, "linecolor": theme.text_soft, "automargin": True}
        figure.update_layout(
            {
                f"xaxis{axis}": {
                    **style,
                    "title": {
                        "text": f"{title}<br>{verdict}<br>foretold, {escape(panel.unit)}",
                        "font": {"size": 13},
                    },
                },
                f"yaxis{axis}": {**style, "title": {"text": "as it came"}},
            }
        )
    return figure
