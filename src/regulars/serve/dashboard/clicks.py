"""What is clicked on a chart becomes the choice of a widget below it, which keeps it in the address of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from regulars.serve.dashboard import drawing


def chooses(chart: str, **widgets: Callable[[list[Any] | None], Any]) -> Callable[[], None]:
    """For a chart's `selects`: a click sets widgets, and the page is drawn anew with them.

    Args:
        chart: The key of the chart.
        widgets: By the key of each widget what gives its value of the clicked point's `customdata`, which is None once
            a click is taken back.
    """

    def choose() -> None:
        carried = first(drawing.clicked(chart))
        for widget, value_of in widgets.items():
            st.session_state[widget] = value_of(carried)

    return choose


def first(carried: list[Any]) -> list[Any] | None:
    """What the first selected point carries, as a list; None = nothing is selected."""
    for each in carried:
        # Plotly tells a row of customdata as a list, or as an object whose names are its places.
        if isinstance(each, Mapping):
            return [each[place] for place in sorted(each, key=int)]
        if each is not None:
            return list(each) if isinstance(each, list | tuple) else [each]
    return None
