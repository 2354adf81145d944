"""Health: how the customers stand, what their scores are made of, and who of those who spend most is at risk."""

from __future__ import annotations

import streamlit as st

from regulars.serve import health_views
from regulars.serve.charts.basis import Missing
from regulars.serve.charts.standing import COLOURS, SCORE_AGAIN
from regulars.serve.dashboard import clicks, drawing, live, numbers, people, states, tables, verdicts
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.tables import Column
from regulars.serve.foretold import read_outlook
from regulars.serve.queries import Queries

_AT_RISK, _ALL = "At risk (below 40)", "All segments"


def draw(desk: Desk) -> None:
    """Draws the page."""
    if not desk.ask(health_views.has_health):
        states.missing("Nobody has a health score in what is published.", SCORE_AGAIN)
        return
    currency = desk.ask(live.data_through)["currency"]
    bands = desk.ask(health_views.bands)
    _headline(desk, bands, currency)
    found = desk.chart("health")
    conclusion = "" if isinstance(found, Missing) else f"{found.conclusion} Click a bar to see the band below."
    chooses = clicks.chooses("bands", band=lambda carried: str(carried[0]) if carried else _AT_RISK)
    drawing.chart("health", found, conclusion=conclusion, key="bands", selects=chooses)
    for kind in ("health_scores", "health_factors"):
        made_of = desk.chart(kind)
        said = "" if isinstance(made_of, Missing) else made_of.conclusion
        drawing.chart(kind, made_of, conclusion=said, key=kind, height=360)
    tables.show(
        [
            {
                "name": band.name,
                "customers": band.customers,
                "revenue": band.revenue,
                "churn": band.churn,
                "from": health_views.BANDS[band.name],
            }
            for band in bands
        ],
        [
            Column("name", "Band", swatch=lambda row: COLOURS[row["name"]]),
            Column("from", "Scores from", "count"),
            Column("customers", "Customers", "count"),
            Column("revenue", "Revenue of the window", "money"),
            Column("churn", "Likely to leave, mean", "share"),
        ],
        currency=currency,
        caption="Bands of health",
    )
    tables.download(desk, "health_bands", lambda: desk.ask(health_views.band_table), key="bands_file")
    _list(desk, currency)


def _headline(desk: Desk, bands: list[health_views.Band], currency: str) -> None:
    customers = sum(band.customers for band in bands)
    low = [band for band in bands if health_views.BANDS[band.name] < 40]
    outlook = desk.ask(read_outlook)
    verdict = verdicts.find(outlook, "churn")
    leaving = outlook.totals.get(("churn", verdict.horizon)) if verdict is not None else None
    at_risk, theirs = sum(band.customers for band in low), sum(band.revenue for band in low)
    tables.tiles(
        [
            ("Customers", numbers.count(customers), "who ever bought, each with a score"),
            ("At risk", numbers.count(at_risk), f"{numbers.share(at_risk / customers)} score below 40"),
            ("Their revenue", numbers.short_money(theirs, currency), "of the window"),
            (
                "Expected to leave",
                numbers.count(round(leaving) if leaving is not None else None),
                f"no order in {verdict.horizon} days" if verdict is not None else "not foretold",
            ),
        ]
    )
    if verdict is None:
        states.missing(
            "Who leaves is not foretold in what is published.", "`regulars run` foretells it, in its stage `learn`."
        )
    else:
        verdicts.told("Who leaves", verdict, currency)


def _list(desk: Desk, currency: str) -> None:
    st.header("Customers to look after", anchor=False)
    st.markdown("Those who spent most in the window come first: a call to the first ten is worth most.")
    left, right = st.columns(2)
    chosen = left.selectbox("Health", [_AT_RISK, *health_views.BANDS], key="band", bind="query-params")
    segments = desk.ask_queries(Queries.segments).to_pylist()
    colours = {row["segment"]: row["colour"] for row in segments}
    listed = [row["segment"] for row in segments if row["customers"]]
    segment = right.selectbox("Segment", [_ALL, *listed], key="segment", bind="query-params")
    band = None if chosen == _AT_RISK else str(chosen)
    of_segment = None if segment == _ALL else str(segment)
    people.show(
        desk,
        desk.ask(health_views.count_of, band, of_segment),
        health_views.standing,
        [
            Column("segment", "Segment", swatch=lambda row: colours.get(row["segment"])),
            Column("health", "Health", swatch=lambda row: COLOURS.get(row["health"])),
            Column("health_score", "Score", "number"),
            Column("churn_probability", "Likely to leave", "share"),
            Column("monetary", "Spend in the window", "cents"),
            Column("clv", "Expected in a year", "cents"),
            Column("last_order_date", "Last order", "date"),
        ],
        name="health_customers",
        caption="Customers to look after",
        currency=currency,
        filters={"band": band, "segment": of_segment},
    )


PAGE = Page("health", "Health", ":material/favorite:", draw)
