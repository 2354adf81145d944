"""The frame of interactive charts: titles, axes and colours of a theme, one HTML file without anything from outside.

Plotly reads some tags in text, so whatever comes from a shop's data or settings is escaped before it gets here.
"""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING, Any

from regulars.errors import InputError
from regulars.serve.charts.basis import Missing, Words
from regulars.serve.charts.theme import Theme

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Plotly's names are the same, but for what looks alike in two and in three dimensions.
MARKERS_3D = {"triangle-up": "circle-open", "triangle-down": "square-open", "pentagon": "diamond-open"}
# plotly.js has a button that sends the data of a chart to a cloud; customers' data goes nowhere.
CONFIG = {"displaylogo": False, "responsive": True, "showSendToCloud": False, "plotlyServerURL": ""}
_LINE = 120  # characters of a subtitle, which Plotly does not break
FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def new_figure(words: Words, theme: Theme) -> Figure:
    """An empty figure with its title and colours.

    Raises:
        InputError: Plotly is not installed.
    """
    try:
        from plotly.graph_objects import Figure
    except ImportError:
        raise InputError(
            "Interactive charts need plotly, which is not installed. Install it: pip install 'regulars[serve]'."
        ) from None
    figure = Figure()
    lines = textwrap.wrap(words.subtitle, _LINE)
    axis = {"gridcolor": theme.grid, "zerolinecolor": theme.grid, "linecolor": theme.text_soft, "automargin": True}
    figure.update_layout(
        template=None,
        title={
            "text": escape(words.title),
            "subtitle": {
                "text": "<br>".join(escape(line) for line in lines),
                "font": {"size": 13, "color": theme.text_soft},
            },
            "x": 0.01,
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 24, "l": 4},
        },
        font={"family": FONT, "size": 14, "color": theme.text},
        paper_bgcolor=theme.background,
        plot_bgcolor=theme.background,
        hoverlabel={"font": {"family": FONT}},
        legend={"itemsizing": "constant"},
        margin={"t": 74 + 17 * len(lines), "r": 30, "b": 60, "l": 70},
        xaxis=axis,
        yaxis=axis,
    )
    return figure


def empty(gap: Missing, theme: Theme) -> Figure:
    """A figure that says why there is nothing in it, and which command helps."""
    figure = new_figure(gap.words, theme)
    figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
    figure.add_annotation(
        text=f"{escape(gap.reason)}<br>{escape(gap.repair)}",
        showarrow=False,
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        font={"size": 16, "color": theme.text},
    )
    return figure


def page(figure: Figure, words: Words, theme: Theme) -> str:
    """One HTML page with plotly.js inside: nothing is loaded from anywhere; the same figure gives the same bytes."""
    drawn: str = figure.to_html(
        include_plotlyjs=True,
        full_html=False,
        div_id="chart",
        config=CONFIG,
        default_height="100%",
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(words.title)}</title>\n"
        f"<style>html, body {{height: 100%; margin: 0; background: {theme.background}; color: {theme.text}}}"
        " body > div {height: 100%} .alt {position: absolute; width: 1px; height: 1px; overflow: hidden;"
        " clip-path: inset(50%)}</style>\n</head>\n<body>\n"
        f'<p class="alt">{escape(words.alt)}</p>\n{drawn}\n</body>\n</html>\n'
    )


def log_axis(is_log: bool) -> dict[str, Any]:
    """What makes an axis a log one, with a tick at each power of ten and at 2 and 5 between."""
    return {"type": "log", "dtick": "D2", "tickformat": ",~f"} if is_log else {}
