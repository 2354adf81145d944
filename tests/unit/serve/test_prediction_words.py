"""The words for what is foretold, and for how good it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from regulars.serve import prediction_words as words
from regulars.serve.foretold import Ahead, Foretold, Outlook, Points, Verdict

VALUE = Verdict(
    "value",
    90,
    True,
    1610,
    dt.date(2025, 10, 3),
    "the same days before, once more",
    "before refunds",
    {"mean_absolute_error": (33.92, 36.6), "bias": (-0.22, -0.18), "gini": (0.91, 0.87)},
)
CHURN = Verdict(
    "churn",
    90,
    True,
    1610,
    dt.date(2025, 10, 3),
    "days since the last order alone",
    "by mbg_nbd",
    {"area_under_curve": (0.89, 0.86), "brier_score": (0.111, 0.135)},
)
UNTESTED = Verdict("value", 365, False, 0, None, None, "the history is shorter than twice 365 days", {})
FOUND = Foretold(
    as_of=dt.date(2026, 1, 1),
    currency="EUR",
    historic_clv=Decimal("721.16"),
    model="mbg_nbd",
    probability_alive=Decimal("0.981"),
    expected_order_value=Decimal("17.52"),
    next_order_date=dt.date(2026, 1, 14),
    ahead=(Ahead(90, Decimal("5.03"), 2, 8, Decimal("88.21")),),
    churn_probability=Decimal("0.02"),
    churn_model="mbg_nbd",
    churn_horizon=90,
    health_score=Decimal("94.00"),
    health="Excellent",
    factors=(
        Points("recency", Decimal("30.00"), Decimal(30)),
        Points("average_order_value", Decimal("4.50"), Decimal(10)),
    ),
    verdicts=(VALUE, CHURN),
    columns={},
)


def test_a_test_says_when_how_far_off_and_how_far_a_naive_forecast_was() -> None:
    assert words.test_words(VALUE, "EUR") == (
        "tested on the 90 days from 3 October 2025: off by 33.92 EUR per customer"
        " (repeating the 90 days before: 36.60), in total 22 % too little"
    )
    assert words.test_words(CHURN, "EUR") == (
        "tested on the 90 days from 3 October 2025: of one who left and one who stayed it knew which in 89 % of cases"
        " (by the days since the last order alone: 86 %)"
    )
    assert words.test_words(UNTESTED, "EUR") == "not tested: the history is shorter than twice 365 days"
    assert words.test_words(None, "EUR") == "not tested"


def test_a_test_without_anything_to_compare_says_why() -> None:
    alone = replace(CHURN, baseline=None, is_validated=False, note="by mbg_nbd; only 3 customers churned", measures={})
    assert (
        words.test_words(alone, "") == "tested on the 90 days from 3 October 2025: by mbg_nbd; only 3 customers churned"
    )


@pytest.mark.parametrize(
    ("bias", "said"),
    [
        (0.34, ", in total 34 % too much"),
        (0.001, ", in total right"),
        (None, ""),
        (-0.006, ", in total 1 % too little"),
    ],
)
def test_a_total_is_too_much_too_little_right_or_not_known(bias: float | None, said: str) -> None:
    verdict = replace(VALUE, measures={**VALUE.measures, "bias": (bias, None)})
    assert words.test_words(verdict, "EUR").endswith("36.60)" + said)


def test_only_what_beat_the_naive_forecast_is_validated() -> None:
    assert [words.verdict_word(verdict) for verdict in (VALUE, UNTESTED, None)] == [
        "validated",
        "not validated",
        "not validated",
    ]


def test_a_customer_s_future_is_said_in_sentences() -> None:
    assert words.still_customer_words(FOUND) == "98 % likely; if so, the next order is expected by 14 January 2026"
    assert words.ahead_words(FOUND.ahead[0], "EUR") == "5.0 orders expected (2 to 8 in 8 of 10 cases), worth 88.21 EUR"
    assert words.churn_words(FOUND) == "2 % likely to place no order within 90 days"
    assert words.health_words(FOUND) == "94 of 100, Excellent: recency 30 of 30, average order value 4.5 of 10"


def test_what_is_nearly_certain_is_not_said_to_be_certain_and_nothing_is_said_of_what_is_not_known() -> None:
    gone = replace(
        FOUND, probability_alive=Decimal("0.000001"), next_order_date=None, churn_probability=Decimal("0.9999")
    )
    assert words.still_customer_words(gone) == "under 1 % likely"
    assert words.churn_words(gone) == "over 99 % likely to place no order within 90 days"
    assert words.churn_words(replace(FOUND, churn_probability=None)) is None
    assert words.health_words(replace(FOUND, health_score=None)) is None
    ends = replace(FOUND.ahead[0], lowest_value=Decimal("40.5"), highest_value=Decimal(150))
    assert words.ahead_words(ends, "EUR").endswith("worth 88.21 EUR (40.50 to 150.00)")
    few = Ahead(30, Decimal("0.01"), 0, 0, Decimal("0.20"))
    assert words.ahead_words(few, "") == "under 0.1 orders expected (0 in 8 of 10 cases), worth 0.20"


def test_a_run_ends_with_what_is_foretold_and_how_good_it_is() -> None:
    totals = {("orders", 90): 2295.4, ("value", 90): 89786.46, ("churn", 90): 1344.2}
    found = Outlook(dt.date(2026, 1, 1), "EUR", 1894, totals, (VALUE, CHURN))
    first, second = words.headline(found)
    assert first.startswith("About 2,295 orders worth 89,786 EUR in the next 90 days. Validated, tested on the 90 days")
    assert second == "About 1,344 of 1,894 customers will place no order in 90 days. Validated."
    assert (
        "Not validated; not tested: too short."
        in words.headline(replace(found, verdicts=(replace(UNTESTED, horizon=90, note="too short"),)))[0]
    )
    assert words.headline(Outlook(None, "", 0, {}, ())) == []


def test_the_error_that_is_shown_is_the_one_that_decides() -> None:
    assert words.error_words(VALUE) == ("33.92", "36.60", "-22%")
    assert words.error_words(CHURN) == ("0.111", "0.135", "–")
    assert words.error_words(UNTESTED) == ("–", "–", "–")
