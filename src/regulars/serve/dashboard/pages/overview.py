"""Overview: in ten seconds who the regulars are, who is slipping and what to do next; one leaves with a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import streamlit as st

from regulars.serve import overview
from regulars.serve.charts.history import Migration
from regulars.serve.dashboard import drawing, failure, live, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.pages.overview_sales import sales
from regulars.serve.queries import Queries

_SHOWN = 8
_RUN = "`regulars run ORDERS` lands some."


def draw(desk: Desk) -> None:
    """Draws the page."""
    with states.told():
        failure.told(desk)
    found, base = desk.ask(live.data_through), desk.ask(overview.totals)
    currency = found["currency"]
    if not base["customers"] or found["as_of"] is None:
        states.missing("There is no valid order yet, so there is nothing to count.", _RUN)
        if base["customers"]:
            tables.note(
                f"{numbers.count(base['customers'])} people are known, all of them prospects:", "Customers", "customers"
            )
        return
    segments = desk.ask_queries(Queries.segments).to_pylist()
    _figures(desk, base, found)
    with states.told():
        _actions(segments, currency)
    left, right = st.columns(2, gap="large")
    with left, states.told():
        _regulars(desk, base, currency)
    with right, states.told():
        _slipping(desk, currency)
    with states.told():
        _segments(desk, segments, base, currency)
    with states.told():
        sales(desk, currency)
    with states.told():
        _health(desk)


def _figures(desk: Desk, base: dict[str, Any], found: dict[str, Any]) -> None:
    currency, window = found["currency"], f"of the {found['window_days']} days before {numbers.date(found['as_of'])}"
    best, risk, moved = base["best"], desk.ask(overview.at_risk), _movement(desk)
    tiles = [
        (
            "Customers",
            numbers.count(base["customers"]),
            f"{numbers.count(base['active'])} of them bought in the window",
        ),
        ("Revenue", numbers.short_money(base["revenue"], currency), window),
        (
            "Average lifetime value",
            numbers.money(base["average_lifetime_value"], currency),
            "spent so far by a customer, after refunds",
        ),
        (
            best["segment"],
            numbers.count(best["customers"]),
            f"{numbers.share(best['share'])} of the customers bring {numbers.share(best['revenue_share'])} of the"
            " revenue"
            if best["customers"]
            else "nobody is of this segment yet",
        ),
    ]
    if risk is not None:
        share = numbers.share(risk["revenue"] / risk["whole"] if risk["whole"] > 0 else None)
        words = (
            f"{share} of the revenue is of {numbers.count(risk['customers'])} customers who will likely not buy in"
            f" {risk['horizon']} days"
        )
        words += "" if risk["is_validated"] else " (not validated)"
        tiles.append(("Revenue at risk", numbers.short_money(risk["revenue"], currency), words))
    if moved is not None:
        tiles.append(("Moved since last month", *moved))
    tables.tiles(tiles)


def _movement(desk: Desk) -> tuple[str, str] | None:
    """How many changed their segment since the month end before, and whether upwards or downwards in the map."""
    found = desk.chart("migration")
    if not isinstance(found, Migration):
        return None
    known = [flow for flow in found.flows if flow.source in found.colours]
    place = {name: position for position, name in enumerate(found.segments)}
    up = sum(flow.customers for flow in known if place[flow.target] < place[flow.source])
    down = sum(flow.customers for flow in known if place[flow.target] > place[flow.source])
    since = numbers.date(found.from_as_of)
    return numbers.count(up + down), f"{numbers.count(up)} upwards, {numbers.count(down)} downwards since {since}"


def _actions(segments: list[dict[str, Any]], currency: str) -> None:
    chosen = overview.actions(segments)
    if not chosen:
        return
    st.header("What to do next", anchor=False)
    for column, (verb, row) in zip(st.columns(len(chosen)), chosen, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"**{verb}: {drawing.plain(row['segment'])}**")
            st.caption(
                f"{numbers.count(row['customers'])} customers, {numbers.money(row['revenue'], currency)},"
                f" last order {numbers.number(row['avg_recency'], 0)} days ago on average"
            )
            st.markdown(drawing.plain(row["playbook"] or row["goal"] or ""))
            tables.note("", "See them, take the list", tables.address("segments", segment=row["segment"]))


def _regulars(desk: Desk, base: dict[str, Any], currency: str) -> None:
    best, title = base["best"], "Who the regulars are"
    if not best["customers"]:
        st.header(title, anchor=False)
        return states.missing(
            f"Nobody is in the segment {drawing.plain(best['segment'])} yet.",
            "`regulars run` scores everybody anew when more are landed.",
        )
    words = (
        f"The {numbers.count(best['customers'])} {drawing.plain(best['segment'])} bring"
        f" {numbers.share(best['revenue_share'])} of the revenue, {numbers.money(best['avg_monetary'], currency)} each."
    )
    _people(desk, title, words, overview.regulars, "regulars", currency)


def _slipping(desk: Desk, currency: str) -> None:
    risk = desk.ask(overview.at_risk)
    if risk is None or not risk["customers"]:
        st.header("Who is slipping", anchor=False)
        if risk is None:
            return states.missing(
                "Nobody's churn is foretold in what is published.", "`regulars run` foretells it, in its stage `learn`."
            )
        st.markdown(f"Nobody who spent in the window is likelier than not to stop buying in {risk['horizon']} days.")
        return None
    words = "They spent most of those who are likelier than not to stop buying: write to them first."
    _people(desk, "Who is slipping", words, overview.slipping, "slipping", currency)


def _people(desk: Desk, title: str, words: str, question: Callable[..., pa.Table], name: str, currency: str) -> None:
    st.header(title, anchor=False)
    st.markdown(words)
    rows = desk.ask(question, _SHOWN)
    columns = [
        tables.Column("customer_id", "Customer", link=lambda row: tables.customer(row["customer_id"])),
        tables.Column("full_name", "Name", is_optional=True),
        tables.Column("monetary", "Revenue", "money"),
        tables.Column("last_order_date", "Last order", "short_date"),
    ]
    if name == "slipping":
        columns.append(tables.Column("churn_probability", "Will stop", "share"))
    tables.show(
        rows,
        columns,
        currency=currency,
        caption=title,
    )
    tables.download(desk, name, lambda: desk.fetch(question, tables.MOST_ROWS), key=f"{name}_file", label="Take all as")


def _segments(desk: Desk, segments: list[dict[str, Any]], base: dict[str, Any], currency: str) -> None:
    largest = max(segments, key=lambda row: row["revenue_share"])
    drawing.chart(
        "segments",
        desk.chart("segments"),
        conclusion=f"{drawing.plain(largest['segment'])} are {numbers.share(largest['share'])} of the customers"
        " and bring"
        f" {numbers.share(largest['revenue_share'])} of the revenue.",
        key="segments_chart",
    )
    tables.note("", "All about the segments", "segments")


def _health(desk: Desk) -> None:
    st.header("Health of the pipeline", anchor=False)
    found, checks = desk.ask(live.data_through), desk.ask(overview.checks)
    _, words = live.pipeline_words(desk.runs(1), is_published=bool(desk.run_id))
    passed = checks.get("pass", 0)
    failed = {status: number for status, number in checks.items() if status != "pass"}
    said = f"{numbers.count(passed)} checks passed" + "".join(f", {n} {status}" for status, n in failed.items())
    st.markdown(
        f"- Data through **{numbers.date(found['last_day'])}**; the start of {numbers.date(found['as_of'])} is now\n"
        f"- {words}\n- {said if checks else 'No checks are published: `regulars check` makes them.'}"
    )


PAGE = Page("overview", "Overview", ":material/home:", draw)
