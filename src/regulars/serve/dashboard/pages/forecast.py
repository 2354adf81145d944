"""Forecast: what was sold day by day, what stood out, and the days ahead beside what their test has shown."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from regulars.serve import sales_views
from regulars.serve.charts.basis import Missing
from regulars.serve.charts.days import NAMES
from regulars.serve.dashboard import drawing, live, numbers, states, tables, verdicts
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.tables import Column
from regulars.serve.foretold import Outlook, read_outlook

_METRICS = {"Revenue": "revenue", "Orders": "orders", "Buyers": "active_customers"}
_SPANS = {"90 days": 90, "A year": 365, "All days": 0}


def draw(desk: Desk) -> None:
    """Draws the page."""
    if not desk.ask(sales_views.has_sales):
        states.missing("Nothing was sold yet.", "`regulars run ORDERS` lands orders.")
        return
    outlook = desk.ask(read_outlook)
    left, right = st.columns(2)
    with left:
        said = st.segmented_control(
            "Metric", list(_METRICS), default="Revenue", required=True, key="metric", bind="query-params"
        )
    with right:
        span = st.segmented_control(
            "Days shown", list(_SPANS), default="A year", required=True, key="span", bind="query-params"
        )
    metric = _METRICS[said]
    _ahead(desk, outlook, metric)
    whole = desk.ask(sales_views.first_and_last)
    assert whole is not None
    first, last = whole
    if _SPANS[span]:
        first = max(first, last - dt.timedelta(days=_SPANS[span] - 1))
    found = desk.chart("days", metric=metric, first=first, last=last)
    conclusion = "" if isinstance(found, Missing) else found.conclusion
    drawing.chart("days", found, conclusion=conclusion, key="days")
    tables.download(desk, "daily_sales", lambda: desk.ask(sales_views.days, first, last), key="days_file")
    _odd(desk, metric, first, last)
    st.header("How good the forecasts were", anchor=False)
    st.markdown("Each was made of days that it had not seen, and held against repeating the week before.")
    verdicts.table(desk, outlook, tuple(f"daily_{each}" for each in _METRICS.values()), key="tests_file")


def _ahead(desk: Desk, outlook: Outlook, metric: str) -> None:
    found = desk.chart(f"forecast_{metric}")
    verdict = verdicts.find(outlook, f"daily_{metric}")
    currency = desk.ask(live.data_through)["currency"]
    if verdict is not None:
        verdicts.told(f"Daily {NAMES[metric]} ahead", verdict, currency)
    conclusion = ""
    if not isinstance(found, Missing):
        total, usual = float(found.expected.sum()), float(found.past[-len(found.days) :].sum())
        unit = f" {currency}" if metric == "revenue" and currency else ""
        conclusion = (
            f"The next {len(found.days)} days are expected to bring {total:,.0f}{unit}"
            f" {'' if unit else NAMES[metric] if metric != 'revenue' else ''}".rstrip()
            + f", {numbers.change(total, usual)} against the {len(found.days)} days before."
        )
    drawing.chart(f"forecast_{metric}", found, conclusion=conclusion, key=f"forecast_{metric}")
    rows = desk.ask(sales_views.ahead, metric)
    if rows.num_rows:
        with st.expander("The days ahead as a table"):
            tables.show(
                rows,
                [
                    Column("date", "Day", "date"),
                    Column("expected", "Expected", "cents" if metric == "revenue" else "number"),
                    Column("lower_end", "At least, in 9 of 10 cases", "cents" if metric == "revenue" else "number"),
                    Column("upper_end", "At most, in 9 of 10 cases", "cents" if metric == "revenue" else "number"),
                ],
                currency=currency if metric == "revenue" else "",
                caption="Days ahead",
            )
            tables.download(desk, f"forecast_{metric}", rows, key="ahead_file")


def _odd(desk: Desk, metric: str, first: dt.date, last: dt.date) -> None:
    st.header("Days that stood out", anchor=False)
    rows = desk.ask(sales_views.odd_days, metric, first, last)
    if not rows.num_rows:
        st.markdown(f"No day of {NAMES[metric]} lay far from what was expected of it the day before.")
        return
    st.markdown(
        "They lay far from what was expected of them the day before: a campaign, a holiday, or a gap in the data?"
    )
    currency = desk.ask(live.data_through)["currency"] if metric == "revenue" else ""
    kind = "cents" if metric == "revenue" else "number"
    tables.show(
        rows,
        [
            Column("date", "Day", "date"),
            Column("direction", "It was"),
            Column("actual", "As it came", kind),
            Column("expected", "Expected", kind),
            Column("lower_end", "Usual from", kind),
            Column("upper_end", "Usual to", kind),
            Column("score", "Standard deviations", "number"),
        ],
        currency=currency,
        caption="Days that stood out",
    )
    tables.download(desk, f"odd_days_{metric}", rows, key="odd_file")


PAGE = Page("forecast", "Forecast", ":material/show_chart:", draw)
