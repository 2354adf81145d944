from __future__ import annotations

import numpy as np
import pytest

from regulars.learn.repeat_value import collapse_values, values_to_score


def test_only_orders_worth_something_say_what_orders_are_worth() -> None:
    values, left_out = collapse_values([0, 1, 2, 3, 4], [np.nan, 5, 0, -2, 7], [1, 2, 3, 4, 0])
    assert (values.x.tolist(), values.mean.tolist(), values.weight.tolist()) == ([1], [5], [2])
    assert left_out == 7


def test_a_mean_below_zero_counts_as_zero_when_scored_and_one_of_no_orders_not_at_all() -> None:
    orders, mean = values_to_score([0, 1, 2], [np.nan, -5, 7])
    assert (orders.tolist(), mean.tolist()) == ([0, 1, 2], [0, 0, 7])


def test_a_sample_stands_for_everyone() -> None:
    rng = np.random.default_rng(1)
    values, _ = collapse_values(rng.integers(1, 20, 30_000), rng.gamma(2, 10, 30_000), rng.integers(1, 4, 30_000))
    sample = values.sample(3000)
    assert len(sample.weight) == 3000
    assert sample.weight.sum() == pytest.approx(values.weight.sum())
    assert sample.weight @ sample.mean == pytest.approx(values.weight @ values.mean, rel=0.01)
    assert values.sample(30_000) is values
