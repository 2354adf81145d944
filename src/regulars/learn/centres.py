"""The centres of k-means on everyone, started where a trial on a sample ended, and who is nearest to which."""

from __future__ import annotations

import numpy as np

from regulars.learn.cluster_indices import Labels
from regulars.learn.features import Floats
from regulars.learn.one_thread import one_thread

_BLOCK = 32_768  # customers at a time: their distances stay in the processor's cache


def fit_centres(points: Floats, start: Floats) -> Floats:
    """The centres of all the points, from those of a sample: a good start needs a handful of iterations."""
    from sklearn.cluster import KMeans

    with one_thread():
        centres: Floats = KMeans(len(start), init=start, n_init=1).fit(points).cluster_centers_
    return centres


def nearest_centres(points: Floats, centres: Floats) -> tuple[Labels, Floats]:
    """For every point the index of its nearest centre, the first of equals, and the distance to it.

    Sums feature by feature rather than by matrix product, so that a point's answer never depends on its neighbours'.
    """
    labels = np.empty(len(points), dtype=np.intp)
    squares = np.empty(len(points), dtype=float)
    for start in range(0, len(points), _BLOCK):
        columns = np.ascontiguousarray(points[start : start + _BLOCK].T)
        distances = np.zeros((len(centres), columns.shape[1]), dtype=float)
        for place, centre in enumerate(centres):
            for column, value in zip(columns, centre, strict=True):
                distances[place] += (column - value) ** 2
        labels[start : start + _BLOCK] = distances.argmin(axis=0)
        squares[start : start + _BLOCK] = distances.min(axis=0)
    return labels, np.sqrt(squares)
