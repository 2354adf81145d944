"""How far a split would be the same from other customers of the same kind: the bootstrap stability of each setting.

Samples are drawn with replacement, each is split anew, and the new split is compared with the trial's on the same
points by the adjusted Rand index (Hubert and Arabie 1985): 1 is the same split, 0 what chance would give.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regulars.learn.cluster_algorithms import Algorithm
from regulars.learn.cluster_indices import Labels
from regulars.learn.cluster_trial import Trial
from regulars.learn.features import Floats

POINTS = 1_000  # of a bootstrap sample, and on which splits are compared


def stabilities(
    algorithm: Algorithm, trials: Sequence[Trial], sample: Floats, ks: Sequence[int], seed: int, rounds: int
) -> list[float]:
    """The mean adjusted Rand index of each trial with the same setting on bootstrap samples.

    Args:
        algorithm: What made the trials.
        trials: Of the sample.
        sample: Shape (points, features), in an order that says nothing.
        ks: What the trials were made for.
        seed: What makes the draws repeatable.
        rounds: How many bootstrap samples; 0 for none.

    Returns:
        One number per trial; NaN without rounds, and where a setting found fewer than two clusters.
    """
    rng = np.random.default_rng(seed % 2**32)
    reference = [trial.labels[:POINTS] for trial in trials]
    found: list[list[float]] = [[] for _ in trials]
    for turn in range(rounds):
        drawn = sample[rng.integers(0, len(sample), min(POINTS, len(sample)))]
        again = {trial.setting: trial for trial in algorithm.make_trials(drawn, ks, seed + turn + 1, 1)}
        for place, trial in enumerate(trials):
            if trial.k > 1:
                labels, _ = again[trial.setting].placement.place(sample[:POINTS])
                found[place].append(agreement(reference[place], labels))
    return [float(np.mean(each)) if each else float("nan") for each in found]


def agreement(left: Labels, right: Labels) -> float:
    """The adjusted Rand index of two splits of the same points; those in no cluster count as one more cluster.

    From the table of both splits alone, as there are hundreds of pairs to compare in a search.
    """
    together = (left + 1) * (int(right.max(initial=-1)) + 2) + right + 1
    pairs = _pairs(np.bincount(together))
    left_pairs, right_pairs = _pairs(np.bincount(left + 1)), _pairs(np.bincount(right + 1))
    expected = left_pairs * right_pairs / max(len(left) * (len(left) - 1) / 2, 1)
    most = (left_pairs + right_pairs) / 2
    return 1.0 if most == expected else float((pairs - expected) / (most - expected))


def _pairs(counts: Labels) -> float:
    """In how many ways two points can be taken from the same cluster."""
    return float(np.sum(counts * (counts - 1.0)) / 2)
