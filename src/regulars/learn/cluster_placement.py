"""How a clustering places any customer, those it was fitted to and new ones alike: by centres, mixtures or neighbours.

Algorithms differ in how they find clusters; once found, there are three rules by which a point is in one of them. Each
rule answers point by point, so that nobody's cluster depends on who else is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from regulars.learn.centres import fit_centres, nearest_centres
from regulars.learn.cluster_indices import Labels
from regulars.learn.features import Floats

UNPLACED = -1  # the label of a point that is in no cluster
_BLOCK = 32_768


class Placement(Protocol):
    """A rule of placing points. Labels are 0 to k - 1, and -1 for a point in no cluster."""

    @property
    def rule(self) -> str:
        """What the rule is called."""
        ...

    @property
    def centres(self) -> Floats:
        """Shape (k, features): the middles of the clusters."""
        ...

    def place(self, points: Floats) -> tuple[Labels, Floats]:
        """For every point its cluster, and the distance to that cluster's centre (NaN without a cluster)."""
        ...

    def fitted_to(self, points: Floats) -> Placement:
        """The same clusters after a look at everyone, where the algorithm can afford one."""
        ...

    def reordered(self, order: npt.NDArray[np.intp]) -> Placement:
        """The same clusters in another order: cluster i of it is cluster order[i] of this."""
        ...

    def content(self) -> dict[str, Any]:
        """Arrays and plain values that say all, for saving."""
        ...


@dataclass(frozen=True)
class NearestCentre:
    """A point is in the cluster whose centre is nearest, the first of equals.

    Attributes:
        centres: Shape (k, features).
        is_refined: Whether the centres are moved to the means of everyone (k-means) or stay those of the sample.
    """

    centres: Floats
    is_refined: bool
    rule: ClassVar[str] = "nearest centre"

    def place(self, points: Floats) -> tuple[Labels, Floats]:
        """The nearest centre, and the distance to it."""
        return nearest_centres(points, self.centres)

    def fitted_to(self, points: Floats) -> NearestCentre:
        """Centres that are the means of everyone, started from these."""
        return replace(self, centres=fit_centres(points, self.centres)) if self.is_refined else self

    def reordered(self, order: npt.NDArray[np.intp]) -> NearestCentre:
        """The same clusters in another order."""
        return replace(self, centres=self.centres[order])

    def content(self) -> dict[str, Any]:
        """For saving."""
        return {"rule": self.rule, "centres": self.centres, "is_refined": self.is_refined}


@dataclass(frozen=True)
class LikeliestMixture:
    """A point is in the cluster that it comes from most probably: the normal distribution with the highest density.

    Attributes:
        centres: Shape (k, features): the means.
        precisions: Shape (k, features, features): the inverse covariances.
        offsets: Shape (k,): log determinant of the covariance minus twice the log of the weight.
    """

    centres: Floats
    precisions: Floats
    offsets: Floats
    rule: ClassVar[str] = "likeliest mixture"

    def place(self, points: Floats) -> tuple[Labels, Floats]:
        """The likeliest cluster; term by term, so that SQL that does the same sum agrees."""
        labels = np.empty(len(points), dtype=np.intp)
        for start in range(0, len(points), _BLOCK):
            columns = np.ascontiguousarray(points[start : start + _BLOCK].T)
            unlikeliness = np.empty((len(self.centres), columns.shape[1]))
            for place, (centre, precision, offset) in enumerate(
                zip(self.centres, self.precisions, self.offsets, strict=True)
            ):
                away = columns - centre[:, None]
                unlikeliness[place] = offset
                for i in range(len(centre)):
                    for j in range(i + 1):
                        weight = precision[i, j] if i == j else precision[i, j] + precision[j, i]
                        unlikeliness[place] += weight * away[i] * away[j]
            labels[start : start + _BLOCK] = unlikeliness.argmin(axis=0)
        return labels, distances_to(points, labels, self.centres)

    def fitted_to(self, points: Floats) -> LikeliestMixture:
        """The mixture of everyone, started from this one."""
        from regulars.learn.gaussian_mixture import refit

        return refit(self, points)

    def reordered(self, order: npt.NDArray[np.intp]) -> LikeliestMixture:
        """The same clusters in another order."""
        return LikeliestMixture(self.centres[order], self.precisions[order], self.offsets[order])

    def content(self) -> dict[str, Any]:
        """For saving."""
        return {
            "rule": self.rule,
            "centres": self.centres,
            "precisions": self.precisions,
            "offsets": self.offsets,
        }


