"""Retention: of each month's new customers who came back and what they brought, and who they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from regulars.serve import cohort_views
from regulars.serve.charts.basis import Missing
from regulars.serve.dashboard import clicks, drawing, live, numbers, people, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.tables import Column
from regulars.serve.served_orders import serves_orders

_MEASURES = {
    "Customers, %": "retention",
    "Customers, number": "customers",
    "Revenue": "revenue",
    "Revenue per customer": "revenue_per_customer",
    "Revenue per customer, summed up": "cumulative_value",
}
_SHOWN = {"The newest 12": 12, "The newest 24": 24, "The newest 60": 60}
_EVERYBODY = "Everybody of the cohort"


def draw(desk: Desk) -> None:
    """Draws the page."""
    if not desk.ask(cohort_views.has_cohorts):
        states.missing("There are no cohorts: nobody ever bought.", "`regulars run ORDERS` lands orders.")
        return
    currency = desk.ask(live.data_through)["currency"]
    left, right = st.columns(2)
    measure = left.selectbox("Measure", list(_MEASURES), key="measure", bind="query-params")
    shown = right.selectbox("Months of newcomers", list(_SHOWN), index=1, key="cohorts", bind="query-params")
    found = desk.chart("cohorts", measure=_MEASURES[measure], cohorts=_SHOWN[shown])
    is_drawn = not isinstance(found, Missing)
    months = {f"{month:%Y-%m}": month for month in desk.ask(cohort_views.cohort_months)}
    # Half a year old, or as old as there are: of the newest cohort there is nothing to see yet.
    start = min(6, len(months) - 1)
    drawing.chart(
        "cohorts",
        found,
        conclusion=f"{found.conclusion} Click a cell to see its customers below." if is_drawn else "",
        key="cohorts_map",
        selects=clicks.chooses(
            "cohorts_map",
            cohort=lambda carried: str(carried[0])[:7] if carried else list(months)[start],
            bought_in=_bought_in,
        ),
        height=150 + 27 * len(found.rows) if is_drawn else 200,
    )
    st.header("One cohort", anchor=False)
    first, second = st.columns(2)
    name = first.selectbox("Month of the first purchase", list(months), index=start, key="cohort", bind="query-params")
    month = months[name]
    rows = desk.ask(cohort_views.cohort, month)
    # Who bought in a month is known of the orders, which a warehouse on Spark may keep in its lake.
    numbers_after = rows["month_number"].to_pylist() if desk.ask(serves_orders) else []
    later = {_label(month, number): number for number in numbers_after if number > 0}
    if st.session_state.get("bought_in", _EVERYBODY) not in (_EVERYBODY, *later):
        st.session_state["bought_in"] = _EVERYBODY
    label = second.selectbox("Who bought again in", [_EVERYBODY, *later], key="bought_in", bind="query-params")
    bought_in = cohort_views.month_after(month, later[label]) if label in later else None
    _members(desk, month, bought_in, currency)
    _months(desk, month, currency)


def _label(month: dt.date, number: int) -> str:
    """A later month of a cohort, such as `2012-03 (month 2)`."""
    return f"{cohort_views.month_after(month, number):%Y-%m} (month {number})"


def _bought_in(carried: list[Any] | None) -> str:
    """The later month that a clicked cell stands for."""
    if carried is None or int(carried[1]) == 0:
        return _EVERYBODY
    return _label(dt.date.fromisoformat(str(carried[0])), int(carried[1]))


def _members(desk: Desk, month: dt.date, bought_in: dt.date | None, currency: str) -> None:
    total = desk.ask(cohort_views.count_of, month, bought_in)
    again = f" and again in {_month_words(bought_in)}" if bought_in else ""
    st.markdown(
        f"**{numbers.count(total)}** customers bought first in {_month_words(month)}{again}; those worth most first."
    )
    people.show(
        desk,
        total,
        cohort_views.members,
        [
            Column("segment", "Segment"),
            Column("orders", "Orders", "count"),
            Column("historic_clv", "Brought so far", "cents"),
            Column("first_order_date", "First order", "date"),
            Column("last_order_date", "Last order", "date"),
            Column("churn_probability", "Likely to leave", "share"),
        ],
        name="cohort_customers",
        caption="Customers of the cohort",
        filters={"month": month, "bought_in": bought_in},
        currency=currency,
    )


def _months(desk: Desk, month: dt.date, currency: str) -> None:
    st.header(f"The customers of {_month_words(month)}, month by month", anchor=False)
    rows = desk.ask(cohort_views.cohort, month)
    listed = rows.to_pylist()
    st.markdown(
        f"By the last month here each of them has brought"
        f" {numbers.cents(listed[-1]['cumulative_value_per_customer'], currency)} on average, whoever still buys."
    )
    tables.show(
        [{**row, "state": "not over yet" if row["is_incomplete"] else "over"} for row in listed],
        [
            Column("month_number", "Month", "count"),
            Column("customers", "Customers who bought", "count"),
            Column("retention", "Of the cohort", "share"),
            Column("revenue", "Revenue", "money"),
            Column("revenue_per_customer", "Per customer of the cohort", "cents"),
            Column("cumulative_value_per_customer", "Summed up", "cents"),
            Column("state", "The month is"),
        ],
        currency=currency,
        caption="Months of the cohort",
    )
    tables.download(desk, f"cohort_{month:%Y_%m}", rows, key="cohort_file")


def _month_words(month: dt.date) -> str:
    """March 2012."""
    return numbers.date(month).partition(" ")[2]


PAGE = Page("retention", "Retention", ":material/grid_on:", draw)
