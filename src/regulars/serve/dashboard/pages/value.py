"""Value: what customers are expected to bring, beside what the test of it has shown, and who brings most."""

from __future__ import annotations

import streamlit as st

from regulars.prediction_settings import VALUE_HORIZONS
from regulars.serve import value_views
from regulars.serve.charts.basis import Missing
from regulars.serve.charts.worth import Worth
from regulars.serve.dashboard import clicks, drawing, numbers, people, states, tables, verdicts
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.tables import Column
from regulars.serve.foretold import Outlook, read_outlook

_ANY, _ALL = "Any value", "All segments"


def draw(desk: Desk) -> None:
    """Draws the page."""
    if not desk.ask(value_views.has_values):
        states.missing(
            "Nothing is foretold in what is published: nobody ever bought, or the stage `learn` was left out.",
            "`regulars run ORDERS` foretells from valid orders.",
        )
        return
    outlook = desk.ask(read_outlook)
    days = int(
        st.segmented_control(
            "Days ahead",
            [str(each) for each in VALUE_HORIZONS],
            default="365",
            required=True,
            key="days",
            bind="query-params",
            width="content",
        )
    )
    _headline(desk, outlook, days)
    spread = desk.chart("value_spread", days=days)
    ends, segments = _filters(desk, spread, days, outlook.currency)
    _top(desk, days, ends, segments, outlook.currency)
    _by_segment(desk, days, outlook.currency)
    calibration = desk.chart("calibration")
    drawing.chart(
        "calibration",
        calibration,
        conclusion="Points on the line: it came as foretold. Below it: too much was foretold.",
        key="calibration",
    )
    verdicts.table(desk, outlook, ("orders", "value"), key="tests_file")


def _headline(desk: Desk, outlook: Outlook, days: int) -> None:
    value, orders = outlook.totals.get(("value", days)), outlook.totals.get(("orders", days))
    customers = outlook.customers
    each = value / customers if value is not None and customers else None
    tables.tiles(
        [
            ("Customers", numbers.count(customers), "who ever bought"),
            ("Expected value", numbers.short_money(value, outlook.currency), f"of the next {days} days"),
            ("Per customer", numbers.cents(each, outlook.currency), "on average, whoever buys again"),
            ("Expected orders", numbers.count(round(orders) if orders is not None else None), f"of {days} days"),
        ]
    )
    verdicts.told(f"Value of {days} days", verdicts.find(outlook, "value", days), outlook.currency)


def _filters(desk: Desk, spread: Worth | Missing, days: int, currency: str) -> tuple[value_views.Ends, tuple[str, ...]]:
    conclusion = "" if isinstance(spread, Missing) else f"{spread.conclusion} Click a bar to see its customers below."
    bins = {} if isinstance(spread, Missing) else {bar.said: bar.bin for bar in spread.bars if bar.bin.customers}
    names = {each.place: said for said, each in bins.items()}
    drawing.chart(
        "value_spread",
        spread,
        conclusion=conclusion,
        key="spread",
        selects=clicks.chooses("spread", range=lambda carried: names.get(int(carried[0]), _ANY) if carried else _ANY),
    )
    if st.session_state.get("range", _ANY) not in (_ANY, *bins):
        st.session_state["range"] = _ANY
    left, right = st.columns(2)
    unit = f" ({currency})" if currency else ""
    said = left.selectbox(f"Expected value of {days} days{unit}", [_ANY, *bins], key="range", bind="query-params")
    listed = desk.ask(value_views.by_segment, days)["segment"].to_pylist()
    segment = right.selectbox("Segment", [_ALL, *listed], key="segment", bind="query-params")
    ends = (bins[said].low, bins[said].high) if said in bins else (None, None)
    return ends, () if segment == _ALL else (str(segment),)


def _top(desk: Desk, days: int, ends: value_views.Ends, segments: tuple[str, ...], currency: str) -> None:
    st.header(f"Customers expected to bring most in {days} days", anchor=False)
    st.markdown("The interval holds what one customer brings in 8 of 10 cases: write to them, and budget by the sum.")
    people.show(
        desk,
        desk.ask(value_views.count_of, days, ends, segments),
        value_views.top,
        [
            Column("segment", "Segment"),
            Column("expected_value", "Expected", "cents"),
            Column("lowest_value", "At least", "cents"),
            Column("highest_value", "At most", "cents"),
            Column("expected_orders", "Orders", "number"),
            Column("probability_alive", "Still a customer", "share"),
            Column("historic_clv", "So far", "cents"),
            Column("last_order_date", "Last order", "date"),
        ],
        name="value_customers",
        caption="Customers by expected value",
        filters={"days": days, "between": ends, "segments": segments},
        currency=currency,
    )


def _by_segment(desk: Desk, days: int, currency: str) -> None:
    st.header("Expected value by segment", anchor=False)
    rows = desk.ask(value_views.by_segment, days)
    most = max(rows.to_pylist(), key=lambda row: row["expected_value_per_customer"])
    st.markdown(
        f"A customer of {drawing.plain(most['segment'])} is worth most:"
        f" {numbers.cents(most['expected_value_per_customer'], currency)} in {days} days on average."
    )
    tables.show(
        rows,
        [
            Column(
                "segment",
                "Segment",
                link=lambda row: tables.address("segments", segment=row["segment"]),
                swatch=lambda row: row["colour"],
            ),
            Column("customers", "Customers", "count"),
            Column("historic_value", "Brought so far", "money"),
            Column("expected_value", f"Expected in {days} days", "money"),
            Column("expected_value_per_customer", "Per customer", "cents"),
        ],
        currency=currency,
        caption="Value by segment",
    )
    tables.download(desk, "value_by_segment", rows, key="value_by_segment_file")


PAGE = Page("value", "Value", ":material/payments:", draw)