@dataclass(frozen=True)
class NearestMember:
    """A point is in the cluster of the nearest member of the sample, if that is near enough.

    Attributes:
        centres: Shape (k, features): the means of the clusters' members.
        members: Shape (members, features), no two alike.
        labels: The members' clusters; -1 for one that is in none, which can be the nearest too.
        radius: How far a member reaches; infinite where everyone is to be placed.
    """

    centres: Floats
    members: Floats
    labels: Labels
    radius: float
    rule: ClassVar[str] = "nearest member"

    @classmethod
    def of_sample(cls, sample: Floats, labels: Labels, radius: float = float("inf")) -> NearestMember:
        """The rule of a sample's labels; of equal points the first decides."""
        members, firsts = np.unique(sample, axis=0, return_index=True)
        return cls(means(sample, labels), members, labels[firsts], radius)

    def place(self, points: Floats) -> tuple[Labels, Floats]:
        """The nearest member's cluster."""
        from scipy.spatial import cKDTree

        labels = np.full(len(points), UNPLACED, dtype=np.intp)
        if len(self.members):
            # A bound of the search must be above the radius, for the tree leaves out what lies on it.
            bound = np.nextafter(self.radius, np.inf) if np.isfinite(self.radius) else np.inf
            _, nearest = cKDTree(self.members).query(points, distance_upper_bound=bound)
            found = nearest < len(self.members)
            labels[found] = self.labels[nearest[found]]
        return labels, distances_to(points, labels, self.centres)

    def fitted_to(self, points: Floats) -> NearestMember:
        """The same members, and the centres of everyone whom they place."""
        labels, _ = self.place(points)
        return replace(self, centres=means(points, labels, len(self.centres), otherwise=self.centres))

    def reordered(self, order: npt.NDArray[np.intp]) -> NearestMember:
        """The same clusters in another order."""
        new_labels = np.append(np.argsort(order), UNPLACED)  # the last one is that of label -1
        return replace(self, centres=self.centres[order], labels=new_labels[self.labels])

    def content(self) -> dict[str, Any]:
        """For saving."""
        return {
            "rule": self.rule,
            "centres": self.centres,
            "members": self.members,
            "labels": self.labels,
            "radius": self.radius,
        }


def from_content(content: dict[str, Any]) -> Placement:
    """The placement that `content` was made of."""
    kinds: Sequence[type[NearestCentre | LikeliestMixture | NearestMember]] = (
        NearestCentre,
        LikeliestMixture,
        NearestMember,
    )
    kind = next(kind for kind in kinds if kind.rule == content["rule"])
    return kind(**{name: value for name, value in content.items() if name != "rule"})


def means(points: Floats, labels: Labels, k: int | None = None, otherwise: Floats | None = None) -> Floats:
    """The mean of every cluster's points, shape (k, features); of a cluster without points what `otherwise` says."""
    k = int(labels.max(initial=-1)) + 1 if k is None else k
    is_placed = labels != UNPLACED
    sizes = np.bincount(labels[is_placed], minlength=k)
    sums = [np.bincount(labels[is_placed], weights=column[is_placed], minlength=k) for column in points.T]
    with np.errstate(invalid="ignore"):
        centres: Floats = np.column_stack(sums) / sizes[:, None] if k else np.empty((0, points.shape[1]))
    return centres if otherwise is None else np.where(sizes[:, None] > 0, centres, otherwise)


def distances_to(points: Floats, labels: Labels, centres: Floats) -> Floats:
    """For every point the distance to the centre of its cluster; NaN without one."""
    squares = np.zeros(len(points))
    if len(centres):
        for column, centre in zip(points.T, centres.T, strict=True):
            squares += (column - centre[labels]) ** 2
    return np.where(labels == UNPLACED, np.nan, np.sqrt(squares))
