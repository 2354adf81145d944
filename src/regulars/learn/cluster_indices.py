"""How good a split into clusters is, by three indices; none of them knows which algorithm made it.

An index that a split has no value for (one cluster, or every point its own) is NaN. Points with the label -1 are in no
cluster: for the silhouette they count as 0, like a cluster of one, so that leaving out the hard ones is no advantage;
the other two indices are of the points that are in clusters.
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
        splits: For each split, the label of every point: 0, 1, 2, …, or -1 for none.
    """
    if not splits or len(points) < 2:
        return [float("nan")] * len(splits)
    members = [_memberships(labels) for labels in splits]
    sums = _distance_sums(points, np.hstack(members))
    starts = np.cumsum([0, *(member.shape[1] for member in members)])
    parts = [sums[:, start:end] for start, end in pairwise(starts)]
    return [_mean_silhouette(part, labels) for part, labels in zip(parts, splits, strict=True)]


def davies_bouldin(points: Floats, labels: Labels) -> float:
    """The mean likeness of each cluster to the one most like it (Davies and Bouldin 1979); lower is better."""
    from sklearn.metrics import davies_bouldin_score

    points, labels = _placed(points, labels)
    return float(davies_bouldin_score(points, labels)) if _is_split(labels) else float("nan")


def calinski_harabasz(points: Floats, labels: Labels) -> float:
    """Spread between clusters over spread within them (Calinski and Harabasz 1974); higher is better."""
    from sklearn.metrics import calinski_harabasz_score

    points, labels = _placed(points, labels)
    return float(calinski_harabasz_score(points, labels)) if _is_split(labels) else float("nan")


def _placed(points: Floats, labels: Labels) -> tuple[Floats, Labels]:
    is_placed = labels >= 0
    return (points, labels) if is_placed.all() else (points[is_placed], labels[is_placed])


def _memberships(labels: Labels) -> npt.NDArray[np.float32]:
    """For every point and cluster whether the point is in it; a row of zeros for a point in none."""
    return np.eye(max(int(labels.max()), 0) + 2, dtype=np.float32)[labels][:, :-1]


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
    is_placed = labels >= 0
    placed_share = float(is_placed.mean())
    sums, labels = sums[is_placed], labels[is_placed]
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
    return float(np.mean(np.where(own_size > 1, scores, 0.0))) * placed_share


def _is_split(labels: Labels) -> bool:
    return 2 <= np.unique(labels).size < labels.size
