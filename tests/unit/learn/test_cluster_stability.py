from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from regulars.learn.cluster_algorithms import ALGORITHMS
from regulars.learn.cluster_stability import agreement, stabilities

pytestmark = pytest.mark.usefixtures("on_one_thread")


def _stabilities(points: np.ndarray, ks: list[int], rounds: int = 6) -> list[float]:
    algorithm = ALGORITHMS["kmeans"]
    return stabilities(algorithm, algorithm.trials(points, ks, 7, 3000, 4), points, ks, 7, rounds)


def test_the_right_k_is_found_again_in_every_sample_and_a_wrong_one_is_not() -> None:
    rng = np.random.default_rng(5)
    points = rng.permutation(np.vstack([rng.normal(c, 0.3, (300, 2)) for c in ((0, 0), (5, 0), (0, 5))]))
    three, eight = _stabilities(points, [3, 8])
    assert three > 0.99 > 0.8 > eight > 0


def test_chance_makes_no_stable_split() -> None:
    points = np.random.default_rng(6).normal(0, 1, (900, 6))
    assert _stabilities(points, [6])[0] < 0.5


def test_the_same_seed_draws_the_same_samples_and_without_rounds_nothing_is_said() -> None:
    points = np.random.default_rng(7).normal(0, 1, (300, 2))
    assert _stabilities(points, [2, 3]) == _stabilities(points, [2, 3])
    assert all(map(math.isnan, _stabilities(points, [2, 3], rounds=0)))


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 3)), min_size=2, max_size=60))
def test_the_agreement_is_the_adjusted_rand_index_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    left, right = np.array(pairs).T
    assert agreement(left, right) == pytest.approx(adjusted_rand_score(left, right))
