"""The customers of a segment or of scores, page by page, with what to do with them and the list to take along."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from regulars.serve import members
from regulars.serve.dashboard import drawing, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.pages.segments_drawn import ALL
from regulars.serve.roles import Role

_SIZE = 15


def draw(desk: Desk, segments: list[dict[str, Any]], currency: str) -> None:
    """Draws the filters, the playbook of the segment that is chosen, and the list."""
    st.header("Customers", anchor=False)
    bins = max(5, *(cell.recency for cell in getattr(desk.chart("score_grid"), "cells", ())), 0)
    scores = [ALL, *map(str, range(bins, 0, -1))]
    first, second, third, fourth = st.columns([2, 1, 1, 2])
    names = [row["segment"] for row in segments]
    segment = _chosen(first.selectbox("Segment", [ALL, *names], key="segment", bind="query-params"))
    r_score = _chosen(second.selectbox("Recency score", scores, key="r", bind="query-params"))
    f_score = _chosen(third.selectbox("Frequency score", scores, key="f", bind="query-params"))
    order = fourth.selectbox("Sorted by", list(members.ORDERS), key="sort", bind="query-params")
    asked = (segment, int(r_score) if r_score else None, int(f_score) if f_score else None, order)
    row = next((row for row in segments if row["segment"] == segment), None)
    if row is not None:
        _playbook(row, currency)
    number = _page_number()
    found = desk.ask(members.members_page, *asked, number, _SIZE)
    pages = max(1, math.ceil(found.total / _SIZE))
    if number > pages:
        number, found = pages, desk.ask(members.members_page, *asked, pages, _SIZE)
    if not found.total:
        return states.missing("Nobody is here.", "Choose another segment or other scores.")
    st.markdown(f"**{numbers.count(found.total)} customers**, page {numbers.count(number)} of {numbers.count(pages)}")
    tables.show(found.rows, _columns(segments), currency=currency, caption="Customers")
    st.number_input("Page", 1, pages, key="page", bind="query-params", width=160)
    _take(desk, asked, found.total)


def _page_number() -> int:
    """The page that is asked for; an address is read before the widget that it belongs to is there."""
    asked = st.session_state.get("page", st.query_params.get("page", "1"))
    return max(1, int(asked)) if str(asked).isdigit() and len(str(asked)) < 9 else 1


def _columns(segments: list[dict[str, Any]]) -> list[tables.Column]:
    colours = {row["segment"]: row["colour"] for row in segments}
    return [
        tables.Column("customer_id", "Customer", link=lambda row: tables.customer(row["customer_id"])),
        tables.Column("full_name", "Name", is_optional=True),
        tables.Column("email", "E-mail", is_optional=True),
        tables.Column("segment", "Segment", swatch=lambda row: colours.get(row["segment"])),
        tables.Column("rfm_score", "RFM"),
        tables.Column("last_order_date", "Last order", "short_date"),
        tables.Column("frequency", "Orders", "count"),
        tables.Column("monetary", "Revenue", "money"),
        tables.Column("clv", "Next year", "money"),
        tables.Column("churn_probability", "Will stop", "share"),
    ]


def _playbook(row: dict[str, Any], currency: str) -> None:
    with st.container(border=True):
        st.markdown(f"**{drawing.plain(row['segment'])}.** {drawing.plain(row['description'] or '')}")
        tables.facts(
            [
                ("Goal", row["goal"]),
                ("Playbook", row["playbook"]),
                ("Channel", row["channel"]),
                (
                    "On average",
                    f"last order {numbers.number(row['avg_recency'], 0)} days ago,"
                    f" {numbers.number(row['avg_frequency'])} orders and {numbers.money(row['avg_monetary'], currency)}"
                    " in the window",
                ),
            ]
        )


def _take(desk: Desk, asked: tuple[str | None, int | None, int | None, str], total: int) -> None:
    """The list as a file; a whole segment of any size comes by the server's own export."""
    tables.download(
        desk,
        "customers",
        lambda: desk.fetch(members.members, *asked, tables.MOST_ROWS),
        key="members_file",
        label="Take the list as",
    )
    if total > tables.MOST_ROWS:
        st.caption(f"The file has the first {numbers.count(tables.MOST_ROWS)} of them.")
    segment = asked[0]
    if segment is None:
        return
    if desk.may(Role.operator):
        tables.note(
            "All columns of the whole segment, entered in the books of exports:",
            "download as CSV",
            tables.address(f"lists/{segment}", format="csv"),
        )
    st.caption(f'On the server\'s machine: `regulars export list.csv --segment "{segment}"`')


def _chosen(value: str | None) -> str | None:
    return None if value in (None, ALL) else value
