"""What the tests of predictions have shown, beside every number of the future."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from regulars.serve import prediction_words as words
from regulars.serve.dashboard import states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.tables import Column
from regulars.serve.foretold import Outlook, Verdict


def find(outlook: Outlook, model: str, days: int | None = None) -> Verdict | None:
    """The verdict on a prediction; of the shortest horizon where none is named."""
    found = (verdict for verdict in outlook.verdicts if verdict.model == model and days in (None, verdict.horizon))
    return next(found, None)


def told(what: str, verdict: Verdict | None, currency: str) -> None:
    """A note with the verdict and what the test has shown."""
    word = words.verdict_word(verdict).capitalize()
    sentence = words.test_words(verdict, currency)
    is_good = verdict is not None and verdict.is_validated
    advice = "" if is_good else " Take it as a rough idea, and do not plan by it."
    show = st.success if is_good else st.warning
    show(
        f"**{what}: {word.lower()}.** {sentence[:1].upper()}{sentence[1:]}.{advice}",
        icon=":material/verified:" if is_good else ":material/rule:",
    )


def table(desk: Desk, outlook: Outlook, models: Sequence[str], *, key: str) -> None:
    """The tests of some predictions as a table with its file."""
    rows = [_row(verdict, outlook) for verdict in outlook.verdicts if verdict.model in models]
    if not rows:
        states.missing(
            "Nothing was foretold, so nothing was tested.", "`regulars run` does both, in its stage `learn`."
        )
        return
    tables.show(
        rows,
        [
            Column("prediction", "Foretold"),
            Column("horizon", "Days ahead", "count"),
            Column("total", "In total"),
            Column("verdict", "Verdict"),
            Column("test", "What the test has shown"),
        ],
        caption="Tests of the predictions",
    )
    tables.download(desk, "tests_of_predictions", lambda: tables.table_of(rows), key=key)


def _row(verdict: Verdict, outlook: Outlook) -> dict[str, Any]:
    off_by, naive, in_sum = words.error_words(verdict)
    return {
        "prediction": words.TITLES.get(verdict.model, verdict.model),
        "horizon": verdict.horizon,
        "total": words.total_words(verdict, outlook),
        "verdict": words.verdict_word(verdict),
        "off_by": off_by,
        "naive": naive,
        "in_sum": in_sum,
        "test": words.test_words(verdict, outlook.currency),
    }
