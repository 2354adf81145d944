from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp2f1

from regulars.learn.geometric_future import GeometricFuture

# R, seen, a, b, t and the expected orders by mpmath with 40 digits, from the hypergeometric form of the papers.
BY_MPMATH = [
    (0.24, 4.4, 0.79, 2.43, 39.0, 1.18817467380662),
    (26.24, 35.4, 0.79, 28.4, 52.0, 26.618281341047),
    (26.24, 35.4, 1.0000001, 28.4, 52.0, 24.3388219396378),
    (1000.5, 370.0, 0.8, 1002.0, 365.0, 736.292606298185),
    (0.5, 0.01, 0.05, 2.5, 365.0, 11766.783262772),
    (60.0, 5.0, 0.8, 3.0, 365.0, 48.6980747511283),
    (0.5, 0.001, 0.01, 1.5, 1000.0, 439921.652820895),
]


def _future(R: float, seen: float, a: float, b: float, t: float) -> GeometricFuture:
    return GeometricFuture(np.array([R]), np.array([seen]), a, np.array([b]), np.array([t]))


@pytest.mark.parametrize("case", BY_MPMATH)
def test_expected_orders_are_the_hypergeometric_form_of_the_papers(case: tuple[float, ...]) -> None:
    assert _future(*case[:5]).expected_orders()[0] == pytest.approx(case[5], rel=1e-10)


def test_they_are_that_form_for_many_customers_at_once_and_smooth_where_it_divides_by_zero() -> None:
    x, seen = (grid.ravel() for grid in np.meshgrid(np.arange(0.0, 60.0), np.linspace(5, 200, 40)))
    R, b, t, a = 0.5 + x, 2.5 + x, 30.0, 0.79
    many = GeometricFuture(R, seen, a, b, np.full(len(x), t)).expected_orders()
    expected = (a + b - 1) / (a - 1) * (1 - (seen / (seen + t)) ** R * hyp2f1(R, b, a + b - 1, t / (seen + t)))
    assert many == pytest.approx(expected, rel=1e-9)
    at_one, near_one = _future(3, 20, 1.0, 5, 30), _future(3, 20, 1.0 + 1e-9, 5, 30)
    assert at_one.expected_orders()[0] == pytest.approx(near_one.expected_orders()[0], rel=1e-8)


@given(
    R=st.floats(0.05, 400),
    seen=st.floats(0.5, 800),
    a=st.floats(0.05, 50),
    b=st.floats(0.5, 400),
    t=st.floats(0.1, 300),
)
def test_the_mean_is_the_sum_of_the_distribution_and_its_start_the_probability_of_an_order(
    R: float, seen: float, a: float, b: float, t: float
) -> None:
    future = _future(R, seen, a, b, t)
    counts = future.counts()
    assert counts.beyond()[0] == pytest.approx(future.any_order()[0], abs=1e-12)
    total, mean_of_all = 0.0, R * t / seen
    if mean_of_all > 3000 or R < 0.5:  # more terms than a test should sum
        return
    for _ in range(int(20 + 8 * mean_of_all + 60 * mean_of_all / R)):
        total += counts.beyond()[0]
        counts.advance()
    assert total == pytest.approx(future.expected_orders()[0], rel=1e-4, abs=1e-6)


def test_half_of_the_next_orders_come_within_the_median_time() -> None:
    future = _future(4.5, 20, 0.8, 3, 0)
    median = future.time_to_next_order()
    assert _future(4.5, 20, 0.8, 3, median[0]).any_order() == pytest.approx(0.5)
