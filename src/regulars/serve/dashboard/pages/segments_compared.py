"""The segments beside those of another day, by the history or the time machine, or beside those of another map."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import streamlit as st

from regulars.serve import comparing, sales_views
from regulars.serve.dashboard import drawing, live, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.pages.segments_drawn import NAME

_ANY = "Another day…"
_PREFIX = "Map "


def draw(desk: Desk, segments: list[dict[str, Any]], currency: str) -> None:
    """Draws the choice and the comparison."""
    st.header("Compared with another day or another map", anchor=False)
    if desk.ask(live.data_through)["as_of"] is None:
        return states.missing("Nobody has scores: there is no valid order yet.", "`regulars run ORDERS` lands some.")
    days = {numbers.date(day): day for day in desk.ask(comparing.history_days)}
    maps = [f"{_PREFIX}{name}" for name in desk.ask(comparing.maps_that_fit)]
    # Any other day stands at the top, for the days that are kept are many in time.
    listed = [*days]
    listed.insert(1, _ANY)
    chosen = st.selectbox("Compare with", [*listed, *maps], key="with", bind="query-params", width=320)
    if chosen.startswith(_PREFIX):
        return _map(desk, segments, chosen.removeprefix(_PREFIX), currency)
    if chosen == _ANY:
        asked = _any_day(desk)
        if asked is None:
            st.caption("Choose a day: the segments are worked out anew from what had been ordered before it began.")
        else:
            with st.spinner(f"Working out {numbers.date(asked)} from the orders; it takes some seconds…"):
                before = desk.made("segments of", asked, make=partial(_at, desk, asked))
            _day(desk, segments, before, asked, currency)
        return
    _day(desk, segments, desk.ask(comparing.segments_on, days[chosen]), days[chosen], currency)


def _at(desk: Desk, day: dt.date) -> comparing.Counted:
    # dbt works once in a process at a time.
    with desk.state.scoring.turn():
        return comparing.segments_of_any_day(desk.state.engine, day)


def _any_day(desk: Desk) -> dt.date | None:
    as_of, days = desk.ask(live.data_through)["as_of"], desk.ask(sales_views.first_and_last)
    first = days[0] if days else as_of
    found = st.date_input(
        "As of the start of",
        value=None,
        # Unless it is said, the years before the last ten cannot be chosen, and an old shop has no other.
        min_value=min(first + dt.timedelta(days=1), as_of),
        max_value=as_of,
        key="day",
        bind="query-params",
        width=320,
        format="YYYY-MM-DD",
    )
    return found if isinstance(found, dt.date) else None


def _day(desk: Desk, segments: list[dict[str, Any]], before: comparing.Counted, day: dt.date, currency: str) -> None:
    rows = []
    for row in segments:
        customers, revenue = before.get(row["segment"], (0, 0))
        rows.append(
            {
                **row,
                "customers_then": customers,
                "more": f"{row['customers'] - customers:+,}".replace("-", "−"),
                "revenue_then": revenue,
                "change": numbers.change(row["revenue"], revenue),
            }
        )
    grown = max(rows, key=lambda row: row["customers"] - row["customers_then"])
    shrunk = min(rows, key=lambda row: row["customers"] - row["customers_then"])
    st.markdown(
        f"Since {numbers.date(day)} **{drawing.plain(grown['segment'])}** grew most ({grown['more']}) and"
        f" **{drawing.plain(shrunk['segment'])}** shrank most ({shrunk['more']})."
    )
    tables.show(
        rows,
        [
            NAME,
            tables.Column("customers_then", f"Customers {numbers.short_date(day)}", "count"),
            tables.Column("customers", "Customers now", "count"),
            tables.Column("more", "Change", "change"),
            tables.Column("revenue_then", "Revenue then", "money"),
            tables.Column("revenue", "Revenue now", "money"),
            tables.Column("change", "Change", "change"),
        ],
        currency=currency,
        caption="Compared with another day",
    )
    tables.download(desk, "segments-compared", lambda: tables.table_of(rows), key="compared_file")


def _map(desk: Desk, segments: list[dict[str, Any]], name: str, currency: str) -> None:
    other = desk.ask(comparing.segments_by_map, name)
    st.markdown(
        f"The same customers and scores as the map **{drawing.plain(name)}** names them:"
        f" {len(other)} segments instead of {len(segments)}. `regulars run --map {name}` publishes it."
    )
    left, right = st.columns(2, gap="large")
    columns = [tables.Column("customers", "Customers", "count"), tables.Column("revenue", "Revenue", "money")]
    with left:
        tables.show(segments, [NAME, *columns], currency=currency, caption="As published")
    with right:
        own = tables.Column("segment", f"By the map {name}", swatch=lambda row: row["colour"])
        tables.show(other, [own, *columns], currency=currency, caption="By the other map")
    if not sum(row["customers"] for row in other):
        states.missing("Nobody has scores.", "`regulars run ORDERS` lands orders.")
