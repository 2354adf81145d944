"""Many customers at once get what each gets alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.segments.yardsticks import WINDOW, yardstick

from regulars.segments.codes import Code
from regulars.segments.placing import PLACED, place_customers
from regulars.segments.standing import METRICS, Band

SIX = yardstick()
CUSTOMERS = st.lists(
    st.tuples(st.integers(1, WINDOW), st.integers(1, 6), st.integers(-5_000, 50_000), st.integers(0, 3)), max_size=30
)


def _place(*rows: tuple[float, ...]) -> list[dict[str, object]]:
    values = np.array(rows, dtype=float).reshape(-1, 4)
    return place_customers(SIX, values[:, :3], values[:, 3]).to_pylist()


@given(CUSTOMERS)
def test_each_customer_gets_the_scores_and_the_segment_that_one_alone_gets(
    customers: list[tuple[int, int, int, int]],
) -> None:
    found = _place(*((recency, often, cents / 100, often + more) for recency, often, cents, more in customers))
    for row, (recency, often, cents, more) in zip(found, customers, strict=True):
        values = (recency, often, Decimal(cents) / 100)
        scores = [SIX.score(metric, value) for metric, value in zip(METRICS, values, strict=True)]
        code = Code(scores[0], scores[1], scores[2], often + more == 1)
        assert [row[name] for name in ("r_score", "f_score", "m_score")] == scores
        assert (row["rfm_score"], row["segment"]) == (code.digits, SIX.codes[code])


def test_whoever_left_the_window_scores_one_thrice_and_whoever_never_bought_is_a_prospect() -> None:
    lapsed, never = _place((WINDOW + 1, 0, 0, 7), (WINDOW + 1, 0, 0, 0))
    assert (lapsed["rfm_score"], lapsed["segment"]) == ("111", SIX.codes[Code(1, 1, 1, False)])
    assert never == {"segment": "Prospect", "rfm_score": None, "r_score": None, "f_score": None, "m_score": None}


def test_who_is_not_known_has_no_segment() -> None:
    assert _place((10, float("nan"), 5, 1)) == [dict.fromkeys(PLACED.names)]


def test_one_order_of_the_window_is_the_only_one_unless_the_list_says_otherwise() -> None:
    single = replace(SIX, codes={code: "only" if code.is_single_order else "more" for code in SIX.codes})
    single = replace(single, segments=("only", "more", "Prospect"))
    rfm = np.array([[5.0, 1.0, 50.0]] * 3)
    found = place_customers(single, rfm, np.array([np.nan, 1.0, 4.0]))
    assert found["segment"].to_pylist() == ["only", "only", "more"]


@pytest.mark.parametrize(("recency", "score"), [(4, 2), (5, 2), (6, 1)])
def test_by_ranks_the_highest_value_that_got_a_score_gets_it(recency: int, score: int) -> None:
    bands = (Band(1, Decimal(5), Decimal(90)), Band(2, Decimal(1), Decimal(5)))
    ranked = replace(SIX, methods={**SIX.methods, "recency": "ntile"}, bands={**SIX.bands, "recency": bands})
    assert place_customers(ranked, np.array([[recency, 2.0, 50.0]]), np.array([2.0]))["r_score"].to_pylist() == [score]


def test_nobody_has_the_same_columns() -> None:
    assert place_customers(SIX, np.empty((0, 3)), np.empty(0)).schema == PLACED
