"""What one algorithm made of a sample with one setting: the common currency of the search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from regulars.learn.cluster_indices import Labels
from regulars.learn.cluster_placement import UNPLACED, Placement, distances_to
from regulars.learn.features import Floats


@dataclass(frozen=True)
class Trial:
    """A split of a sample.

    Attributes:
        setting: What was asked of the algorithm, such as "k = 4": the same words for the same question of any sample.
        placement: How it places points.
        labels: The cluster of every point of the sample; -1 for a point in none.
    """

    setting: str
    placement: Placement
    labels: Labels

    @property
    def k(self) -> int:
        """How many clusters there are."""
        return len(self.placement.centres)

    def inertia(self, sample: Floats) -> float:
        """The sum of squared distances of the placed points to their centres."""
        is_placed = self.labels != UNPLACED
        return float(np.sum(distances_to(sample[is_placed], self.labels[is_placed], self.placement.centres) ** 2))

    def over(self, sample: Floats) -> Trial:
        """The trial with labels for another sample, by its rule of placing."""
        return Trial(self.setting, self.placement, self.placement.place(sample)[0])


# Points of shape (points, features), the ks to try, a seed, and how many starts to take the best of.
TrialMaker = Callable[[Floats, Sequence[int], int, int], list[Trial]]
