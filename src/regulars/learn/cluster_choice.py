"""Which k is published: the best silhouette among the k whose fit to everyone is of use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from regulars.learn.cluster_indices import Labels
from regulars.learn.cluster_search import Candidate
from regulars.learn.features import Floats
from regulars.learn.kmeans import fit_centres, nearest_centres

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """Everyone's clusters: the centres, and for each customer the place of the nearest one and the distance to it."""

    centres: Floats
    labels: Labels
    distances: Floats


def choose_split(
    candidates: Sequence[Candidate], points: Floats, rows: npt.NDArray[np.intp], has_bought: Mask
) -> tuple[list[Candidate], Split | None]:
    """Takes the best silhouette (the smaller k of equals) whose split is of use, on the sample and then on everyone.

    Shares are of everyone. Where no k is of use so, because those who did not buy in the window are so many and all
    alike, they are of those who did.

    Args:
        candidates: Of `try_every_k`, on a sample that starts with `rows`.
        points: Everyone, shape (customers, features).
        rows: The sample's rows among the points.
        has_bought: Who bought in the window.

    Returns:
        The candidates with their shares and verdicts, and the split; None when every k is useless.
    """
    everyone = np.ones(len(points), dtype=bool)
    judged, split = _choose_among(candidates, points, rows, everyone)
    if split is None and has_bought.any() and not has_bought.all():
        among_buyers, split = _choose_among(candidates, points, rows, has_bought)
        judged = among_buyers if split else judged
    return judged, split


def take_split(candidate: Candidate, points: Floats) -> tuple[list[Candidate], Split]:
    """The split with the k that was asked for, of use or not."""
    split = _split(points, candidate.centres)
    return [replace(candidate.judged(split.labels), is_chosen=True)], split


def _choose_among(
    candidates: Sequence[Candidate], points: Floats, rows: npt.NDArray[np.intp], judges: Mask
) -> tuple[list[Candidate], Split | None]:
    in_sample = judges[rows]
    judged = [candidate.judged(candidate.labels[: len(rows)][in_sample]) for candidate in candidates]
    for place in sorted(range(len(judged)), key=lambda place: _rank(judged[place])):
        if not judged[place].is_useful:
            continue
        split = _split(points, judged[place].centres)
        # A cluster near the limit on the sample may lie beyond it on everyone, who count.
        judged[place] = judged[place].judged(split.labels[judges])
        if judged[place].is_useful:
            judged[place] = replace(judged[place], is_chosen=True)
            return judged, split
    return judged, None


def _rank(candidate: Candidate) -> tuple[float, int]:
    return (math.inf if math.isnan(candidate.silhouette) else -candidate.silhouette, candidate.k)


def _split(points: Floats, start: Floats) -> Split:
    centres = fit_centres(points, start)
    return Split(centres, *nearest_centres(points, centres))
