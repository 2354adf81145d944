"""DBSCAN and HDBSCAN: clusters are where customers lie close together, and those far from any are in none.

Both find the number of clusters themselves, and look for it at a few settings that are relative to the sample, so that
the same words mean the same in a shop of fifty and in one of a million.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regulars.learn.cluster_placement import UNPLACED, NearestMember, means
from regulars.learn.cluster_trial import Trial
from regulars.learn.features import Floats

_REACHES = (80, 90, 95, 98)  # percentiles of the distances to the nearest neighbours
_SMALLEST = (2, 3, 5, 10)  # per cent of the sample that make a cluster


def try_dbscan(sample: Floats, ks: Sequence[int], seed: int, starts: int) -> list[Trial]:
    """One trial per reach (Ester, Kriegel, Sander and Xu 1996).

    A point with at least so many neighbours within reach is a core of its cluster: twice as many as there are features,
    and at least one in two hundred of the sample. The reach is a percentile of the distances to the last of them.
    Others go to the nearest core within reach, which is what DBSCAN does with the sample.
    """
    from sklearn.cluster import DBSCAN
    from sklearn.neighbors import NearestNeighbors

    needed = min(max(2 * sample.shape[1], len(sample) // 200), len(sample))
    distances = NearestNeighbors(n_neighbors=needed).fit(sample).kneighbors(sample)[0][:, -1]
    trials = []
    for percentile in _REACHES:
        reach = float(np.percentile(distances, percentile))
        # Where most are alike the distance is none, and DBSCAN wants one.
        reach = reach or float(distances.max()) or 1.0
        fitted = DBSCAN(eps=reach, min_samples=needed).fit(sample)
        cores = fitted.core_sample_indices_
        placement = NearestMember.of_sample(sample[cores], fitted.labels_[cores].astype(np.intp), reach)
        trials.append(_trial(f"reach of {percentile} %", placement, sample))
    return trials


def try_hdbscan(sample: Floats, ks: Sequence[int], seed: int, starts: int) -> list[Trial]:
    """One trial per smallest size of a cluster (Campello, Moulavi and Sander 2013).

    Others go where their nearest member of the sample is, which may be no cluster.
    """
    from sklearn.cluster import HDBSCAN

    trials = []
    for per_cent in _SMALLEST:
        smallest = max(2, len(sample) * per_cent // 100)
        fitted = HDBSCAN(min_cluster_size=smallest, min_samples=min(smallest, 10), copy=True).fit(sample)
        placement = NearestMember.of_sample(sample, fitted.labels_.astype(np.intp))
        trials.append(_trial(f"at least {per_cent} %", placement, sample))
    return trials


def _trial(setting: str, placement: NearestMember, sample: Floats) -> Trial:
    labels, _ = placement.place(sample)
    # The centres of all members, not of the cores alone.
    if (labels != UNPLACED).any():
        centres = means(sample, labels, len(placement.centres), otherwise=placement.centres)
        placement = NearestMember(centres, placement.members, placement.labels, placement.radius)
    return Trial(setting, placement, labels)
