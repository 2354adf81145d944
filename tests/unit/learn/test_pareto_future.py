from __future__ import annotations

import numpy as np
import pytest

from regulars.learn.pareto_future import ParetoFuture

CASES = [(0.6, 20.0, 0.7, 30.0, 40.0), (12.5, 50.0, 1.0, 45.0, 26.0), (3.5, 10.0, 2.5, 100.0, 52.0)]


def _future(R: float, seen: float, s: float, stayed: float, t: float) -> ParetoFuture:
    return ParetoFuture(np.array([R]), np.array([seen]), s, np.array([stayed]), np.array([t]))


@pytest.mark.parametrize("case", CASES)
def test_means_and_distribution_are_those_of_customers_whose_lives_are_drawn(case: tuple[float, ...]) -> None:
    R, seen, s, stayed, t = case
    rng, size = np.random.default_rng(5), 400_000
    staying = np.minimum(t, rng.exponential(1 / rng.gamma(s, 1 / stayed, size)))
    orders = rng.poisson(rng.gamma(R, 1 / seen, size) * staying)
    future = _future(*case)
    error = orders.std() / np.sqrt(size)
    assert future.expected_orders()[0] == pytest.approx(orders.mean(), abs=4 * error)
    assert future.any_order()[0] == pytest.approx((orders > 0).mean(), abs=0.004)
    counts = future.counts()
    for number in range(30):
        assert counts.beyond()[0] == pytest.approx((orders > number).mean(), abs=0.004)
        counts.advance()


@pytest.mark.parametrize("case", CASES)
def test_the_start_of_the_distribution_is_the_probability_of_an_order(case: tuple[float, ...]) -> None:
    future = _future(*case)
    assert future.counts().beyond()[0] == pytest.approx(future.any_order()[0], abs=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_half_of_the_next_orders_that_come_at_all_come_within_the_median_time(case: tuple[float, ...]) -> None:
    R, seen, s, stayed, _ = case
    median = _future(*case).time_to_next_order()[0]
    within, ever = (_future(R, seen, s, stayed, t).any_order()[0] for t in (median, 1e12))
    assert within / ever == pytest.approx(0.5, abs=1e-6)


def test_expected_orders_are_smooth_where_the_formula_divides_by_zero() -> None:
    at_one, near_one = _future(3, 20, 1.0, 30, 26), _future(3, 20, 1 + 1e-7, 30, 26)
    assert at_one.expected_orders()[0] == pytest.approx(near_one.expected_orders()[0], rel=1e-6)
