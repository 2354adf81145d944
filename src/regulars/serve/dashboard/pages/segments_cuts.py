"""The cut points: which values get which score, and how many customers have it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from regulars import marts
from regulars.engines.base import Session
from regulars.serve.dashboard import numbers, states, tables
from regulars.serve.dashboard.desk import Desk

_TITLES = {
    "recency": ("Recency", "days since the last order"),
    "frequency": ("Frequency", "orders in the window"),
    "monetary": ("Monetary", "spent in the window"),
}


def cut_points(live: Session) -> pa.Table:
    """The published cut points, the best score of each metric first."""
    return live.query(
        "select t.metric, t.method, t.warning, t.score, t.value_from, t.value_to, t.lowest_value, t.highest_value,"
        f" t.customers, t.share from {marts.RFM_THRESHOLDS} as t inner join {marts.RUN_PARAMETERS} as r"
        " on t.as_of = r.as_of order by t.metric, t.score desc"
    )


def draw(desk: Desk, _segments: list[dict[str, Any]], currency: str) -> None:
    """Draws one table for each metric."""
    rows = desk.ask(cut_points).to_pylist()
    if not rows:
        return states.missing("Nobody has scores: there is no valid order yet.", "`regulars run ORDERS` lands some.")
    for metric, (title, unit) in _TITLES.items():
        mine = [row for row in rows if row["metric"] == metric]
        if not mine:
            continue
        st.header(f"{title}: {unit}" + (f" ({currency})" if metric == "monetary" and currency else ""), anchor=False)
        st.markdown(_words(metric, mine))
        for warning in sorted({row["warning"] for row in mine if row["warning"]}):
            st.warning(warning, icon=":material/warning:")
        digits = 2 if metric == "monetary" else 0
        tables.show(
            [{**row, "from": _edge(row["value_from"], digits), "to": _edge(row["value_to"], digits)} for row in mine],
            [
                tables.Column("score", "Score", "count"),
                tables.Column("from", "From", "text"),
                tables.Column("to", "To below", "text"),
                tables.Column("customers", "Customers", "count"),
                tables.Column("share", "Share of those who bought", "share"),
            ],
            caption=f"Cut points of {metric}",
        )
    tables.download(desk, "cut_points", lambda: desk.ask(cut_points), key="cuts_file")


def _words(metric: str, rows: list[dict[str, Any]]) -> str:
    best = rows[0]
    share, score = numbers.share(best["share"]), best["score"]
    if metric == "recency":
        reached = f"fewer than {_edge(best['value_to'], 0)} days ago"
        return f"{share} bought {reached} and have the best score, {score}. Made by the method {best['method']}."
    edge = _edge(best["value_from"], 2 if metric == "monetary" else 0)
    what = f"spent {edge} and more" if metric == "monetary" else f"placed {edge} orders and more"
    return f"{share} {what} and have the best score, {score}. Made by the method {best['method']}."


def _edge(value: Any, digits: int) -> str:
    return "open" if value is None else numbers.number(value, digits)
