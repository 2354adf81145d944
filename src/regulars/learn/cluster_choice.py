"""Which split is published: the best silhouette among those whose fit to everyone is of use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from regulars.learn.cluster_indices import Labels
from regulars.learn.cluster_placement import Placement
from regulars.learn.cluster_search import Candidate
from regulars.learn.features import Floats

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """Everyone's clusters.

    Attributes:
        algorithm: What made it.
        placement: How it places points.
        labels: Each customer's cluster; -1 for none.
        distances: The distance to its centre; NaN without one.
    """

    algorithm: str
    placement: Placement
    labels: Labels
    distances: Floats


def choose_split(
    candidates: Sequence[Candidate], points: Floats, rows: npt.NDArray[np.intp], has_bought: Mask
) -> tuple[list[Candidate], Split | None]:
    """Takes the best silhouette (of equals the first) whose split is of use, on the sample and then on everyone.

    Shares are of everyone. Where no split is of use so, because those who did not buy in the window are so many and all
    alike, they are of those who did.

    Args:
        candidates: Of `search`, on a sample that starts with `rows`.
        points: Everyone, shape (customers, features).
        rows: The sample's rows among the points.
        has_bought: Who bought in the window.

    Returns:
        The candidates with their shares and verdicts, and the split; None when every one is useless.
    """
    everyone = np.ones(len(points), dtype=bool)
    judged, split = _choose_among(candidates, points, rows, everyone)
    if split is None and has_bought.any() and not has_bought.all():
        among_buyers, split = _choose_among(candidates, points, rows, has_bought)
        judged = among_buyers if split else judged
    return judged, split


def take_split(candidates: Sequence[Candidate], points: Floats) -> tuple[list[Candidate], Split]:
    """The split with the k that was asked for: of use or not, when it is the only one or none is.

    Args:
        candidates: One per algorithm, all with that k.
        points: Everyone.
    """
    splits = [_split(candidate, points) for candidate in candidates]
    judged = [candidate.judged(split.labels) for candidate, split in zip(candidates, splits, strict=True)]
    best = min(range(len(judged)), key=lambda place: (not judged[place].is_useful, *_rank(judged, place)))
    judged[best] = replace(judged[best], is_chosen=True)
    return judged, splits[best]


def _choose_among(
    candidates: Sequence[Candidate], points: Floats, rows: npt.NDArray[np.intp], judges: Mask
) -> tuple[list[Candidate], Split | None]:
    in_sample = judges[rows]
    judged = [candidate.judged(candidate.labels[: len(rows)][in_sample]) for candidate in candidates]
    for place in sorted(range(len(judged)), key=lambda place: _rank(judged, place)):
        if not judged[place].is_useful:
            continue
        split = _split(judged[place], points)
        # A cluster near the limit on the sample may lie beyond it on everyone, who count.
        judged[place] = judged[place].judged(split.labels[judges])
        if judged[place].is_useful:
            judged[place] = replace(judged[place], is_chosen=True)
            return judged, split
    return judged, None


def _rank(candidates: Sequence[Candidate], place: int) -> tuple[float, int]:
    """The best silhouette first; of equals the first, which is the simpler algorithm and the smaller k."""
    silhouette = candidates[place].silhouette
    return (math.inf if math.isnan(silhouette) else -silhouette, place)


def _split(candidate: Candidate, points: Floats) -> Split:
    placement = candidate.placement.fitted_to(points)
    labels, distances = placement.place(points)
    customers = np.bincount(labels[labels >= 0], minlength=candidate.k)
    if not customers.all():
        # A distribution of a mixture may be likeliest for nobody; a cluster without customers is none.
        placement = placement.reordered(np.flatnonzero(customers))
        labels, distances = placement.place(points)
    return Split(candidate.algorithm, placement, labels, distances)
