from __future__ import annotations

import numpy as np

from regulars.learn.kmeans import try_splits


def _groups() -> np.ndarray:
    rng = np.random.default_rng(4)
    return np.vstack([rng.normal(centre, 0.3, (400, 2)) for centre in ((0, 0), (5, 0), (0, 5))])


def test_a_trial_finds_the_groups_and_more_clusters_mean_less_inertia() -> None:
    trials = try_splits(_groups(), [2, 3, 4], 7, 4)
    assert [trial.k for trial in trials] == [2, 3, 4]
    assert sorted(trials[1].placement.centres.round().tolist()) == [[0, 0], [0, 5], [5, 0]]
    assert trials[0].inertia(_groups()) > trials[1].inertia(_groups()) > trials[2].inertia(_groups())


def test_the_same_seed_gives_the_same_trials() -> None:
    first, second = (try_splits(_groups(), [4], 7, 4)[0] for _ in range(2))
    assert np.array_equal(first.placement.centres, second.placement.centres)
    assert np.array_equal(first.labels, second.labels)
