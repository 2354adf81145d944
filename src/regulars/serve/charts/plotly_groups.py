"""Interactive charts of groups: segments as bars and as tiles, the grid of scores, the concentration of revenue."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from regulars.serve.charts.basis import percent
from regulars.serve.charts.groups import Concentration, Grid, Segments
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.theme import Theme, on_scale, text_on

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Plotly writes beside a bar in letters as high as the bar, which are too small to read where bars are thin.
_READABLE: dict[str, Any] = {"constraintext": "none", "textfont": {"size": 10}}


def segments(found: Segments, theme: Theme) -> Figure:
    """Two bars per segment: its share of the customers, and of the revenue."""
    figure = new_figure(found.words, theme)
    names = [escape(bar.name) for bar in found.bars]
    colours = [bar.colour for bar in found.bars]
    edge = {"width": 0.6, "color": theme.outline}
    figure.add_bar(
        y=names,
        x=[bar.revenue_share for bar in found.bars],
        orientation="h",
        name="Share of the revenue",
        marker={
            "color": colours,
            "line": edge,
            "pattern": {"shape": "/", "fillmode": "overlay", "fgcolor": theme.background, "size": 6},
        },
        text=[percent(bar.revenue_share) for bar in found.bars],
        textposition="outside",
        **_READABLE,
        hovertext=[f"{bar.revenue:,.2f} {escape(found.ground.currency)}".rstrip() for bar in found.bars],
        hovertemplate="<b>%{y}</b><br>revenue %{hovertext}<extra></extra>",
    )
    figure.add_bar(
        y=names,
        x=[bar.share for bar in found.bars],
        orientation="h",
        name="Share of the customers",
        marker={"color": colours, "line": edge},
        text=[percent(bar.share) for bar in found.bars],
        textposition="outside",
        **_READABLE,
        hovertext=[f"{bar.customers:,}" for bar in found.bars],
        hovertemplate="<b>%{y}</b><br>%{hovertext} customers<extra></extra>",
    )
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    figure.update_yaxes(autorange="reversed", gridcolor=theme.background)
    figure.update_layout(legend={"traceorder": "reversed", "orientation": "h", "y": -0.12}, bargap=0.25)
    return figure


def segment_treemap(found: Segments, theme: Theme) -> Figure:
    """A tile per segment, as large as its number of customers."""
    figure = new_figure(found.words, theme)
    shown = [bar for bar in found.bars if bar.customers]
    figure.add_treemap(
        labels=[escape(bar.name) for bar in shown],
        parents=[""] * len(shown),
        values=[bar.customers for bar in shown],
        customdata=[
            f"{bar.customers:,} customers ({percent(bar.share)})<br>{bar.revenue:,.0f} {escape(found.ground.currency)}"
            f" ({percent(bar.revenue_share)} of the revenue)"
            for bar in shown
        ],
        texttemplate="<b>%{label}</b><br>%{customdata}",
        hovertemplate="<b>%{label}</b><br>%{customdata}<extra></extra>",
        marker={"colors": [bar.colour for bar in shown], "line": {"width": 1.5, "color": theme.outline}},
        textfont={"color": [text_on(bar.colour) for bar in shown]},
        tiling={"pad": 2},
    )
    return figure


def grid(found: Grid, theme: Theme) -> Figure:
    """The pairs of scores; recency to the right, frequency upwards, so that the best are in the upper right."""
    figure = new_figure(found.words, theme)
    scores = list(range(1, found.bins + 1))
    by_place = {(cell.recency, cell.frequency): cell for cell in found.cells}
    rows = [[by_place[recency, frequency] for recency in scores] for frequency in scores]
    most = max(cell.customers for cell in found.cells)
    figure.add_heatmap(
        x=scores,
        y=scores,
        z=[[cell.customers for cell in row] for row in rows],
        customdata=[[f"{cell.revenue:,.0f} {escape(found.ground.currency)}".rstrip() for cell in row] for row in rows],
        colorscale=[[place / (len(theme.scale) - 1), colour] for place, colour in enumerate(theme.scale)],
        zmin=0,
        zmax=most,
        xgap=2,
        ygap=2,
        showscale=False,
        hovertemplate="recency %{x}, frequency %{y}<br>%{z:,} customers, %{customdata} in the window<extra></extra>",
    )
    for cell in found.cells:
        colour = text_on(on_scale(cell.customers / most, theme))
        figure.add_annotation(
            x=cell.recency,
            y=cell.frequency,
            text=f"{cell.customers:,}<br>{percent(cell.share)}",
            showarrow=False,
            font={"color": colour, "size": 13},
        )
    best = found.bins
    figure.update_xaxes(title_text=f"Score of recency ({best} = bought lately)", dtick=1, showgrid=False)
    figure.update_yaxes(title_text=f"Score of frequency ({best} = buys often)", dtick=1, showgrid=False)
    return figure


def concentration(found: Concentration, theme: Theme) -> Figure:
    """A rising curve; the further from the straight line, the fewer customers the shop lives on."""
    figure = new_figure(found.words, theme)
    figure.add_scatter(
        x=[0, *found.x],
        y=[0, *found.y],
        mode="lines",
        line={"color": theme.mark, "width": 3},
        hovertemplate="the best %{x:.0%} bring %{y:.0%}<extra></extra>",
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": theme.text_soft, "dash": "dot"},
        hoverinfo="skip",
    )
    for share, value in found.best:
        figure.add_annotation(
            x=share,
            y=value,
            text=f"best {percent(share)}: {percent(value)}",
            ax=60,
            ay=25,
            arrowcolor=theme.text_soft,
        )
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title_text="Share of the customers, best first", tickformat=".0%", range=[0, 1.02])
    figure.update_yaxes(title_text="Share of the revenue", tickformat=".0%", range=[0, 1.05])
    return figure
