"""Migration: who moved between segments from one month end to the next, why, and which customers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import streamlit as st

from regulars.serve import moves
from regulars.serve.charts.basis import Missing
from regulars.serve.charts.history import KEEP_HISTORY, Migration, migration_dates
from regulars.serve.dashboard import drawing, live, numbers, people, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.tables import Column
from regulars.serve.queries import Queries

_ANY = "Any segment"
_LARGEST = 12


def draw(desk: Desk) -> None:
    """Draws the page."""
    dates = desk.ask(migration_dates)
    if not dates:
        states.missing("There is no history of segments yet.", KEEP_HISTORY)
        return
    currency = desk.ask(live.data_through)["currency"]
    as_of = dates[0]
    if len(dates) > 1:
        named = {day.isoformat(): day for day in dates}
        as_of = named[
            st.select_slider(
                "Moves up to the start of",
                list(named),
                value=dates[-1].isoformat(),
                key="as_of",
                bind="query-params",
            )
        ]
    found = desk.chart("migration", as_of=as_of)
    rows = desk.ask(moves.moves, as_of)
    drawing.chart("migration", found, conclusion=_conclusion(found, rows), key="sankey", height=620)
    if isinstance(found, Missing):
        return
    if not found.is_month_end:
        st.caption("This date is no month end: the month is not over, so more will move.")
    colours = {row["segment"]: row["colour"] for row in desk.ask_queries(Queries.segments).to_pylist()}
    chosen = _filtered(rows)
    _moves(desk, as_of, chosen, colours, currency)
    _movers(desk, as_of, chosen, colours, currency)


def _conclusion(found: Migration | Missing, rows: pa.Table) -> str:
    if isinstance(found, Missing):
        return ""
    counted = moves.causes(rows)
    if not counted:
        return "Nobody who was known before moved."
    known = sum(flow.customers for flow in found.flows if flow.source in found.colours)
    cause, customers = next(iter(counted.items()))
    return (
        f"{numbers.share(found.moved / known)} of the customers moved, most of them ({numbers.count(customers)}) by"
        f" {cause}. {_ADVICE.get(cause, '')}".rstrip()
    )


_ADVICE = {
    "passing of time": "They did nothing: write before the next step down.",
    "own behaviour": "They bought, or more than before: thank those who rose.",
    "threshold drift": "The cut points moved, as others bought more or less; they did nothing else.",
}


def _filtered(rows: pa.Table) -> list[dict[str, Any]]:
    """The moves from and to the chosen segments."""
    listed = rows.to_pylist()
    left, right = st.columns(2)
    names = {side: sorted({row[side] for row in listed}) for side in ("from_segment", "to_segment")}
    for key, side in (("from", "from_segment"), ("to", "to_segment")):
        # Another date may have no such move.
        if st.session_state.get(key, _ANY) not in (_ANY, *names[side]):
            st.session_state[key] = _ANY
    source = left.selectbox("From", [_ANY, *names["from_segment"]], key="from", bind="query-params")
    target = right.selectbox("To", [_ANY, *names["to_segment"]], key="to", bind="query-params")
    return [row for row in listed if source in (_ANY, row["from_segment"]) and target in (_ANY, row["to_segment"])]


def _moves(desk: Desk, as_of: dt.date, rows: list[dict[str, Any]], colours: dict[str, str], currency: str) -> None:
    st.header("Moves and their causes", anchor=False)
    st.markdown("A move in the list leads to its customers below.")
    if not rows:
        states.missing("There is no such move.", "Choose other segments above.")
        return
    shown = rows
    if len(rows) > _LARGEST and not st.toggle(f"All {len(rows)} moves", key="all", bind="query-params"):
        shown = rows[:_LARGEST]
        st.caption(f"The {_LARGEST} largest.")
    tables.show(
        shown,
        [
            Column("from_segment", "From", swatch=lambda row: colours.get(row["from_segment"])),
            Column("to_segment", "To", swatch=lambda row: colours.get(row["to_segment"])),
            Column("customers", "Customers", "count", link=lambda row: _address(as_of, row)),
            Column("revenue", "Their revenue of the window", "money"),
            Column("own_behaviour", "By own behaviour", "count"),
            Column("passing_of_time", "By passing of time", "count"),
            Column("threshold_drift", "By threshold drift", "count"),
        ],
        currency=currency,
        caption="Moves",
    )
    tables.download(desk, f"moves_{as_of}", lambda: desk.ask(moves.moves, as_of), key="moves_file")


def _address(as_of: dt.date, row: dict[str, Any]) -> str:
    query = {"as_of": as_of, "from": row["from_segment"], "to": row["to_segment"]}
    return tables.address("migration", **query)


def _movers(desk: Desk, as_of: dt.date, rows: list[dict[str, Any]], colours: dict[str, str], currency: str) -> None:
    if not rows:
        return
    ways = tuple((row["from_segment"], row["to_segment"]) for row in rows)
    said = f"{ways[0][0]} to {ways[0][1]}" if len(ways) == 1 else f"these {len(ways)} ways"
    st.header(drawing.plain(f"Who went {said if len(ways) > 1 else 'from ' + said}"), anchor=False)
    people.show(
        desk,
        desk.ask(moves.count_of, as_of, ways),
        moves.movers,
        [
            Column("from_segment", "From", swatch=lambda row: colours.get(row["from_segment"])),
            Column("to_segment", "To", swatch=lambda row: colours.get(row["to_segment"])),
            Column("cause", "Cause"),
            Column("segment", "Segment now"),
            Column("monetary", "Spend in the window", "cents"),
            Column("clv", "Expected in a year", "cents"),
            Column("last_order_date", "Last order", "date"),
        ],
        name=f"movers_{as_of}",
        caption="Customers who moved",
        currency=currency,
        filters={"as_of": as_of, "ways": ways},
    )


PAGE = Page("migration", "Migration", ":material/conversion_path:", draw)
