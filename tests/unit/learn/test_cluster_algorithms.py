from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from regulars.learn.cluster_algorithms import ALGORITHMS

pytestmark = pytest.mark.usefixtures("on_one_thread")

EVERY = pytest.mark.parametrize("name", ALGORITHMS)


def _groups(size: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(9)
    truth = np.repeat([0, 1, 2], size)
    points = np.array([(0, 0, 0), (6, 0, 1), (0, 6, -1)])[truth] + rng.normal(0, 0.4, (3 * size, 3))
    order = rng.permutation(len(points))
    return points[order], truth[order]


@EVERY
def test_groups_that_no_one_would_mix_up_are_found(name: str) -> None:
    points, truth = _groups()
    trials = [trial for trial in ALGORITHMS[name].trials(points, [2, 3, 4], 7, 3000, 4) if trial.k == 3]
    assert max(adjusted_rand_score(truth[t.labels >= 0], t.labels[t.labels >= 0]) for t in trials) > 0.99
    assert all((trial.labels >= 0).mean() > 0.8 for trial in trials)


@EVERY
def test_the_same_seed_gives_the_same_trials(name: str) -> None:
    points, _ = _groups()
    first, second = (ALGORITHMS[name].trials(points, [2, 3], 7, 3000, 2) for _ in range(2))
    assert [trial.setting for trial in first] == [trial.setting for trial in second]
    assert all(np.array_equal(a.labels, b.labels) for a, b in zip(first, second, strict=True))


@EVERY
def test_the_labels_of_a_trial_are_those_of_its_own_rule(name: str) -> None:
    points, _ = _groups()
    for trial in ALGORITHMS[name].trials(points, [2, 5], 7, 400, 1):
        assert np.array_equal(trial.labels, trial.placement.place(points)[0])
        assert trial.labels.max() < trial.k


@pytest.mark.parametrize("name", [name for name, algorithm in ALGORITHMS.items() if algorithm.is_quadratic])
def test_a_quadratic_algorithm_sees_a_part_and_places_all(name: str) -> None:
    points, truth = _groups(2000)
    trials = [trial for trial in ALGORITHMS[name].trials(points, [3], 7, 300, 1) if trial.k == 3]
    assert all(len(trial.labels) == len(points) for trial in trials)
    placed = trials[0].labels >= 0
    assert adjusted_rand_score(truth[placed], trials[0].labels[placed]) > 0.99


@pytest.mark.parametrize("name", ["agglomerative", "spectral"])
def test_a_kind_that_the_part_does_not_hold_is_added_to_it(name: str) -> None:
    points = np.repeat([[0.0], [5.0], [9.0]], [300, 300, 3], axis=0)
    points = np.vstack([points[:600][np.random.default_rng(1).permutation(600)], points[600:]])
    [trial] = ALGORITHMS[name].trials(points, [3], 7, 100, 4)
    assert sorted(np.bincount(trial.labels)) == [3, 300, 300]


@EVERY
@pytest.mark.parametrize("size", [10, 12])
def test_a_dozen_points_are_enough_to_try(name: str, size: int) -> None:
    points = np.column_stack([np.arange(size) ** 2.0, np.arange(size) % 3, np.ones(size)])
    ks = range(2, size)
    trials = ALGORITHMS[name].trials(points, ks, 7, 3000, 2)
    assert all(len(trial.labels) == size and np.isfinite(trial.placement.centres).all() for trial in trials)


@EVERY
def test_points_that_are_almost_all_alike_break_nothing(name: str) -> None:
    points = np.vstack([np.zeros((400, 3)), np.random.default_rng(2).normal(3, 1, (20, 3))])
    for trial in ALGORITHMS[name].trials(points, [2, 3], 7, 3000, 1):
        assert len(trial.labels) == 420
        assert np.isfinite(trial.placement.centres).all()
