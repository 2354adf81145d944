"""The tables: how many rows each has, and a look into one with a search."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from regulars.serve import table_previews
from regulars.serve.dashboard import live, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.tables import Column

_ROWS = 20
_LONGEST = 60
_SCHEMAS = {
    "marts": "what the shop reads",
    "learned": "what was learned",
    "raw": "as received",
    "staging": "cleaned",
    "identity": "who is who",
    "ops": "runs and loads",
    "settings": "of the run",
    "intermediate": "between",
}
_EVERYWHERE = "Every column"


def draw(desk: Desk) -> None:
    """Draws the part."""
    counts = desk.ask(table_previews.row_counts, desk.sees_people)
    _preview(desk, counts)
    st.fragment(_counts, run_every=live.SECONDS)(desk)


def _preview(desk: Desk, counts: pa.Table) -> None:
    st.header("Look into a table", anchor=False)
    names = [f"{row['schema']}.{row['table']}" for row in counts.to_pylist() if row["can_be_opened"]]
    first, second, third = st.columns([2, 2, 1])
    start = names.index("marts.customer_360") if "marts.customer_360" in names else 0
    table = str(first.selectbox("Table", names, index=start, key="table", bind="query-params"))
    searchable = desk.ask(table_previews.searchable, table, desk.sees_people)
    text = second.text_input(
        "Search", key="q", bind="query-params", placeholder="A word, a number, a date", max_chars=200
    )
    if st.session_state.get("column", _EVERYWHERE) not in (_EVERYWHERE, *searchable):
        st.session_state["column"] = _EVERYWHERE
    column = third.selectbox("In", [_EVERYWHERE, *searchable], key="column", bind="query-params")
    where = None if column == _EVERYWHERE else str(column)
    rows = desk.ask(table_previews.preview, table, desk.sees_people, text, where, _ROWS + 1)
    if not desk.sees_people:
        st.caption("Personal columns are masked, and are not searched.")
    if not rows.num_rows:
        found = f"No row of {table} holds `{text}`." if text.strip() else f"{table} has no rows."
        states.missing(found, "Search for something else." if text.strip() else "`regulars run` fills what it can.")
        return
    shown = rows.slice(0, _ROWS)
    with st.container(key="preview"):
        st.html("<style>.st-key-preview td { white-space: nowrap; }</style>")
        tables.show(_plain(shown), [Column(name, name) for name in shown.column_names], caption=f"Rows of {table}")
    more = (
        f"The first {_ROWS} rows; more fit." if rows.num_rows > _ROWS else f"All {numbers.count(shown.num_rows)} rows."
    )
    st.caption(f"{more} The file has up to {numbers.count(table_previews.MOST_ROWS)}; `regulars sql` gives all.")
    tables.download(
        desk,
        table.replace(".", "_"),
        lambda: desk.fetch(table_previews.preview, table, desk.sees_people, text, where, table_previews.MOST_ROWS),
        key="preview_file",
    )


def _plain(rows: pa.Table) -> list[dict[str, Any]]:
    """Values as they are, but for the end of long texts: what is looked for in a table is not rounded."""

    def short(value: Any) -> str | None:
        said = None if value is None else str(value)
        return said if said is None or len(said) <= _LONGEST else f"{said[:_LONGEST]}…"

    return [{name: short(value) for name, value in row.items()} for row in rows.to_pylist()]


def _counts(desk: Desk) -> None:
    with states.told():
        desk.check()
        counts = desk.ask(table_previews.row_counts, desk.sees_people)
        listed = counts.to_pylist()
        st.header("Rows of every table", anchor=False)
        total = sum(row["rows"] or 0 for row in listed)
        st.markdown(
            f"{numbers.count(len(listed))} tables with {numbers.count(total)} rows, as run `{desk.run_id}` published"
            " them; the numbers change by themselves when another run is live. A view has no rows of its own."
        )
        for schema, about in _SCHEMAS.items():
            own = [row for row in listed if row["schema"] == schema]
            if not own:
                continue
            rows = sum(row["rows"] or 0 for row in own)
            with st.expander(f"{schema}: {about}, {numbers.count(rows)} rows", expanded=schema == "marts"):
                tables.show(
                    own,
                    [
                        Column("table", "Table", link=_address),
                        Column("rows", "Rows", "count"),
                    ],
                    caption=f"Tables of {schema}",
                )
        tables.download(desk, "row_counts", counts, key="counts_file")


def _address(row: dict[str, Any]) -> str | None:
    if not row["can_be_opened"]:
        return None
    return tables.address("data", part="Tables", table=f"{row['schema']}.{row['table']}")
