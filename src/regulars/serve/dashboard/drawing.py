"""A chart on a page: its title, of whom and in which unit, what to conclude, and the drawing in the theme at hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from regulars.serve import charts
from regulars.serve.charts.basis import Missing, Words
from regulars.serve.charts.plotly_frame import CONFIG
from regulars.serve.charts.theme import DARK, LIGHT, Theme
from regulars.serve.dashboard import states

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_FONT = "'Source Sans', system-ui, sans-serif"  # of the page around it


def theme() -> Theme:
    """The theme that the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def chart(
    plot_type: str,
    found: Any,
    *,
    conclusion: str = "",
    key: str,
    selects: bool | Callable[[], None] = False,
    height: int = 420,
) -> list[dict[str, Any]]:
    """A chart of serve/charts on the page; where there is nothing to draw, what is missing.

    Args:
        plot_type: One of charts.KINDS.
        found: What `desk.chart(plot_type)` gave.
        conclusion: A sentence that says what to conclude from it.
        key: Of the widget, unique on the page.
        selects: Whether points can be clicked, which draws the page anew; or what is called before it is.
        height: In pixels.

    Returns:
        The points that are selected, as Plotly tells them: `customdata`, `x`, `y`, `label`.
    """
    if isinstance(found, Missing):
        heading(found.words)
        states.gap(found)
        return []
    drawn = charts.plotted(plot_type, found, theme=theme().name)
    return figure(drawn, found.words, conclusion=conclusion, key=key, selects=selects, height=height)


def figure(
    drawn: Figure,
    words: Words,
    *,
    conclusion: str = "",
    key: str,
    selects: bool | Callable[[], None] = False,
    height: int = 420,
) -> list[dict[str, Any]]:
    """A figure of Plotly under its words; arguments and what it returns as of `chart`."""
    heading(words, conclusion)
    # The words stand in the page, where they can be read aloud, be copied and break into lines.
    drawn.update_layout(title=None, margin={"t": 16}, height=height, font_family=_FONT)
    shown = st.plotly_chart(
        drawn,
        theme=None,
        key=key,
        alt=words.alt,
        config=CONFIG,
        on_select=selects if callable(selects) else "rerun" if selects else "ignore",
        selection_mode="points",
    )
    if not selects:
        return []
    return [dict(point) for point in cast(Any, shown).selection.points]


def clicked(key: str) -> list[Any]:
    """The `customdata` of the points that are selected in a chart, for what is called when they are."""
    state = st.session_state.get(key)
    return [point.get("customdata") for point in state.selection.points] if state else []


def plain(text: str) -> str:
    """Text of a shop's data or settings for a place that reads Markdown: nothing in it is markup any more."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~$:&-])", r"\\\1", text)


def heading(words: Words, conclusion: str = "") -> None:
    """The words of a chart."""
    st.header(words.title, anchor=False)
    if conclusion:
        st.markdown(conclusion)
    if words.subtitle:
        st.caption(words.subtitle)
