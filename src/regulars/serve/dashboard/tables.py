"""Tables that people read, as HTML with headings and links, and the file of each of them.

A table on a page is short: of what is long a page shows a page. The file has all of it, as far as MOST_ROWS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

import pyarrow as pa
import streamlit as st

from regulars.engines.files import write_file
from regulars.serve.dashboard import numbers
from regulars.serve.dashboard.desk import Desk

# A browser gets a file of these from memory; whole lists of customers come by `regulars export` or the API.
MOST_ROWS = 100_000
_RIGHT = ("change", "count", "money", "cents", "short_money", "share", "number")
_UNBROKEN = ("date", "short_date", "moment", "word")
_KINDS = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True)
class Column:
    """A column as it is shown.

    Attributes:
        name: Of the rows.
        title: Its heading, with the unit where there is one.
        kind: How it is written: see numbers.formatter. A `word` is never broken; `words` have room
            for a sentence, in which what stands between backticks is a command.
        link: Makes the address that a cell leads to of the row; None = it leads nowhere.
        swatch: Makes a colour of the row, which is shown before the cell; None = none.
        is_optional: Whether it is left out where no row has it, as in a shop that knows no names.
    """

    name: str
    title: str
    kind: str = "text"
    link: Callable[[dict[str, Any]], str | None] | None = None
    swatch: Callable[[dict[str, Any]], str | None] | None = None
    is_optional: bool = False


def address(page: str, /, **query: Any) -> str:
    """The address of a page of the dashboard with its filters, as a link inside of it: `customers?customer=5`."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{quote(page)}?{urlencode(given)}" if given else quote(page) or "./"


def customer(customer_id: int) -> str:
    """The address of a customer's page."""
    return address("customers", customer=customer_id)


def show(
    rows: pa.Table | Sequence[dict[str, Any]], columns: Sequence[Column], *, currency: str = "", caption: str = ""
) -> None:
    """Shows rows as a table; whatever is in them is text, never markup.

    Args:
        rows: The rows, masked as everything that a desk gives.
        columns: What is shown of them.
        currency: Of money.
        caption: What the table is, for those who hear it read.
    """
    st.html(_html(rows, columns, currency, caption))


def download(
    desk: Desk, name: str, rows: pa.Table | Callable[[], pa.Table], *, key: str, label: str = "Download"
) -> None:
    """Buttons for a table as CSV and as Excel, made when one is clicked.

    Args:
        desk: Of the page: the file is masked as the page is.
        name: Of the file, without an ending.
        rows: The table, or what gives it, from the desk.
        key: Of the widget, unique on the page.
        label: Before the kind of file.
    """

    def made(kind: str) -> Callable[[], bytes]:
        def make() -> bytes:
            found = rows() if callable(rows) else rows
            with desk.state.sending.file(f"{name}.{kind}") as path:
                write_file(found.slice(0, MOST_ROWS).to_reader(), path, kind)
                return path.read_bytes()

        return make

    with st.container(horizontal=True):
        for kind, (word, media) in _KINDS.items():
            st.download_button(
                f"{label} {word}",
                made(kind),
                f"{name}.{kind}",
                media,
                key=f"{key}_{kind}",
                on_click="ignore",
                icon=":material/download:",
            )


def table_of(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows that a page has put together as a table, for a file."""
    return pa.Table.from_pylist(list(rows))


def tiles(facts: Sequence[tuple[str, str, str]]) -> None:
    """A row of figures, each with what it is of; as many beside each other as there is room for.

    Args:
        facts: Label, figure and the words below it.
    """
    shown = "".join(
        f'<div class="rg-tile"><dt>{escape(label)}</dt><dd class="rg-figure">{escape(figure)}</dd>'
        f"<dd>{escape(words)}</dd></div>"
        for label, figure, words in facts
    )
    st.html(f'<dl class="rg-tiles">{shown}</dl>')


def facts(pairs: Sequence[tuple[str, str]]) -> None:
    """Names and values below each other; an empty value is a dash."""
    shown = "".join(f"<dt>{escape(name)}</dt><dd>{escape(numbers.text(value))}</dd>" for name, value in pairs)
    st.html(f'<dl class="rg-facts">{shown}</dl>')


def note(words: str, link: str = "", target: str = "") -> None:
    """A line of text, perhaps with a link at its end."""
    leads = f' <a href="{escape(target)}">{escape(link)}</a>' if link else ""
    st.html(f'<p class="rg-note">{escape(words)}{leads}</p>')


def swatch(colour: str | None) -> str:
    """A square of a colour, as HTML; the name beside it says the same."""
    return f'<span class="rg-swatch" style="background:{escape(colour)}"></span>' if colour else ""


def _html(rows: pa.Table | Sequence[dict[str, Any]], columns: Sequence[Column], currency: str, caption: str) -> str:
    listed = rows.to_pylist() if isinstance(rows, pa.Table) else rows
    columns = [each for each in columns if not each.is_optional or any(row.get(each.name) for row in listed)]
    head = "".join(f'<th scope="col"{_style(column)}>{escape(column.title)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(_cell(row, column, currency) for column in columns)}</tr>" for row in listed)
    said = f' aria-label="{escape(caption or "Table")}"'
    return (
        f'<div class="rg-scroll" tabindex="0" role="region"{said}>'
        f'<table class="rg-table"{said}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cell(row: dict[str, Any], column: Column, currency: str) -> str:
    shown = escape(numbers.formatter(column.kind, currency)(row.get(column.name)))
    if column.kind == "words":
        shown = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", shown)
    target = column.link(row) if column.link is not None else None
    if target:
        shown = f'<a href="{escape(target)}">{shown}</a>'
    if column.swatch is not None:
        shown = swatch(column.swatch(row)) + shown
    return f"<td{_style(column)}>{shown}</td>"


def _style(column: Column) -> str:
    if column.kind in _RIGHT:
        return ' class="n"'
    if column.kind == "words":
        return ' class="s"'
    return ' class="w"' if column.kind in _UNBROKEN or column.swatch is not None else ""
