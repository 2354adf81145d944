from __future__ import annotations

import numpy as np
from scipy.stats import nbinom

from regulars.learn.order_distribution import OrderCounts, order_quantiles

LEVELS = (0.1, 0.5, 0.9)


def _counts(R: list[float], z: list[float], a: float = 0.0, b: float = 1.0) -> OrderCounts:
    columns = np.array(z)[:, None]
    return OrderCounts(np.array(R), columns, np.ones_like(columns), a, np.full(len(R), b))


def test_for_customers_who_cannot_leave_the_quantiles_are_those_of_the_negative_binomial() -> None:
    R, z = [0.5, 3.5, 40.0, 1000.5], [0.3, 0.6, 0.47, 0.9]
    found = order_quantiles(_counts(R, z), np.ones(4), np.arange(4), LEVELS)
    assert np.array_equal(found, [nbinom.ppf(level, R, 1 - np.array(z)) for level in LEVELS])


def test_a_customer_who_is_probably_gone_will_probably_not_buy() -> None:
    kinds = np.zeros(4, dtype=np.intp)
    found = order_quantiles(_counts([40.0], [0.5]), np.array([0.0, 0.05, 0.3, 1.0]), kinds, LEVELS)
    assert found[:, 0].tolist() == found[:, 1].tolist() == [0, 0, 0]
    assert found[0, 2] == found[1, 2] == 0 < found[2, 2] < found[2, 3]


def test_orders_that_may_be_the_last_are_fewer() -> None:
    staying, leaving = (
        order_quantiles(_counts([20.0], [0.5], a, 3.0), np.ones(1), np.zeros(1, int), LEVELS) for a in (0, 1)
    )
    assert (leaving <= staying).all()
    assert leaving[1] < staying[1]


def test_customers_are_scored_alike_alone_and_among_others() -> None:
    rng = np.random.default_rng(3)
    R, z = rng.uniform(0.2, 60, 300), rng.uniform(0.05, 0.8, 300)
    alive, places = rng.uniform(0, 1, 2000), rng.integers(0, 300, 2000)
    together = order_quantiles(_counts(list(R), list(z), 0.8, 2.0), alive, places, LEVELS)
    for row in range(0, 2000, 97):
        kind = places[row]
        alone = order_quantiles(_counts([R[kind]], [z[kind]], 0.8, 2.0), alive[[row]], np.zeros(1, int), LEVELS)
        assert np.array_equal(alone[:, 0], together[:, row])
