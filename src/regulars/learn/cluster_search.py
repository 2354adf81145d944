"""The search for k: every k is tried on a small sample, measured by four indices and judged for its use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from regulars.learn.cluster_indices import Labels, calinski_harabasz, davies_bouldin, silhouettes
from regulars.learn.features import Floats
from regulars.learn.kmeans import try_splits
from regulars.learn.one_thread import one_thread

SILHOUETTE_SAMPLE = 3_000
LARGEST_SHARE = 0.80
SMALLEST_SHARE = 0.01

CLUSTER_SEARCH = pa.schema(
    [
        ("k", pa.int32()),
        ("silhouette", pa.float64()),
        ("davies_bouldin", pa.float64()),
        ("calinski_harabasz", pa.float64()),
        ("inertia", pa.float64()),
        ("largest_share", pa.float64()),
        ("smallest_share", pa.float64()),
        ("is_useful", pa.bool_()),
        ("is_chosen", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Candidate:
    """One k: its split of the sample, the indices of that split (NaN where undefined), and what became of it.

    Attributes:
        k: The number of clusters.
        centres: Shape (k, features).
        labels: The cluster of every point of the sample.
        silhouette: Higher is better; of at most 3,000 points.
        davies_bouldin: Lower is better.
        calinski_harabasz: Higher is better.
        inertia: Sum of squared distances to the centres, over the sample.
        largest_share: Share of the customers judged that are in the largest cluster.
        smallest_share: The same of the smallest.
        is_useful: Whether no cluster holds more than 80 % of them and none less than 1 %.
        is_chosen: Whether this k was published.
    """

    k: int
    centres: Floats
    labels: Labels
    silhouette: float
    davies_bouldin: float
    calinski_harabasz: float
    inertia: float
    largest_share: float = math.nan
    smallest_share: float = math.nan
    is_useful: bool = False
    is_chosen: bool = False

    def judged(self, labels: Labels) -> Candidate:
        """The candidate with the shares of these customers' clusters, and whether such a split is of use."""
        shares = np.bincount(labels, minlength=self.k) / max(len(labels), 1)
        largest, smallest = float(shares.max()), float(shares.min())
        is_useful = largest <= LARGEST_SHARE and smallest >= SMALLEST_SHARE
        return replace(self, largest_share=largest, smallest_share=smallest, is_useful=is_useful)


def try_every_k(sample: Floats, ks: Sequence[int], seed: int) -> list[Candidate]:
    """Splits the sample into k clusters for every k and measures each split.

    Args:
        sample: Shape (points, features), in an order that says nothing: the silhouette is of the first 3,000.
        ks: The numbers of clusters to try, none above the number of different points.
        seed: What makes the trials repeatable.
    """
    with one_thread():
        trials = try_splits(sample, ks, seed)
        widths = silhouettes(sample[:SILHOUETTE_SAMPLE], [trial.labels[:SILHOUETTE_SAMPLE] for trial in trials])
        return [
            Candidate(
                k,
                trial.centres,
                trial.labels,
                silhouette,
                davies_bouldin(sample, trial.labels),
                calinski_harabasz(sample, trial.labels),
                trial.inertia,
            )
            for k, trial, silhouette in zip(ks, trials, widths, strict=True)
        ]


def search_table(candidates: Sequence[Candidate]) -> pa.Table:
    """learned.cluster_search: one row per k that was tried."""
    rows = [{name: _plain(getattr(candidate, name)) for name in CLUSTER_SEARCH.names} for candidate in candidates]
    return pa.Table.from_pylist(rows, schema=CLUSTER_SEARCH)


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
