"""Agglomerative clustering by Ward's criterion: one tree of the sample, cut at every k; then the nearest mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regulars.learn.cluster_placement import NearestCentre, means
from regulars.learn.cluster_trial import Trial
from regulars.learn.features import Floats


def try_cuts(sample: Floats, ks: Sequence[int], seed: int, starts: int) -> list[Trial]:
    """One trial per k, all of the same tree (Ward 1963); there is no chance in it.

    Its clusters are compact, so a point is placed by the nearest mean, members of the sample too: what is published is
    then what a new customer with the same values would get.
    """
    from scipy.cluster.hierarchy import cut_tree, linkage

    tree = linkage(sample, method="ward")
    trials = []
    for k, cut in zip(ks, cut_tree(tree, n_clusters=list(ks)).T, strict=True):
        placement = NearestCentre(means(sample, cut.astype(np.intp)), is_refined=False)
        trials.append(Trial(f"k = {k}", placement, placement.place(sample)[0]))
    return trials
