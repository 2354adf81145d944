"""Interactive charts of time: the heat map of retention and the Sankey diagram of moves between segments."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from regulars.serve.charts.basis import percent
from regulars.serve.charts.history import Migration, Retention, flow_colour, stacked
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.theme import Theme, on_scale, text_on

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def retention(found: Retention, theme: Theme) -> Figure:
    """A row per month of newcomers, a column per month since."""
    figure = new_figure(found.words, theme)
    months = list(range(1, max(cell.month_number for cohort in found.cohorts for cell in cohort.cells) + 1))
    names = [f"{cohort.month:%Y-%m} ({cohort.size:,})" for cohort in found.cohorts]
    most = max((cell.retention for cohort in found.cohorts for cell in cohort.cells), default=0.0) or 1.0
    shares, said = [], []
    for cohort in found.cohorts:
        by_month = {cell.month_number: cell for cell in cohort.cells}
        shares.append([by_month[month].retention if month in by_month else None for month in months])
        said.append([f"{by_month[month].customers:,}" if month in by_month else "" for month in months])
    figure.add_heatmap(
        x=months,
        y=names,
        z=shares,
        customdata=said,
        colorscale=[[place / (len(theme.scale) - 1), colour] for place, colour in enumerate(theme.scale)],
        zmin=0,
        zmax=most,
        xgap=1,
        ygap=1,
        showscale=False,
        hoverongaps=False,
        hovertemplate="first bought in %{y}<br>month %{x}: %{z:.1%}, %{customdata} customers<extra></extra>",
    )
    for cohort, name in zip(found.cohorts, names, strict=True):
        for cell in cohort.cells:
            figure.add_annotation(
                x=cell.month_number,
                y=name,
                text=percent(cell.retention) + ("*" if cell.is_incomplete else ""),
                showarrow=False,
                font={"size": 12, "color": text_on(on_scale(cell.retention / most, theme))},
            )
    figure.update_xaxes(title_text="Months since the first purchase", dtick=1, showgrid=False)
    figure.update_yaxes(
        title_text="Month of the first purchase (new customers)", autorange="reversed", showgrid=False, type="category"
    )
    return figure


def migration(found: Migration, theme: Theme) -> Figure:
    """Left where customers were, right where they are; who stayed is a paler band."""
    figure = new_figure(found.words, theme)
    before, now = stacked(found, "source"), stacked(found, "target")
    sources, targets = list(before), list(now)
    middles = [top + height / 2 for top, height, _ in (*before.values(), *now.values())]
    figure.add_sankey(
        arrangement="fixed",
        node={
            "label": [escape(f"{name} ({side[name][2]:,})") for side in (before, now) for name in side],
            "x": [0.001] * len(sources) + [0.999] * len(targets),
            "y": [min(max(middle, 0.001), 0.999) for middle in middles],
            "color": [flow_colour(found, name) for name in (*sources, *targets)],
            "line": {"width": 0.5, "color": theme.text_soft},
            "pad": 12,  # a line of text, or the names of small segments lie upon each other
            "thickness": 16,
        },
        link={
            "source": [sources.index(flow.source) for flow in found.flows],
            "target": [len(sources) + targets.index(flow.target) for flow in found.flows],
            "value": [flow.customers for flow in found.flows],
            "color": [
                _transparent(flow_colour(found, flow.target), 0.18 if flow.source == flow.target else 0.55)
                for flow in found.flows
            ],
            "customdata": [f"{flow.revenue:,.0f}" for flow in found.flows],
            "hovertemplate": "%{source.label} → %{target.label}<br>%{value:,} customers, revenue %{customdata}"
            "<extra></extra>",
        },
        textfont={"color": theme.text},
    )
    return figure


def _transparent(colour: str, share: float) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {share})"
