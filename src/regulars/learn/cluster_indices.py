"""How good a split into clusters is, by three indices; none of them knows which algorithm made it.

An index that a split has no value for (one cluster, or every point its own) is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from regulars.learn.features import Floats

Labels = npt.NDArray[np.intp]

_BLOCK = 250  # rows of the distance matrix at a time: small enough to stay in the processor's cache


def silhouettes(points: Floats, splits: Sequence[Labels]) -> list[float]:
    """The mean silhouette of several splits of the same points (Rousseeuw 1987); higher is better.

    Every distance is computed once for all the splits, which is what makes the search for k cheap.

    Args:
        points: Shape (points, features).
        splits: For each split, the label of every point: 0, 1, 2, …
    """
    if not splits or len(points) < 2:
        return [float("nan")] * len(splits)
    members = [np.eye(int(labels.max()) + 1, dtype=np.float32)[labels] for labels in splits]
    sums = _distance_sums(points, np.hstack(members))
    starts = np.cumsum([0, *(member.shape[1] for member in members)])
    parts = [sums[:, start:end] for start, end in pairwise(starts)]
    return [_mean_silhouette(part, labels) for part, labels in zip(parts, splits, strict=True)]


def davies_bouldin(points: Floats, labels: Labels) -> float:
    """The mean likeness of each cluster to the one most like it (Davies and Bouldin 1979); lower is better."""
    from sklearn.metrics import davies_bouldin_score

    return float(davies_bouldin_score(points, labels)) if _is_split(labels) else float("nan")


def calinski_harabasz(points: Floats, labels: Labels) -> float:
    """Spread between clusters over spread within them (Calinski and Harabasz 1974); higher is better."""
    from sklearn.metrics import calinski_harabasz_score

    return float(calinski_harabasz_score(points, labels)) if _is_split(labels) else float("nan")


def _distance_sums(points: Floats, members: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """For every point, the sum of its distances to the members of every cluster."""
    sums = np.empty((len(points), members.shape[1]))
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        distances = np.zeros((len(block), len(points)), dtype=np.float32)
        for feature in range(points.shape[1]):
            difference = block[:, feature, None] - points[None, :, feature]
            distances += difference * difference
        sums[start : start + _BLOCK] = np.sqrt(distances, out=distances) @ members
    return sums


def _mean_silhouette(sums: npt.NDArray[np.float64], labels: Labels) -> float:
    if not _is_split(labels):
        return float("nan")
    rows = np.arange(len(labels))
    sizes = np.bincount(labels, minlength=sums.shape[1]).astype(np.float64)
    own_size = sizes[labels]
    within = sums[rows, labels] / np.maximum(own_size - 1, 1)
    with np.errstate(invalid="ignore"):
        means = np.where(sizes > 0, sums / sizes, np.inf)
    means[rows, labels] = np.inf
    nearest_other = means.min(axis=1)
    widest = np.maximum(within, nearest_other)
    scores = np.divide(nearest_other - within, widest, out=np.zeros(len(labels)), where=widest > 0)
    return float(np.mean(np.where(own_size > 1, scores, 0.0)))


def _is_split(labels: Labels) -> bool:
    return 2 <= np.unique(labels).size < labels.size
