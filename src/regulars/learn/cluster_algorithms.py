"""The algorithms by name: what each needs, and its trials on a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regulars.learn.cluster_sample import with_rare_kinds
from regulars.learn.cluster_trial import Trial, TrialMaker
from regulars.learn.density import try_dbscan, try_hdbscan
from regulars.learn.features import Floats
from regulars.learn.gaussian_mixture import try_mixtures
from regulars.learn.hierarchy import try_cuts
from regulars.learn.kmeans import try_splits
from regulars.learn.spectral import try_spectra

AlgorithmName = Literal["kmeans", "gaussian_mixture", "agglomerative", "spectral", "dbscan", "hdbscan"]


@dataclass(frozen=True)
class Algorithm:
    """One algorithm.

    Attributes:
        name: What the settings call it.
        title: What people call it.
        make_trials: Its trials on a sample.
        is_quadratic: Whether its cost grows with the square of the customers, so that it sees a smaller sample.
        finds_k: Whether it finds the number of clusters by itself, and cannot be asked for one.
    """

    name: AlgorithmName
    title: str
    make_trials: TrialMaker
    is_quadratic: bool = False
    finds_k: bool = False

    def trials(self, sample: Floats, ks: Sequence[int], seed: int, quadratic_sample: int, starts: int) -> list[Trial]:
        """The trials, with labels for the whole sample also where only a part of it was looked at."""
        if not self.is_quadratic or len(sample) <= quadratic_sample:
            return self.make_trials(sample, ks, seed, starts)
        part, _ = with_rare_kinds(sample, np.arange(quadratic_sample), max(ks))
        return [trial.over(sample) for trial in self.make_trials(part, ks, seed, starts)]


# In the order in which the first of equally good splits wins.
ALGORITHMS: dict[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm("kmeans", "k-means", try_splits),
        Algorithm("gaussian_mixture", "Gaussian mixture", try_mixtures),
        Algorithm("agglomerative", "agglomerative (Ward)", try_cuts, is_quadratic=True),
        Algorithm("spectral", "spectral", try_spectra, is_quadratic=True),
        Algorithm("dbscan", "DBSCAN", try_dbscan, is_quadratic=True, finds_k=True),
        Algorithm("hdbscan", "HDBSCAN", try_hdbscan, is_quadratic=True, finds_k=True),
    )
}
