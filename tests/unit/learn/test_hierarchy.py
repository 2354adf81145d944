from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from regulars.learn.hierarchy import try_cuts

pytestmark = pytest.mark.usefixtures("on_one_thread")


def test_the_tree_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    points = np.vstack([rng.normal(centre, 0.5, (80, 2)) for centre in ((0, 0), (4, 0), (0, 4), (9, 9))])
    trials = try_cuts(points, [2, 3, 4], 7, 1)
    for trial in trials:
        expected = AgglomerativeClustering(trial.k, linkage="ward").fit_predict(points)
        assert adjusted_rand_score(expected, trial.labels) > 0.99
    assert [trial.setting for trial in trials] == ["k = 2", "k = 3", "k = 4"]
