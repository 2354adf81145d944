"""The interactive heat map of cohorts; a click on a cell chooses its cohort and month."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from regulars.serve.charts.cohorts import Cohorts
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.theme import Theme, on_scale, text_on

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def cohorts(found: Cohorts, theme: Theme) -> Figure:
    """A row per month of newcomers, a column per month since."""
    figure = new_figure(found.words, theme)
    cells = [(row, cell) for row in found.rows for cell in row.cells]
    first, last = found.measure.first_month, max(cell.month_number for _, cell in cells)
    months = list(range(first, last + 1))
    names = {row.month: f"{row.month:%Y-%m} ({row.size:,})" for row in found.rows}
    most = max((cell.value for _, cell in cells), default=0.0)
    # Colours by rank among all cells would hide the size; a cohort's first month would hide the rest.
    later = [cell.value for _, cell in cells if cell.month_number > 0]
    top = max(later, default=most) if first == 0 and not found.measure.column.startswith("cumulative") else most
    top = top if top > 0 else 1.0
    values = []
    for row in found.rows:
        by_month = {cell.month_number: cell.value for cell in row.cells}
        values.append([by_month.get(month) for month in months])
    figure.add_heatmap(
        x=months,
        y=list(names.values()),
        z=values,
        colorscale=[[place / (len(theme.scale) - 1), colour] for place, colour in enumerate(theme.scale)],
        zmin=0,
        zmax=top,
        xgap=1,
        ygap=1,
        showscale=False,
        hoverinfo="skip",
    )
    # A heat map cannot be chosen from, but these points, each with its words, can.
    figure.add_scatter(
        x=[cell.month_number for _, cell in cells],
        y=[names[row.month] for row, _ in cells],
        mode="markers+text",
        text=[cell.said for _, cell in cells],
        textfont={"size": 11, "color": [text_on(on_scale(cell.value / top, theme)) for _, cell in cells]},
        marker={"size": 24, "opacity": 0, "symbol": "square"},
        customdata=[[row.month.isoformat(), cell.month_number] for row, cell in cells],
        hovertemplate=f"first bought in %{{y}}<br>month %{{x}}: {escape(found.label)} %{{text}}<extra></extra>",
        showlegend=False,
        unselected={"textfont": {"color": theme.text_soft}},
    )
    figure.update_xaxes(
        title_text="Months since the first purchase",
        dtick=1,
        showgrid=False,
        zeroline=False,
        range=[first - 0.5, last + 0.5],
    )
    figure.update_yaxes(
        title_text="Month of the first purchase (new customers)",
        showgrid=False,
        type="category",
        range=[len(names) - 0.5, -0.5],
    )
    return figure
