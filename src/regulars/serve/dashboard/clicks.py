"""What was clicked on a chart becomes the choice of a widget below it, which keeps it in the address of the page.

A chart remembers its click from one drawing of the page to the next; it counts once, so that the widget can be
changed afterwards. Call this before the widget is drawn.
"""

from __future__ import annotations

from typing import Any

import streamlit as st


def follow(chart: str, clicked: Any | None, widget: str, otherwise: Any) -> None:
    """Sets a widget to what was clicked, if that is new.

    Args:
        chart: The key of the chart.
        clicked: The value that the click stands for; None = nothing is selected.
        widget: The key of the widget.
        otherwise: Its value once a click is taken back.
    """
    seen = f"_clicked_{chart}_{widget}"
    before = st.session_state.get(seen)
    if clicked == before:
        return
    st.session_state[seen] = clicked
    if clicked is not None:
        st.session_state[widget] = clicked
    elif st.session_state.get(widget) == before:
        # Taken back; a choice that was made since, here or by the address, stays.
        st.session_state[widget] = otherwise


def customdata(points: list[dict[str, Any]]) -> list[Any] | None:
    """What the first selected point carries; None = nothing is selected."""
    for point in points:
        carried = point.get("customdata")
        # Plotly tells a row of customdata as a list, or as an object whose names are its places.
        if isinstance(carried, dict):
            return [carried[place] for place in sorted(carried, key=int)]
        if carried is not None:
            return list(carried) if isinstance(carried, list | tuple) else [carried]
    return None
