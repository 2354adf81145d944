"""Segments: who is where and what it is worth, by which cut points, against another day or map, and what if."""

from __future__ import annotations

import streamlit as st

from regulars.serve.dashboard import live, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.pages import (
    segments_compared,
    segments_cuts,
    segments_drawn,
    segments_members,
    segments_what_if,
)
from regulars.serve.queries import Queries

_VIEWS = {
    "Map": segments_drawn.draw,
    "Table": None,
    "Cut points": segments_cuts.draw,
    "Compare": segments_compared.draw,
    "What if": segments_what_if.draw,
}


def draw(desk: Desk) -> None:
    """Draws the page."""
    segments = desk.ask_queries(Queries.segments).to_pylist()
    found = desk.ask(live.data_through)
    if not sum(row["customers"] for row in segments):
        return states.missing("There are no customers yet.", "`regulars run ORDERS` lands some.")
    st.caption(
        "Nobody has ordered yet: everybody is a prospect."
        if found["as_of"] is None
        else f"As of the start of {numbers.date(found['as_of'])}, revenue of the {found['window_days']} days before it,"
        f" data through {numbers.date(found['last_day'])}."
    )
    view = st.segmented_control(
        "View",
        list(_VIEWS),
        default="Map",
        key="view",
        bind="query-params",
        label_visibility="collapsed",
        required=True,
    )
    part = _VIEWS.get(view or "Map")
    with states.told():
        if part is None:
            _table(desk, segments, found["currency"])
        else:
            part(desk, segments, found["currency"])
    # A list of people below what is about cut points would be about something else.
    if view in ("Map", "Table"):
        with states.told():
            segments_members.draw(desk, segments, found["currency"])


def _table(desk: Desk, segments: list[dict[str, object]], currency: str) -> None:
    st.header("Every segment in numbers", anchor=False)
    tables.show(
        segments,
        [
            segments_drawn.NAME,
            tables.Column("customers", "Customers", "count"),
            tables.Column("share", "Share", "share"),
            tables.Column("revenue", f"Revenue ({currency})" if currency else "Revenue", "money"),
            tables.Column("revenue_share", "Share", "share"),
            tables.Column("avg_recency", "Days since order", "number"),
            tables.Column("avg_frequency", "Orders", "number"),
            tables.Column("avg_monetary", "Spend each", "money"),
            tables.Column("avg_historic_clv", "Spent ever", "money"),
            tables.Column("avg_clv", "Expected next year", "money"),
        ],
        caption="Every segment in numbers",
    )
    st.caption("Days, orders, spend and values are averages of a customer.")
    tables.download(desk, "segments", lambda: desk.ask_queries(Queries.segments), key="segments_file")
    st.header("What to do with each", anchor=False)
    tables.show(
        segments,
        [
            segments_drawn.NAME,
            tables.Column("description", "Who they are"),
            tables.Column("goal", "Goal"),
            tables.Column("playbook", "Playbook"),
            tables.Column("channel", "Channel"),
        ],
        caption="Playbook",
    )


PAGE = Page("segments", "Segments", ":material/grid_view:", draw)
