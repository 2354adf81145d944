"""One customer: who it is and by what, what they bought, why they are in their segment, and what is foretold."""

from __future__ import annotations

from typing import Any

import streamlit as st

from regulars.serve import customer_story, prediction_words
from regulars.serve.dashboard import drawing, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.pages.customer_timeline import timeline
from regulars.serve.queries import Queries


def draw(desk: Desk, asked: str, currency: str) -> None:
    """Draws the customer whom an address names."""
    tables.note("", "Back to all customers", "customers")
    customer_id = _known(desk, asked)
    if customer_id is None:
        return states.missing(
            f"There is no customer {drawing.plain(asked)} in what is published.", "Search above by what you know."
        )
    [row] = desk.ask_queries(Queries.customer_360, customer_id).to_pylist()
    st.header(f"{drawing.plain(row['full_name'] or 'No name is known')} · {customer_id}", anchor=False)
    if str(customer_id) != asked:
        st.caption(f"{drawing.plain(asked)} was merged into {customer_id}.")
    _tiles(row, currency)
    parts = (
        (_why, "Why in this segment"),
        (_orders, ""),
        (_foretold, "What is foretold"),
        (_identity, "Who it is, and by what we know"),
    )
    for part, title in parts:
        if title:
            st.header(title, anchor=False)
        with states.told():
            part(desk, customer_id, row, currency)


def _known(desk: Desk, asked: str) -> int | None:
    """The golden id that is meant, also of one that was merged away."""
    if not asked.isdigit() or len(asked) > 18:
        return None
    if desk.ask_queries(Queries.customer_360, int(asked)).num_rows:
        return int(asked)
    found = desk.ask_queries(Queries.find_customers, asked)
    return found[0] if len(found) == 1 and desk.ask_queries(Queries.customer_360, found[0]).num_rows else None


def _tiles(row: dict[str, Any], currency: str) -> None:
    since = f"since {numbers.date(row['segment_since'])}" if row["segment_since"] else ""
    before = f", before that {row['previous_segment']}" if row["previous_segment"] else ""
    tables.tiles(
        [
            ("Segment", row["segment"], since + before),
            ("Last order", numbers.short_date(row["last_order_date"]), f"{numbers.count(row['orders'])} orders in all"),
            ("Revenue in the window", numbers.money(row["monetary"], currency), f"code {row['rfm_score'] or '–'}"),
            ("Spent so far", numbers.money(row["historic_clv"], currency), "after refunds"),
            ("Expected next year", numbers.money(row["clv"], currency), _validated(row["is_clv_validated"])),
            (
                "Health",
                numbers.text(row["health"]),
                f"{numbers.number(row['health_score'], 0)} of 100" if row["health"] else "no score yet",
            ),
        ]
    )
    if row["playbook"]:
        st.markdown(f"**What to do:** {drawing.plain(row['playbook'])}")


def _why(desk: Desk, customer_id: int, _row: dict[str, Any], currency: str) -> None:
    found = desk.ask_queries(customer_story.explained, customer_id)
    st.markdown(drawing.plain(found.headline))
    st.caption(f"Code {drawing.plain(found.rule)}.")
    if found.metrics:
        tables.show(
            found.metrics,
            [
                tables.Column("metric", "Metric"),
                tables.Column("value", "Value"),
                tables.Column("score", "Score", "count"),
                tables.Column("band", "Values with this score"),
                tables.Column("next", "Next score"),
                tables.Column("share", "Share with it", "share"),
            ],
            currency=currency,
            caption="Scores and cut points",
        )
    listed = [f"- To **{drawing.plain(way['segment'])}**: {drawing.plain(way['words'])}" for way in found.ways]
    listed += [f"- {drawing.plain(sentence)}" for sentence in found.sentences]
    if listed:
        st.markdown("\n".join(listed))
    if found.moves:
        st.subheader("Moves between segments", anchor=False)
        tables.show(
            found.moves,
            [tables.Column("day", "Day"), tables.Column("move", "Move"), tables.Column("cause", "Cause")],
            caption="Moves between segments",
        )


