"""Rows that were set aside while landing: why, how many, and the rows themselves."""

from __future__ import annotations

from typing import Any

import streamlit as st

from regulars.serve import warehouse_views
from regulars.serve.dashboard import drawing, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.tables import Column

_SHOWN = 50


def draw(desk: Desk) -> None:
    """Draws the part."""
    reasons = desk.ask(warehouse_views.rejected)
    if not reasons.num_rows:
        st.success("No row was rejected: every row that was landed could be used.", icon=":material/check_circle:")
        return
    listed = reasons.to_pylist()
    st.header("Why rows were rejected", anchor=False)
    source, field, reason = (drawing.plain(str(listed[0][name])) for name in ("source", "field", "reason"))
    st.markdown(
        f"{numbers.count(sum(row['rows'] for row in listed))} rows were set aside, most because of {field} in {source}:"
        f" {reason}. Mend the export, or the mapping in regulars.toml and then `regulars land --restage`;"
        " `regulars sources preview FILE` shows how a file is read."
    )
    tables.show(
        reasons,
        [
            Column("source", "Source"),
            Column("field", "Field"),
            Column("reason", "Reason", link=_address),
            Column("rows", "Rows", "count"),
            Column("last_load_id", "Last load", "count"),
        ],
        caption="Reasons",
    )
    tables.download(desk, "rejected_reasons", reasons, key="reasons_file")
    st.header("The rows", anchor=False)
    left, middle, right = st.columns(3)
    of_source, of_field, of_reason = (
        _chosen(place, column, listed) for place, column in ((left, "source"), (middle, "field"), (right, "reason"))
    )
    rows = desk.ask(warehouse_views.rejected_rows, of_source, of_field, of_reason)
    if not rows.num_rows:
        states.missing("No rejected row is like that.", "Choose others.")
        return
    tables.show(
        rows.slice(0, _SHOWN),
        [
            Column("source", "Source"),
            Column("load_id", "Load", "count"),
            Column("row_number", "Row", "count"),
            Column("field", "Field"),
            Column("reason", "Reason"),
            Column("value", "Value"),
            Column("payload", "The row"),
        ],
        caption="Rejected rows",
    )
    tables.download(desk, "rejected_rows", rows, key="rejected_file")


def _chosen(place: Any, column: str, listed: list[dict[str, Any]]) -> str | None:
    """One of the sources, fields or reasons, or None for any."""
    any_of_them = f"Any {column}"
    names = sorted({str(row[column]) for row in listed if row[column] is not None})
    said = place.selectbox(column.capitalize(), [any_of_them, *names], key=column, bind="query-params")
    return None if said == any_of_them else str(said)


def _address(row: dict[str, Any]) -> str:
    return tables.address("data", part="Rejected rows", source=row["source"], field=row["field"], reason=row["reason"])
