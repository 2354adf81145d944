"""Spectral clustering: k-means on the leading eigenvectors of the sample's likeness, so clusters may be bent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regulars.learn.cluster_placement import NearestMember
from regulars.learn.cluster_trial import Trial
from regulars.learn.features import Floats
from regulars.learn.kmeans import try_splits

_SMALL = 100  # points, up to which all eigenvectors cost less than a search for the leading ones


def try_spectra(sample: Floats, ks: Sequence[int], seed: int, starts: int) -> list[Trial]:
    """One trial per k (Ng, Jordan and Weiss 2001); the eigenvectors are found once for all of them.

    Likeness is exp(-2 distance² / variance), with the mean variance of the features: it reaches half a standard
    deviation, which follows bent clusters and does not take single customers for clusters. Others go to their nearest
    member.
    """
    vectors = _leading_vectors(_likeness(sample), max(ks))
    trials = []
    for k in ks:
        rows = vectors[:, :k]
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit_rows = rows / np.where(lengths > 0, lengths, 1.0)
        split = try_splits(unit_rows, [k], seed, starts)[0]
        placement = NearestMember.of_sample(sample, split.labels)
        trials.append(Trial(split.setting, placement, placement.place(sample)[0]))
    return trials


def _likeness(sample: Floats) -> Floats:
    """The likeness of every two points, divided by the roots of their sums."""
    variance = float(np.mean(np.var(sample, axis=0))) or 1.0
    squares = np.zeros((len(sample), len(sample)))
    for column in sample.T:
        squares += (column[:, None] - column[None, :]) ** 2
    likeness = np.exp(-2 * squares / variance)
    roots = np.sqrt(likeness.sum(axis=1))
    normalised: Floats = likeness / roots[:, None] / roots[None, :]
    return normalised


def _leading_vectors(likeness: Floats, count: int) -> Floats:
    """The eigenvectors of the largest eigenvalues, the largest first."""
    from scipy.linalg import eigh
    from scipy.sparse.linalg import eigsh

    size = len(likeness)
    if size <= max(_SMALL, 2 * count):
        _, vectors = eigh(likeness, subset_by_index=[size - min(count, size), size - 1])
    else:
        # A start that is no chance: Lanczos would otherwise take a random one.
        values, vectors = eigsh(likeness, k=count, which="LA", v0=1 + np.arange(size) % 7 / 7)
        vectors = vectors[:, np.argsort(values)]
    leading: Floats = vectors[:, ::-1]
    return leading