def _orders(desk: Desk, customer_id: int, _row: dict[str, Any], currency: str) -> None:
    happened = desk.ask(customer_story.events, customer_id)
    timeline(happened, currency)
    if not happened.num_rows:
        return
    tables.show(
        happened.slice(0, 12),
        [
            tables.Column("day", "Day", "date"),
            tables.Column("what", "What"),
            tables.Column("order_id", "Order"),
            tables.Column("status", "Status"),
            tables.Column("amount", "Amount", "cents"),
            tables.Column("store", "Store"),
            tables.Column("counts", "Counts"),
        ],
        currency=currency,
        caption="Orders and refunds",
    )
    tables.download(desk, f"orders-{customer_id}", happened, key="orders_file")


def _foretold(desk: Desk, customer_id: int, _row: dict[str, Any], currency: str) -> None:
    found = desk.ask_queries(customer_story.predicted, customer_id)
    if found is None:
        return states.missing(
            "Nothing is foretold of this customer in what is published: there was no order to learn from, or the stage"
            " `learn` was left out.",
            "`regulars run` foretells.",
        )
    churn = found.verdict("churn", found.churn_horizon)
    facts = [("Still a customer", prediction_words.still_customer_words(found))]
    if words := prediction_words.churn_words(found):
        facts.append(("Leaving", f"{words}; {prediction_words.verdict_word(churn)}"))
        facts.append(("Test of that", prediction_words.test_words(churn, currency)))
    tables.facts(facts)
    rows = customer_story.ahead_rows(found)
    tables.show(
        rows,
        [
            tables.Column("days", "Next", "word"),
            tables.Column("orders", "Orders", "number"),
            tables.Column("between", "In 8 of 10 cases"),
            tables.Column("value", "Value", "money"),
            tables.Column("lowest", "At least", "money"),
            tables.Column("highest", "At most", "money"),
            tables.Column("verdict", "Verdict", "word"),
            tables.Column("test", "What its test has shown"),
        ],
        currency=currency,
        caption="Expected orders and value",
    )
    if found.factors:
        st.subheader(f"Health: {numbers.number(found.health_score, 0)} of 100, {found.health}", anchor=False)
        tables.show(
            [
                {"factor": f.factor.replace("_", " ").capitalize(), "points": f.points, "of": f.of}
                for f in found.factors
            ],
            [
                tables.Column("factor", "Factor"),
                tables.Column("points", "Points", "number"),
                tables.Column("of", "Of", "number"),
            ],
            caption="Factors of health",
        )


def _identity(desk: Desk, customer_id: int, row: dict[str, Any], _currency: str) -> None:
    place = ", ".join(str(row[name]) for name in ("address", "postcode", "city", "country") if row[name])
    consent = {True: "given", False: "refused", None: "not known"}[row["consent"]]
    tables.facts(
        [
            ("E-mail", row["email"]),
            ("Phone", row["phone"]),
            ("Address", place),
            ("Born", numbers.date(row["birth_date"])),
            ("Consent to marketing", consent),
            ("Known since", numbers.date(row["first_seen_at"])),
        ]
    )
    found = desk.ask_queries(customer_story.records, customer_id)
    st.markdown(
        ("**One record**" if found.num_rows == 1 else f"**{numbers.count(found.num_rows)} records**")
        + f" of the sources {'is' if found.num_rows == 1 else 'are'} this person."
        f" `regulars identity explain {customer_id}` shows each comparison."
    )
    tables.show(
        found,
        [
            tables.Column("source", "Source"),
            tables.Column("source_customer_id", "Id there"),
            tables.Column("email", "E-mail"),
            tables.Column("phone", "Phone"),
            tables.Column("reason", "Linked by"),
            tables.Column("probability", "Probability", "share"),
        ],
        caption="Source records",
    )
    fields = desk.ask_queries(Queries.field_sources, customer_id)
    if fields.num_rows:
        st.subheader("From which record each field is", anchor=False)
        tables.show(
            fields,
            [
                tables.Column("field", "Field"),
                tables.Column("source", "Source"),
                tables.Column("source_customer_id", "Record"),
                tables.Column("rule", "Rule"),
            ],
            caption="Sources of fields",
        )
    tables.download(desk, f"records-{customer_id}", found, key="records_file")


def _validated(is_validated: bool | None) -> str:
    return "validated" if is_validated else "not validated" if is_validated is not None else "nothing foretold"
