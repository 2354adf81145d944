"""What if: other cut points, everybody scored again in the warehouse, and who would move. Nothing is written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import streamlit as st

from regulars.segments.standing import METRICS
from regulars.serve import what_if
from regulars.serve.dashboard import drawing, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.pages.segments_drawn import NAME

_WORDS = {
    "recency": "Last order fewer than … days ago",
    "frequency": "At least … orders",
    "monetary": "Spent at least …",
}
_SHOWN = 15


def draw(desk: Desk, segments: list[dict[str, Any]], currency: str) -> None:
    """Draws the editor and what would come of it."""
    st.header("What if the cut points were others", anchor=False)
    published = desk.ask(what_if.published_cuts)
    if published is None:
        return states.missing("Nobody has scores: there is no valid order yet.", "`regulars run ORDERS` lands some.")
    st.markdown(
        "Change what a score takes: everybody is scored again at once, and nothing is written."
        " Settings that keep it: `[rfm]` in `regulars.toml`."
    )
    if "ntile" in published["methods"].values():
        st.caption("Scores are made by ranks here, so some of those with equal values move even without a change.")
    cuts = _edited(published, currency)
    moved = desk.ask(what_if.moves, cuts)
    changed = [row for row in moved.to_pylist() if row["from_segment"] != row["to_segment"]]
    if not changed:
        st.info("Nobody would move: these are the published cut points, or as good as.", icon=":material/info:")
        return
    count = sum(row["customers"] for row in changed)
    largest = max(changed, key=lambda row: row["customers"])
    st.markdown(
        f"**{numbers.count(count)} customers would move**, most of them ({numbers.count(largest['customers'])}) from"
        f" {drawing.plain(largest['from_segment'])} to {drawing.plain(largest['to_segment'])}."
    )
    _segments(segments, moved, currency)
    _who(desk, cuts, currency)


def _edited(published: dict[str, Any], currency: str) -> what_if.Cuts:
    edited = []
    for column, metric, edges in zip(st.columns(len(METRICS)), METRICS, published["cuts"], strict=True):
        with column, st.container(border=True):
            unit = f" ({currency})" if metric == "monetary" and currency else ""
            st.markdown(f"**{metric.capitalize()}**: {_WORDS[metric]}{unit}")
            found = {}
            for score in range(published["bins"], 1, -1):
                edge = edges[score - 2]
                found[score] = _number(metric, score, edge)
            edited.append(tuple(found[score] for score in sorted(found)))
    if st.button("Back to the published cut points", icon=":material/undo:"):
        for name in [name for name in st.session_state if str(name).startswith("cut_")]:
            del st.session_state[name]
        st.rerun()
    recency, frequency, monetary = edited
    return recency, frequency, monetary


def _number(metric: str, score: int, edge: Decimal) -> Decimal:
    step = 1.0 if metric != "monetary" else 10.0
    value = st.number_input(
        f"Score {score} of {metric}",
        min_value=0.0,
        value=None if edge == what_if.UNREACHED else float(edge),
        step=step,
        format="%.2f" if metric == "monetary" else "%.0f" if edge == edge.to_integral_value() else "%.2f",
        key=f"cut_{metric}_{score}",
        placeholder="Nobody has it",
    )
    # What nobody touched stays as exact as it is published.
    return edge if value is None or value == float(edge) else Decimal(str(round(value, 4)))


def _segments(segments: list[dict[str, Any]], moved: Any, currency: str) -> None:
    then = what_if.counted(moved, "to_segment")
    rows = [
        {
            **row,
            "would": then.get(row["segment"], (0, Decimal(0)))[0],
            "more": f"{then.get(row['segment'], (0, 0))[0] - row['customers']:+,}".replace("-", "−"),
            "revenue_then": then.get(row["segment"], (0, Decimal(0)))[1],
        }
        for row in segments
    ]
    tables.show(
        rows,
        [
            NAME,
            tables.Column("customers", "Customers now", "count"),
            tables.Column("would", "Would be", "count"),
            tables.Column("more", "Change", "change"),
            tables.Column("revenue", "Revenue now", "money"),
            tables.Column("revenue_then", "Would be", "money"),
        ],
        currency=currency,
        caption="Segments by these cut points",
    )


def _who(desk: Desk, cuts: what_if.Cuts, currency: str) -> None:
    st.header("Who would move", anchor=False)
    tables.show(
        desk.ask(what_if.movers, cuts, _SHOWN),
        [
            tables.Column("customer_id", "Customer", link=lambda row: tables.customer(row["customer_id"])),
            tables.Column("full_name", "Name"),
            tables.Column("segment", "Is in"),
            tables.Column("new_segment", "Would be in"),
            tables.Column("recency", "Days since order", "count"),
            tables.Column("frequency", "Orders", "count"),
            tables.Column("monetary", "Revenue", "money"),
        ],
        currency=currency,
        caption="Who would move",
    )
    tables.download(
        desk, "movers", lambda: desk.fetch(what_if.movers, cuts, tables.MOST_ROWS), key="movers_file", label="All as"
    )
