"""A mixture of normal distributions (EM): clusters of different spread and slant, and soft borders between them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from regulars.learn.cluster_placement import LikeliestMixture
from regulars.learn.cluster_trial import Trial
from regulars.learn.features import Floats

# No cluster is narrower than a tenth of the features' spread: all the one-time buyers share one number of orders, and a
# distribution without width would be infinitely likely for each of them.
_LEAST_VARIANCE = 0.01
_ITERATIONS = 100
_ITERATIONS_ON_EVERYONE = 20


def try_mixtures(sample: Floats, ks: Sequence[int], seed: int, starts: int) -> list[Trial]:
    """One mixture per k, the best of a few starts."""
    trials = []
    for k in ks:
        placement = _placement(_fitted(sample, k, seed, n_init=starts, max_iter=_ITERATIONS))
        trials.append(Trial(f"k = {k}", placement, placement.place(sample)[0]))
    return trials


def refit(mixture: LikeliestMixture, points: Floats) -> LikeliestMixture:
    """The mixture of all the points, started from that of a sample: a good start needs a handful of iterations."""
    from regulars.learn.one_thread import one_thread

    determinants = np.linalg.slogdet(mixture.precisions)[1]
    weights = np.exp(-(mixture.offsets + determinants) / 2)
    start = {
        "weights_init": weights / weights.sum(),
        "means_init": mixture.centres,
        "precisions_init": mixture.precisions,
    }
    with one_thread():
        return _placement(_fitted(points, len(weights), 0, max_iter=_ITERATIONS_ON_EVERYONE, **start))


def _fitted(points: Floats, k: int, seed: int, **options: Any) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    least = _LEAST_VARIANCE * (float(np.mean(np.var(points, axis=0))) or 1.0)
    with warnings.catch_warnings():
        # Where the last digits still move after so many rounds, the clusters do not.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return GaussianMixture(k, reg_covar=least, random_state=seed % 2**32, **options).fit(points)


def _placement(fitted: Any) -> LikeliestMixture:
    precisions = np.asarray(fitted.precisions_, dtype=np.float64)
    weights = np.maximum(fitted.weights_, np.finfo(np.float64).tiny)
    # -2 log density, but for a constant that all clusters share.
    offsets = -np.linalg.slogdet(precisions)[1] - 2 * np.log(weights)
    return LikeliestMixture(np.asarray(fitted.means_, dtype=np.float64), precisions, offsets)
