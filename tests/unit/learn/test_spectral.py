from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from regulars.learn.kmeans import try_splits
from regulars.learn.spectral import try_spectra

pytestmark = pytest.mark.usefixtures("on_one_thread")


def _rings(size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(6)
    angle, truth = rng.uniform(0, 2 * np.pi, size), rng.integers(0, 2, size)
    radius = np.where(truth == 0, 1.0, 8.0) + rng.normal(0, 0.1, size)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]) / 2, truth


def test_a_ring_around_a_cluster_is_told_apart_where_k_means_cuts_it() -> None:
    points, truth = _rings(800)
    [bent], [straight] = try_spectra(points, [2], 7, 4), try_splits(points, [2], 7, 4)
    assert adjusted_rand_score(truth, straight.labels) < 0.3
    assert adjusted_rand_score(truth, bent.labels) > 0.8


def test_few_points_and_many_give_the_same_answer_by_the_two_ways_of_finding_vectors() -> None:
    points = np.vstack([np.random.default_rng(7).normal(centre, 0.3, (40, 2)) for centre in ((0, 0), (3, 0), (0, 3))])
    few, many = try_spectra(points[::2], [3], 7, 4)[0], try_spectra(points, [3], 7, 4)[0]
    assert adjusted_rand_score(few.labels, many.labels[::2]) == 1
