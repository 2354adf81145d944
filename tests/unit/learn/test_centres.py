from __future__ import annotations

import numpy as np

from regulars.learn.centres import fit_centres, nearest_centres


def _groups() -> np.ndarray:
    rng = np.random.default_rng(4)
    return np.vstack([rng.normal(centre, 0.3, (400, 2)) for centre in ((0, 0), (5, 0), (0, 5))])


def test_the_fit_moves_the_centres_of_a_sample_to_those_of_everyone_in_their_order() -> None:
    points = _groups()
    start = np.array([[4.0, 1.0], [1.0, 4.0], [1.0, 1.0]])
    centres = fit_centres(points, start)
    assert np.allclose(centres, [points[400:800].mean(axis=0), points[800:].mean(axis=0), points[:400].mean(axis=0)])


def test_every_point_goes_to_its_nearest_centre_and_ties_to_the_first() -> None:
    labels, distances = nearest_centres(np.array([[0.0, 3.0], [10.0, 0.0], [5.0, 0.0]]), np.array([[0.0, 0], [10, 0]]))
    assert labels.tolist() == [0, 1, 0]
    assert distances.tolist() == [3.0, 0.0, 5.0]


def test_more_points_than_one_block_are_assigned_alike() -> None:
    points = np.random.default_rng(1).normal(0, 1, (70_000, 3))
    centres = points[:5]
    labels, distances = nearest_centres(points, centres)
    all_distances = np.linalg.norm(points[:, None] - centres[None], axis=2)
    assert np.array_equal(labels, all_distances.argmin(axis=1))
    assert np.allclose(distances, all_distances.min(axis=1))
