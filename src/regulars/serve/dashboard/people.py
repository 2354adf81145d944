"""A list of customers on a page: a page of it at a time, each leading to its customer, and a file of the first ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from regulars.serve.dashboard import numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.tables import Column

ROWS = 20


def name_column() -> Column:
    """The customer's name, which leads to their page."""
    return Column("shown_name", "Customer", link=lambda row: tables.customer(row["customer_id"]))


def show(
    desk: Desk,
    total: int,
    question: Callable[..., pa.Table],
    columns: Sequence[Column],
    *,
    filters: Mapping[str, Hashable],
    name: str,
    caption: str,
    currency: str = "",
    page: str = "page",
) -> None:
    """Shows a page of a list with its file.

    Args:
        desk: Of the page.
        total: How many customers the list has.
        question: Gives the rows of a page by its `number`, from 1, and its `size`, beside the filters.
        columns: What is shown beside the name.
        filters: Of the question; other ones begin at the first page.
        name: Of the file.
        caption: Of the table.
        currency: Of money.
        page: The key of the page's number, in the address too.
    """
    if not total:
        states.missing("Nobody is in this list.", "Choose another filter above.")
        return
    pages = -(-total // ROWS)
    _begin_anew(page, (name, *filters.values()))
    number = 1
    if pages > 1:
        number = int(st.number_input(f"Page of {pages:,}", 1, pages, 1, key=page, bind="query-params", width=180))
    found = [
        {**row, "shown_name": shown_name(row)}
        for row in desk.ask(question, number=number, size=ROWS, **filters).to_pylist()
    ]
    tables.show(found, [name_column(), *columns], currency=currency, caption=caption)
    first = (number - 1) * ROWS
    said = f"Customers {numbers.count(first + 1)} to {numbers.count(first + len(found))} of {numbers.count(total)}."
    if total > tables.MOST_ROWS:
        said += f" The file has the first {numbers.count(tables.MOST_ROWS)}; `regulars export` and the API give all."
    st.caption(said)
    tables.download(
        desk,
        name,
        lambda: desk.fetch(question, number=1, size=tables.MOST_ROWS, **filters),
        key=f"{name}_file",
    )


def _begin_anew(page: str, of: Hashable) -> None:
    before = st.session_state.get(f"_list_{page}")
    if before is not None and before != of and page in st.session_state:
        st.session_state[page] = 1
    st.session_state[f"_list_{page}"] = of


def shown_name(row: dict[str, Any]) -> str:
    """Who a customer is, as far as it is known and may be seen."""
    return str(row.get("full_name") or row.get("email") or row["customer_id"])
