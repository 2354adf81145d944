"""Freshness: when each source was last landed and how old its word is, and that nothing was lost on the way."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from regulars.serve import warehouse_views
from regulars.serve.dashboard import drawing, live, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.tables import Column

# Of ops.freshness, as far as a warehouse has them.
_FRESHNESS = {
    "source": Column("source", "Source"),
    "status": Column("status", "State", "word"),
    "message": Column("message", "In words", "words"),
    "age_hours": Column("age_hours", "Hours old", "number"),
    "warn_after_hours": Column("warn_after_hours", "Warned after", "number", is_optional=True),
    "error_after_hours": Column("error_after_hours", "Fails after", "number", is_optional=True),
    "data_through": Column("data_through", "Data through", "moment"),
    "newest_record_at": Column("newest_record_at", "Newest record", "moment"),
    "last_landed_at": Column("last_landed_at", "Last landed", "moment"),
}

# As the warehouse says it in ops.freshness.
_LATE = ("warn", "error")
_NO_LIMIT = "no limit"


def draw(desk: Desk) -> None:
    """Draws the part."""
    found = desk.ask(live.data_through)
    sources = desk.ask(warehouse_views.sources)
    tables.tiles(
        [
            ("Data through", numbers.date(found["last_day"]), "the last day with orders or refunds"),
            ("Taken for now", numbers.date(found["as_of"]), "the start of this day"),
            ("Sources", numbers.count(sources.num_rows), "landed so far"),
        ]
    )
    _freshness(desk)
    _sources(desk, sources)
    _nothing_lost(desk)
    _loads(desk)


def _freshness(desk: Desk) -> None:
    rows = desk.ask(warehouse_views.freshness)
    if rows is None or not rows.num_rows:
        return
    st.header("How old the word of each source is", anchor=False)
    listed = rows.to_pylist()
    late = [str(row["source"]) for row in listed if row.get("status") in _LATE]
    is_asked = any(row.get("status") != _NO_LIMIT for row in listed)
    st.markdown(
        f"Late: {drawing.plain(', '.join(late))}. Look whether the export still comes."
        if late
        else "All sources are as fresh as is asked of them."
        if is_asked
        else "No limit is set: `warn_after` and `error_after` under `[quality]` in `regulars.toml` watch over it."
    )
    tables.show(rows, [column for name, column in _FRESHNESS.items() if name in rows.column_names], caption="Freshness")
    tables.download(desk, "freshness", rows, key="freshness_file")


def _sources(desk: Desk, rows: pa.Table) -> None:
    st.header("Sources", anchor=False)
    if not rows.num_rows:
        states.missing("Nothing was landed into this warehouse.", "`regulars run orders.csv` lands a file.")
        return
    listed = rows.to_pylist()
    rejected = sum(row["rejected"] or 0 for row in listed)
    st.markdown(
        f"{numbers.count(rejected)} of {numbers.count(sum(row['rows'] or 0 for row in listed))} rows were rejected; the"
        " part on rejected rows says why."
        if rejected
        else "Every row that came was taken."
    )
    tables.show(
        rows,
        [
            Column("source", "Source"),
            Column("entity", "Holds"),
            Column("loads", "Loads", "count"),
            Column("rows", "Rows", "count"),
            Column("staged", "Taken", "count"),
            Column("rejected", "Rejected", "count"),
            Column("duplicates", "Exact duplicates", "count"),
            Column("last_landed_at", "Last landed", "moment"),
        ],
        caption="Sources",
    )
    tables.download(desk, "sources", rows, key="sources_file")


def _nothing_lost(desk: Desk) -> None:
    rows = desk.ask(warehouse_views.reconciliation)
    if not rows.num_rows:
        return
    listed = rows.to_pylist()
    unaccounted = sum(row["rows"] or 0 for row in listed if row["line"] == "unaccounted for")
    st.header("From what was landed to what is published", anchor=False)
    st.markdown(
        f"**{numbers.count(unaccounted)} rows are unaccounted for**: `regulars check` says which."
        if unaccounted
        else "No row is unaccounted for."
    )
    currency = desk.ask(live.data_through)["currency"]
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in listed:
        kinds.setdefault(row["kind"], []).append(row)
    titles = {"rows": "Rows of each source", "money": "Money of the orders", "notes": "What the orders noted"}
    for kind, own in kinds.items():
        with st.expander(titles.get(kind, kind), expanded=kind == "money"):
            columns = [Column("source", "Source"), Column("line", "What")]
            columns += [Column("rows", "Rows", "count")] if kind == "rows" else []
            columns += (
                [Column("orders", "Orders", "count"), Column("amount", "Amount", "cents")] if kind != "rows" else []
            )
            tables.show(own, columns, currency=currency, caption=titles.get(kind, kind))
    tables.download(desk, "reconciliation", rows, key="reconciliation_file")


def _loads(desk: Desk) -> None:
    st.header("Loads, newest first", anchor=False)
    rows = desk.ask(warehouse_views.loads)
    tables.show(
        rows.slice(0, 50),
        [
            Column("load_id", "Load", "count"),
            Column("source", "Source"),
            Column("uri", "From"),
            Column("status", "State"),
            Column("rows", "Rows", "count"),
            Column("rejected", "Rejected", "count"),
            Column("finished_at", "Landed", "moment"),
            Column("error", "Why it failed", "words"),
        ],
        caption="Loads",
    )
    tables.download(desk, "loads", rows, key="loads_file")
