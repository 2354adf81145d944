"""The chances of Fellegi and Sunter's model, found without labels by expectation maximisation. Pure: numpy only.

Winkler (1988), "Using the EM Algorithm for Weight Computation in the Fellegi-Sunter Model of Record Linkage". Several
samples of pairs are looked at together: what a sample was chosen by tells nothing about it, so each leaves out those
comparisons, and each has its own share of pairs that are one person; the chances are the same for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_ITERATIONS = 500
SETTLED = 1e-7


@dataclass(frozen=True)
class Sample:
    """Pairs that were compared, counted by what was found.

    Attributes:
        levels: Shape (patterns, comparisons): the level of each comparison, -1 where it says nothing.
        counts: How many pairs there are of each pattern.
    """

    levels: Integers
    counts: Floats


@dataclass(frozen=True)
class Estimate:
    """What was found: `m` by comparison, the pairs of one person in each sample, and how it went."""

    m: list[Floats]
    matches: list[float]
    iterations: int
    converged: bool


def estimate_m(samples: Sequence[Sample], u: Sequence[Floats], first: Sequence[Floats], first_pairs: float) -> Estimate:
    """Finds the chance of every level among pairs of one person.

    Args:
        samples: The pairs; none of them empty.
        u: By comparison, the chances of its levels among pairs of two persons. They stay as they are.
        first: By comparison, where the search for `m` starts; a maximum a posteriori estimate is drawn to it.
        first_pairs: How many pairs of one person the start counts for.

    Returns:
        `m`, each comparison summing to one.
    """
    m = [np.array(chances, dtype=np.float64) for chances in first]
    shares = [0.5] * len(samples)
    matches = [0.0] * len(samples)
    for iteration in range(1, MOST_ITERATIONS + 1):
        seen = [first_pairs * np.array(chances, dtype=np.float64) for chances in first]
        weights = [np.log(one / other) for one, other in zip(m, u, strict=True)]
        for number, sample in enumerate(samples):
            log_odds = np.full(len(sample.counts), np.log(shares[number] / (1 - shares[number])))
            for column, weight in enumerate(weights):
                log_odds += np.append(weight, 0.0)[sample.levels[:, column]]
            expected = sample.counts / (1 + np.exp(-np.clip(log_odds, -700, 700)))
            matches[number] = float(expected.sum())
            shares[number] = min(max(matches[number] / float(sample.counts.sum()), 1e-9), 1 - 1e-9)
            for column in range(len(seen)):
                level = sample.levels[:, column]
                seen[column] += np.bincount(level[level >= 0], expected[level >= 0], minlength=len(seen[column]))
        found = [counted / counted.sum() for counted in seen]
        change = max(float(np.abs(one - other).max()) for one, other in zip(found, m, strict=True))
        m = found
        if change < SETTLED:
            return Estimate(m, matches, iteration, True)
    return Estimate(m, matches, MOST_ITERATIONS, False)
