"""Three axes to draw customers on: the principal components of the scaled features, with signs that stay.

The first two make the flat picture and all three the deep one. A principal component may point either way; here it
points as it did in the last run, and without one so that its largest loading is positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.learn.features import Feature, Floats

AXES = ("x", "y", "z")
CLUSTER_AXES = pa.schema(
    [("axis", pa.string()), ("feature", pa.string()), ("loading", pa.float64()), ("explained_share", pa.float64())]
)


@dataclass(frozen=True)
class ClusterAxes:
    """A projection of scaled features to x, y and z.

    Attributes:
        middle: Shape (features,): the mean of everyone, which lies at (0, 0, 0).
        loadings: Shape (3, features): each axis as a direction of length 1; zeros where there are fewer features.
        explained: Shape (3,): the share of the whole variance that lies along each axis.
    """

    middle: Floats
    loadings: Floats
    explained: Floats

    @classmethod
    def fit(cls, points: Floats, features: tuple[Feature, ...], previous: pa.Table | None = None) -> ClusterAxes:
        """The axes of these customers (Pearson 1901).

        Args:
            points: Scaled features, shape (customers, features).
            features: What the columns are.
            previous: learned.cluster_axes of the last run, with which the signs agree.
        """
        middle = points.mean(axis=0)
        away = points - middle
        # Each sum on its own, in one order: a matrix product may add up differently on another machine.
        covariance = np.array([[np.mean(a * b) for b in away.T] for a in away.T])
        variances, directions = np.linalg.eigh(covariance)
        order = np.argsort(-variances, kind="stable")[: len(AXES)]
        loadings = np.zeros((len(AXES), len(features)))
        explained = np.zeros(len(AXES))
        loadings[: len(order)] = directions[:, order].T
        explained[: len(order)] = np.maximum(variances[order], 0) / (max(float(variances.sum()), 0.0) or 1.0)
        before = _before(previous, features)
        signs = [_sign(axis, old) for axis, old in zip(loadings, before, strict=True)]
        return cls(middle, loadings * np.array(signs)[:, None], explained)

    def project(self, points: Floats) -> Floats:
        """x, y and z of every point, shape (points, 3)."""
        coordinates = np.zeros((len(points), len(AXES)))
        for place, axis in enumerate(self.loadings):
            for column, middle, loading in zip(points.T, self.middle, axis, strict=True):
                coordinates[:, place] += (column - middle) * loading
        return coordinates

    def table(self, features: tuple[Feature, ...]) -> pa.Table:
        """learned.cluster_axes: one row per axis and feature."""
        rows = [
            {
                "axis": axis,
                "feature": feature.column,
                "loading": float(self.loadings[place, column]),
                "explained_share": float(self.explained[place]),
            }
            for place, axis in enumerate(AXES)
            for column, feature in enumerate(features)
        ]
        return pa.Table.from_pylist(rows, schema=CLUSTER_AXES)

    def content(self) -> dict[str, Any]:
        """Arrays that say all, for saving."""
        return {"middle": self.middle, "loadings": self.loadings, "explained": self.explained}


def _sign(axis: Floats, old: Floats) -> int:
    """1, or -1 where the axis must be turned round."""
    agreement = axis @ old if old.any() else axis[np.abs(axis).argmax()]
    return -1 if agreement < 0 else 1


def _before(previous: pa.Table | None, features: tuple[Feature, ...]) -> Floats:
    """The last run's loadings of these features; zeros where there are none."""
    before = np.zeros((len(AXES), len(features)))
    names = [feature.column for feature in features]
    for row in previous.to_pylist() if previous is not None else ():
        if row["feature"] in names and row["axis"] in AXES:
            before[AXES.index(row["axis"]), names.index(row["feature"])] = row["loading"]
    return before
