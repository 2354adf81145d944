from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from regulars.learn.gaussian_mixture import try_mixtures
from regulars.learn.kmeans import try_splits

pytestmark = pytest.mark.usefixtures("on_one_thread")


def test_a_narrow_cluster_beside_a_wide_one_is_told_apart_where_k_means_cuts_the_wide_one() -> None:
    rng = np.random.default_rng(3)
    points = np.vstack([rng.normal(0, 0.3, (300, 2)), rng.normal((4, 0), 2, (700, 2))])
    truth = np.repeat([0, 1], [300, 700])
    [mixture], [split] = try_mixtures(points, [2], 7, 4), try_splits(points, [2], 7, 4)
    assert adjusted_rand_score(truth, mixture.labels) > 0.9 > 0.6 > adjusted_rand_score(truth, split.labels)


def test_many_who_are_exactly_alike_make_no_infinitely_narrow_distribution() -> None:
    rng = np.random.default_rng(4)
    points = np.vstack([np.zeros((500, 2)), rng.normal(4, 1, (500, 2))])
    [mixture] = try_mixtures(points, [2], 7, 4)
    assert np.isfinite(mixture.placement.precisions).all()
    assert np.linalg.inv(mixture.placement.precisions).min(axis=0).diagonal().min() > 0.009
    assert sorted(np.bincount(mixture.labels)) == [500, 500]
