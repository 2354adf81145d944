"""Differences of two groups, against published values and against an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regulars.activate.uplift import Group, uplift


def group(values: np.ndarray) -> Group:
    return Group(len(values), float(values.mean()), float(values.var(ddof=1)))


def test_the_published_example_of_welchs_test() -> None:
    # Wikipedia, "Welch's t-test", example 1: equal sizes, sample means 20.8 and 23.0, variances 7.9 and 3.8.
    found = uplift(Group(15, 20.8, 7.9), Group(15, 23.0, 3.8))
    assert found is not None
    assert found.difference == pytest.approx(-2.2)
    assert found.degrees_of_freedom == pytest.approx(25.0, abs=0.1)
    assert found.p_value == pytest.approx(0.021, abs=0.0015)
    assert found.is_shown


@given(
    st.integers(2, 200),
    st.integers(2, 200),
    st.floats(0.1, 50),
    st.floats(-5, 5),
    st.integers(0, 2**32 - 1),
)
def test_it_agrees_with_scipy_whatever_the_groups(n: int, m: int, spread: float, shift: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.normal(10 + shift, spread, n), rng.gamma(2, 5, m)
    found = uplift(group(one), group(other))
    reference = stats.ttest_ind(one, other, equal_var=False)
    interval = reference.confidence_interval(0.95)
    assert found is not None
    assert found.p_value == pytest.approx(reference.pvalue, rel=1e-6, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-9)


def test_the_detectable_difference_is_found_four_times_out_of_five() -> None:
    rng = np.random.default_rng(11)
    spread, tries = 20.0, 2000
    detectable = uplift(Group(900, 0, spread**2), Group(100, 0, spread**2)).detectable  # type: ignore[union-attr]
    shown = sum(
        uplift(group(rng.normal(detectable, spread, 900)), group(rng.normal(0, spread, 100))).is_shown  # type: ignore[union-attr]
        for _ in range(tries)
    )
    assert shown / tries == pytest.approx(0.8, abs=0.03)


def test_where_nothing_differs_the_interval_says_so_nineteen_times_out_of_twenty() -> None:
    rng = np.random.default_rng(5)
    tries = 2000
    shown = sum(
        uplift(group(rng.gamma(2, 10, 900)), group(rng.gamma(2, 10, 300))).is_shown  # type: ignore[union-attr]
        for _ in range(tries)
    )
    assert shown / tries == pytest.approx(0.05, abs=0.015)


def test_a_group_of_one_compares_with_nothing() -> None:
    assert uplift(Group(10, 1, 1), Group(1, 1, 0)) is None
    assert uplift(Group(0, 0, 0), Group(10, 1, 1)) is None


def test_where_nobody_bought_there_is_no_difference_and_no_division_by_zero() -> None:
    found = uplift(Group(10, 0, 0), Group(10, 0, 0))
    assert found is not None
    assert (found.difference, found.low, found.high, found.relative, found.is_shown) == (0, 0, 0, None, False)
