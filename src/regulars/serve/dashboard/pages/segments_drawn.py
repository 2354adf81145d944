"""The segments as two maps: the grid of recency and frequency, and tiles as large as the segments. Clicks choose."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from regulars.serve import charts
from regulars.serve.charts.basis import Missing, Words, percent
from regulars.serve.charts.groups import Grid, Segments
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.squares import squarified
from regulars.serve.charts.theme import text_on
from regulars.serve.dashboard import drawing, numbers, tables
from regulars.serve.dashboard.desk import Desk

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NAME = tables.Column(
    "segment",
    "Segment",
    link=lambda row: tables.address("segments", segment=row["segment"]),
    swatch=lambda row: row["colour"],
)
_HEIGHT = 430
_GRID, _TILES = "segments_grid", "segments_tiles"
ALL = "All"


def draw(desk: Desk, segments: list[dict[str, Any]], currency: str) -> None:
    """Draws both maps; what is clicked chooses the customers below."""
    left, right = st.columns(2, gap="medium")
    with left:
        _grid(desk.chart("score_grid"), currency)
    with right:
        _tiles(desk.chart("segment_treemap"), currency)


def _grid(found: Grid | Missing, currency: str) -> None:
    if isinstance(found, Missing):
        drawing.chart("score_grid", found, key=_GRID)
        return
    best = max(found.cells, key=lambda cell: cell.revenue)
    figure = charts.plotted("score_grid", found, theme=drawing.theme().name)
    _add_buttons(
        figure,
        [
            (
                cell.recency,
                cell.frequency,
                [cell.recency, cell.frequency],
                f"recency {cell.recency}, frequency {cell.frequency}<br>{cell.customers:,} customers,"
                f" {numbers.money(cell.revenue, escape(currency))}",
            )
            for cell in found.cells
        ],
    )
    drawing.figure(
        figure,
        found.words,
        conclusion=f"Most money is in the cell of recency {best.recency} and frequency {best.frequency}:"
        f" {numbers.money(best.revenue, currency)} of {numbers.count(best.customers)} customers. Click a cell for its"
        " customers.",
        key=_GRID,
        selects=_cell_clicked,
        height=_HEIGHT,
    )


def _tiles(found: Segments | Missing, currency: str) -> None:
    if isinstance(found, Missing):
        drawing.chart("segment_treemap", found, key=_TILES)
        return
    theme = drawing.theme()
    shown = sorted((bar for bar in found.bars if bar.customers), key=lambda bar: -bar.customers)
    largest = shown[0]
    words = Words("Segments by their number of customers", found.words.subtitle, found.words.alt)
    figure = new_figure(words, theme)
    tiles = squarified([bar.customers for bar in shown], 16, 10)
    # Bars from a base are tiles that Streamlit hears clicks of; those of a treemap it does not.
    figure.add_bar(
        x=[tile.x + tile.width / 2 for tile in tiles],
        width=[tile.width for tile in tiles],
        base=[tile.y for tile in tiles],
        y=[tile.height for tile in tiles],
        customdata=[[bar.name] for bar in shown],
        marker={"color": [bar.colour for bar in shown], "line": {"width": 2, "color": theme.background}},
        text=[
            _label(bar.name, bar.customers, bar.share, tile.width, tile.height)
            for bar, tile in zip(shown, tiles, strict=True)
        ],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        insidetextfont={"color": [text_on(bar.colour) for bar in shown], "size": 13},
        hovertext=[
            f"<b>{escape(bar.name)}</b><br>{bar.customers:,} customers ({percent(bar.share)})<br>"
            f"{numbers.money(bar.revenue, escape(currency))} ({percent(bar.revenue_share)} of the revenue)"
            for bar in shown
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.55}},
    )
    figure.update_xaxes(visible=False, range=[0, 16], fixedrange=True)
    figure.update_yaxes(visible=False, range=[0, 10], fixedrange=True)
    figure.update_layout(showlegend=False, bargap=0, margin={"l": 0, "r": 0, "b": 0}, uniformtext_mode=False)
    drawing.figure(
        figure,
        words,
        conclusion=f"{drawing.plain(largest.name)} are the most, {percent(largest.share)} of the customers, and bring"
        f" {percent(largest.revenue_share)} of the revenue. Click a tile for its customers.",
        key=_TILES,
        selects=_tile_clicked,
        height=_HEIGHT,
    )


def _label(name: str, customers: int, share: float, width: float, height: float) -> str:
    """What there is room for in a tile."""
    if width < 1.4 or height < 0.7:
        return ""
    broken = escape(name).replace(" ", "<br>") if width < 3 else escape(name)
    return f"<b>{broken}</b><br>{customers:,} ({percent(share)})" if height > 1.5 and width > 2 else f"<b>{broken}</b>"


def _add_buttons(figure: Figure, cells: list[tuple[int, int, list[int], str]]) -> None:
    """Squares that cannot be seen over the cells of a heat map, which does not tell of clicks itself."""
    figure.update_traces(hoverinfo="skip", hovertemplate=None)
    figure.add_scatter(
        x=[cell[0] for cell in cells],
        y=[cell[1] for cell in cells],
        customdata=[cell[2] for cell in cells],
        hovertext=[cell[3] for cell in cells],
        hovertemplate="%{hovertext}<extra></extra>",
        mode="markers",
        marker={"symbol": "square", "size": 52, "color": drawing.theme().warning, "opacity": 0},
        selected={"marker": {"opacity": 0.45}},
        unselected={"marker": {"opacity": 0}},
        showlegend=False,
    )
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True)


def _cell_clicked() -> None:
    points = drawing.clicked(_GRID)
    recency, frequency = points[0] if points else (ALL, ALL)
    st.session_state["r"], st.session_state["f"] = str(recency), str(frequency)
    st.session_state["page"] = 1


def _tile_clicked() -> None:
    points = drawing.clicked(_TILES)
    st.session_state["segment"] = points[0][0] if points else ALL
    st.session_state["page"] = 1
