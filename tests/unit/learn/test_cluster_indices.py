from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from regulars.learn.cluster_indices import calinski_harabasz, davies_bouldin, silhouettes


def test_silhouettes_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    points = np.vstack([rng.normal(0, 1, (300, 3)), rng.normal(4, 1, (200, 3)), np.full((80, 3), 9.0)])
    splits = [rng.integers(0, k, len(points)) for k in (2, 5)] + [np.repeat([0, 1, 2], [300, 200, 80])]
    expected = [silhouette_score(points, labels) for labels in splits]
    assert silhouettes(points, splits) == pytest.approx(expected, abs=1e-5)


def test_a_cluster_of_one_and_a_label_without_points_change_nothing_for_the_others() -> None:
    points = np.array([[0.0], [0.1], [5.0], [5.1], [9.0]])
    labels = np.array([0, 0, 1, 1, 3])
    assert silhouettes(points, [labels]) == pytest.approx([silhouette_score(points, labels)], abs=1e-5)


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]])
def test_one_cluster_and_every_point_its_own_have_no_index(labels: list[int]) -> None:
    points, split = np.array([[0.0], [1.0], [5.0]]), np.array(labels)
    assert math.isnan(silhouettes(points, [split])[0])
    assert math.isnan(davies_bouldin(points, split))
    assert math.isnan(calinski_harabasz(points, split))


def test_points_that_all_coincide_have_a_silhouette_of_zero() -> None:
    assert silhouettes(np.ones((6, 2)), [np.array([0, 0, 0, 1, 1, 1])]) == [0.0]


def test_the_better_split_has_the_better_indices() -> None:
    rng = np.random.default_rng(6)
    points = np.vstack([rng.normal(0, 1, (100, 2)), rng.normal(8, 1, (100, 2))])
    right, wrong = np.repeat([0, 1], 100), np.tile([0, 1], 100)
    assert silhouettes(points, [right])[0] > 0.7 > 0.1 > silhouettes(points, [wrong])[0]
    assert davies_bouldin(points, right) < davies_bouldin(points, wrong)
    assert calinski_harabasz(points, right) > calinski_harabasz(points, wrong)


def test_points_in_no_cluster_count_as_zero_for_the_silhouette_and_not_for_the_others() -> None:
    rng = np.random.default_rng(7)
    points = np.vstack([rng.normal(0, 1, (100, 2)), rng.normal(8, 1, (100, 2)), rng.uniform(-20, 20, (50, 2))])
    labels = np.repeat([0, 1, -1], [100, 100, 50])
    clustered, of_them = points[:200], labels[:200]
    assert silhouettes(points, [labels])[0] == pytest.approx(0.8 * silhouette_score(clustered, of_them), abs=1e-5)
    assert davies_bouldin(points, labels) == davies_bouldin(clustered, of_them)
    assert calinski_harabasz(points, labels) == calinski_harabasz(clustered, of_them)


def test_a_split_that_places_nobody_has_no_index() -> None:
    nobody = np.full(5, -1)
    assert math.isnan(silhouettes(np.eye(5), [nobody])[0])
    assert math.isnan(davies_bouldin(np.eye(5), nobody))
