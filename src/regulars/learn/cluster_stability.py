"""How far a split would be the same from other customers of the same kind: the bootstrap stability of each setting.

Samples are drawn with replacement, each is split anew, and the new split is compared with the trial's on the same
points by the adjusted Rand index (Hubert and Arabie 1985): 1 is the same split, 0 what chance would give.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regulars.learn.cluster_algorithms import Algorithm
from regulars.learn.cluster_trial import Trial
from regulars.learn.features import Floats

POINTS = 1_500  # of a bootstrap sample, and on which splits are compared


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
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(seed % 2**32)
    reference = [trial.labels[:POINTS] for trial in trials]
    found: list[list[float]] = [[] for _ in trials]
    for turn in range(rounds):
        drawn = sample[rng.integers(0, len(sample), min(POINTS, len(sample)))]
        again = {trial.setting: trial for trial in algorithm.make_trials(drawn, ks, seed + turn + 1, 1)}
        for place, trial in enumerate(trials):
            if trial.k > 1:
                labels, _ = again[trial.setting].placement.place(sample[:POINTS])
                found[place].append(float(adjusted_rand_score(reference[place], labels)))
    return [float(np.mean(each)) if each else float("nan") for each in found]
