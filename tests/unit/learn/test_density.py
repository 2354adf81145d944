from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import DBSCAN
from sklearn.neighbors import NearestNeighbors

from regulars.learn.density import try_dbscan, try_hdbscan

pytestmark = pytest.mark.usefixtures("on_one_thread")


def _with_strays() -> np.ndarray:
    rng = np.random.default_rng(8)
    groups = [rng.normal(centre, 0.3, (300, 2)) for centre in ((0, 0), (5, 5))]
    return rng.permutation(np.vstack([*groups, rng.uniform(-20, 25, (30, 2))]))


def test_dbscan_is_that_of_scikit_learn_but_for_points_on_the_border_of_two() -> None:
    points = _with_strays()
    for trial, percentile in zip(try_dbscan(points, [2], 7, 1), (80, 90, 95, 98), strict=True):
        reach = np.percentile(NearestNeighbors(n_neighbors=4).fit(points).kneighbors(points)[0][:, -1], percentile)
        expected = DBSCAN(eps=reach, min_samples=4).fit_predict(points)
        assert np.array_equal(expected == -1, trial.labels == -1)
        assert (expected == trial.labels).mean() > 0.99


@pytest.mark.parametrize("make_trials", [try_dbscan, try_hdbscan])
def test_strays_are_in_no_cluster_and_have_no_distance(make_trials) -> None:
    points = _with_strays()
    trial = next(trial for trial in make_trials(points, [2], 7, 1) if trial.k == 2)
    labels, distances = trial.placement.place(np.array([[0.0, 0.0], [5.0, 5.0], [-19.0, 24.0]]))
    assert set(labels[:2]) == {0, 1} and labels[2] == -1
    assert np.isnan(distances[2]) and (distances[:2] < 0.2).all()
    assert trial.placement.centres[labels[:2]] == pytest.approx(np.array([[0, 0], [5, 5]]), abs=0.2)


def test_the_settings_are_the_same_words_for_a_sample_of_any_size() -> None:
    points = _with_strays()
    for make_trials in (try_dbscan, try_hdbscan):
        settings = [[trial.setting for trial in make_trials(points[:size], [2], 7, 1)] for size in (60, 630)]
        assert settings[0] == settings[1]
