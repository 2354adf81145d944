"""The search for algorithm and k: each is tried on a small sample, measured by indices and judged for its use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.learn.cluster_algorithms import ALGORITHMS
from regulars.learn.cluster_indices import Labels, calinski_harabasz, davies_bouldin, silhouettes
from regulars.learn.cluster_placement import Placement
from regulars.learn.cluster_stability import stabilities
from regulars.learn.features import Floats
from regulars.learn.one_thread import one_thread

SILHOUETTE_SAMPLE = 3_000
LARGEST_SHARE = 0.80
SMALLEST_SHARE = 0.01
LARGEST_UNCLUSTERED_SHARE = 0.20
_STARTS = 4  # starts per k on the sample; the best is kept

CLUSTER_SEARCH = pa.schema(
    [
        ("algorithm", pa.string()),
        ("setting", pa.string()),
        ("k", pa.int32()),
        ("silhouette", pa.float64()),
        ("davies_bouldin", pa.float64()),
        ("calinski_harabasz", pa.float64()),
        ("inertia", pa.float64()),
        ("stability", pa.float64()),
        ("largest_share", pa.float64()),
        ("smallest_share", pa.float64()),
        ("unclustered_share", pa.float64()),
        ("is_elbow", pa.bool_()),
        ("is_useful", pa.bool_()),
        ("is_chosen", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Candidate:
    """One algorithm and setting: its split of the sample, that split's indices (NaN where undefined), its fate.

    Attributes:
        algorithm: What made it.
        setting: What was asked of the algorithm, such as "k = 4".
        placement: How it places points.
        labels: The cluster of every point of the sample; -1 for none.
        silhouette: Higher is better; of at most 3,000 points.
        davies_bouldin: Lower is better.
        calinski_harabasz: Higher is better.
        inertia: Sum of squared distances to the centres, over the sample.
        stability: Mean adjusted Rand index with the same setting on bootstrap samples; 1 is the same split.
        largest_share: Share of the customers judged that are in the largest cluster.
        smallest_share: The same of the smallest.
        unclustered_share: The same of those in no cluster.
        is_elbow: Whether of the algorithm's ks inertia bends most at this one.
        is_useful: Whether it has two clusters or more, none with more than 80 % of them and none with less than 1 %,
            and at most 20 % of them are in none.
        is_chosen: Whether this split was published.
    """

    algorithm: str
    setting: str
    placement: Placement
    labels: Labels
    silhouette: float
    davies_bouldin: float
    calinski_harabasz: float
    inertia: float
    stability: float = math.nan
    largest_share: float = math.nan
    smallest_share: float = math.nan
    unclustered_share: float = math.nan
    is_elbow: bool = False
    is_useful: bool = False
    is_chosen: bool = False

    @property
    def k(self) -> int:
        """The number of clusters."""
        return len(self.placement.centres)

    def judged(self, labels: Labels) -> Candidate:
        """The candidate with the shares of these customers' clusters, and whether such a split is of use."""
        counts = np.bincount(labels + 1, minlength=self.k + 1) / max(len(labels), 1)
        unclustered, shares = float(counts[0]), counts[1:]
        largest, smallest = float(shares.max(initial=0.0)), float(shares.min(initial=1.0)) if self.k else 0.0
        is_useful = (
            self.k > 1
            and largest <= LARGEST_SHARE
            and smallest >= SMALLEST_SHARE
            and unclustered <= LARGEST_UNCLUSTERED_SHARE
        )
        return replace(
            self,
            largest_share=largest,
            smallest_share=smallest,
            unclustered_share=unclustered,
            is_useful=is_useful,
        )


def search(
    sample: Floats,
    ks: Sequence[int],
    seed: int,
    *,
    algorithms: Sequence[str] = ("kmeans",),
    quadratic_sample: int = 3_000,
    bootstraps: int = 0,
) -> list[Candidate]:
    """Splits the sample by every algorithm, for every k or setting of it, and measures each split.

    Args:
        sample: Shape (points, features), in an order that says nothing: the silhouette is of the first 3,000.
        ks: The numbers of clusters to try, none above the number of different points. Algorithms that find k themselves
            keep those of their splits that have one of these.
        seed: What makes the trials repeatable.
        algorithms: Names of algorithms.
        quadratic_sample: Points that algorithms see whose cost grows with the square of them.
        bootstraps: Bootstrap samples for the stability; 0 for none.
    """
    found: list[Candidate] = []
    with one_thread():
        for name in algorithms:
            algorithm = ALGORITHMS[name]
            trials = algorithm.trials(sample, ks, seed, quadratic_sample, _STARTS)
            trials = [trial for trial in trials if trial.k in ks]
            steadiness = stabilities(algorithm, trials, sample, ks, seed, bootstraps)
            widths = silhouettes(sample[:SILHOUETTE_SAMPLE], [trial.labels[:SILHOUETTE_SAMPLE] for trial in trials])
            bent_most = None if algorithm.finds_k else elbow([trial.inertia(sample) for trial in trials])
            found += [
                Candidate(
                    name,
                    trial.setting,
                    trial.placement,
                    trial.labels,
                    silhouette,
                    davies_bouldin(sample, trial.labels),
                    calinski_harabasz(sample, trial.labels),
                    trial.inertia(sample),
                    stability,
                    is_elbow=place == bent_most,
                )
                for place, (trial, silhouette, stability) in enumerate(zip(trials, widths, steadiness, strict=True))
            ]
    return found


def elbow(inertias: Sequence[float]) -> int | None:
    """Where a falling curve bends most: the point farthest below the line from its first to its last point.

    Both axes are scaled to 1 (Satopaa, Albrecht, Irwin and Raghavan 2011, "Kneedle"). None for a curve that has no
    inner point, or that bends nowhere.
    """
    if len(inertias) < 3 or not inertias[0] > inertias[-1]:
        return None
    falls = (np.array(inertias) - inertias[-1]) / (inertias[0] - inertias[-1])
    below = np.linspace(1, 0, len(falls)) - falls
    return int(below.argmax()) if below.max() > 1e-9 else None


def search_table(candidates: Sequence[Candidate]) -> pa.Table:
    """learned.cluster_search: one row per algorithm and setting that was tried."""
    rows = [{name: _plain(getattr(candidate, name)) for name in CLUSTER_SEARCH.names} for candidate in candidates]
    return pa.Table.from_pylist(rows, schema=CLUSTER_SEARCH)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
