"""Trials of k-means on a sample, one per k."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from regulars.learn.cluster_placement import NearestCentre
from regulars.learn.cluster_trial import Trial
from regulars.learn.features import Floats


def try_splits(sample: Floats, ks: Sequence[int], seed: int, starts: int) -> list[Trial]:
    """One trial per k, each the best of a few k-means++ starts.

    Args:
        sample: Shape (points, features), with at least as many points as the largest k.
        ks: The numbers of clusters.
        seed: What makes the starts repeatable.
        starts: k-means++ starts per k; the best is kept.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    trials = []
    for k in ks:
        with warnings.catch_warnings():
            # A bootstrap sample may hold fewer different points than k; some clusters are then empty.
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = KMeans(k, n_init=starts, random_state=seed % 2**32).fit(sample)
        placement = NearestCentre(fitted.cluster_centers_, is_refined=True)
        trials.append(Trial(f"k = {k}", placement, fitted.labels_.astype(np.intp)))
    return trials
