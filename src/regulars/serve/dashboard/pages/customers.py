"""Customers: found by whatever is known of them, and one customer's page."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from regulars.serve import customer_search, members
from regulars.serve.dashboard import live, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.pages import customer

_SHOWN = 20
_ID = "customer"


def draw(desk: Desk) -> None:
    """Draws the search, and below it who was found or all about one."""
    currency = desk.ask(live.data_through)["currency"]
    hint = "Customer id, id of a source, e-mail, phone number"
    hint += ", or words of the name" if desk.sees_people else "; names are masked for you and cannot be searched"
    text = st.text_input(
        "Search", key="q", bind="query-params", placeholder=hint, icon=":material/search:", on_change=_leave
    )
    st.caption(hint + ".")
    chosen = st.query_params.get(_ID)
    if chosen:
        return customer.draw(desk, chosen, currency)
    if text and text.strip():
        return _found(desk, text.strip(), currency)
    _best(desk, currency)


def _leave() -> None:
    """Who searches anew leaves the customer that is shown."""
    if _ID in st.query_params:
        del st.query_params[_ID]


def _found(desk: Desk, text: str, currency: str) -> None:
    rows = desk.ask_queries(customer_search.search, text, desk.sees_people)
    if not rows.num_rows:
        return states.missing(
            "Nobody is known by that.",
            "Give a whole id, e-mail or phone number; `SOURCE:ID` names the id of one source.",
        )
    st.header(f"{numbers.count(rows.num_rows)} found", anchor=False)
    if rows.num_rows == customer_search.FOUND_AT_MOST:
        st.caption("There may be more: add a word.")
    _show(rows, currency, "Found customers")
    tables.download(desk, "found-customers", rows, key="found_file")


def _best(desk: Desk, currency: str) -> None:
    page = desk.ask(members.members_page, None, None, None, "Revenue", 1, _SHOWN)
    if not page.total:
        return states.missing("There are no customers yet.", "`regulars run ORDERS CUSTOMERS` lands some.")
    customers = numbers.count(page.total)
    has_spent = page.rows["monetary"][0].as_py()
    st.header(
        f"Who spent most, of {customers} customers"
        if has_spent
        else f"{customers} customers, none of whom has spent yet",
        anchor=False,
    )
    _show(page.rows, currency, "Who spent most")
    tables.note("More of them, by segment and score:", "Segments", "segments")


def _show(rows: pa.Table, currency: str, caption: str) -> None:
    tables.show(
        rows,
        [
            tables.Column("customer_id", "Customer", link=lambda row: tables.customer(row["customer_id"])),
            tables.Column("full_name", "Name", is_optional=True),
            tables.Column("email", "E-mail", is_optional=True),
            tables.Column("phone", "Phone", is_optional=True),
            tables.Column("segment", "Segment"),
            tables.Column("last_order_date", "Last order", "short_date"),
            tables.Column("frequency", "Orders", "count"),
            tables.Column("monetary", "Revenue", "money"),
        ],
        currency=currency,
        caption=caption,
    )


PAGE = Page("customers", "Customers", ":material/person_search:", draw)
