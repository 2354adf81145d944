"""How good a linkage is, measured against the truth: pairs, whole people, and the threshold that would have been best.

Everything is counted from the contingency table of found and true people, never pair by pair, so a million records take
a second. Labels may be numbers or text; only which of them are equal matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Labels = NDArray[Any]


@dataclass(frozen=True)
class Score:
    """What was found against what is true, as counts of pairs or of people.

    Attributes:
        correct: Found and true.
        found: Found.
        true: True.
    """

    correct: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        """Share of what was found that is true; 1 when nothing was found, as nothing wrong was said."""
        return self.correct / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found; 1 when there was nothing to find."""
        return self.correct / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 2 correct / (found + true)."""
        return 2 * self.correct / (self.found + self.true) if self.found + self.true else 1.0


@dataclass(frozen=True)
class RecordScore:
    """Precision and recall averaged over the records."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of both; neither is ever zero, since each record is at least right about itself."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


@dataclass(frozen=True)
class Evaluation:
    """A linkage against the truth.

    Attributes:
        records: How many records were compared.
        pairs: Pairs of records of one person, "pairwise F1" (Menestrina, Whang and Garcia-Molina 2010, section 3.1).
        people: Whole people, with exactly their records: "cluster F1" (the same, section 3.2).
        b_cubed: The average record's view of its own person (Bagga and Baldwin 1998, equations 1 and 2).
    """

    records: int
    pairs: Score
    people: Score
    b_cubed: RecordScore


@dataclass(frozen=True)
class Threshold:
    """Pairs scored as links from this probability on."""

    probability: float
    pairs: Score


def evaluate(found: Labels, true: Labels) -> Evaluation:
    """Compares the people that were found with the true ones.

    Args:
        found: The found person of each record, shape (n,).
        true: The true person of each record, shape (n,).

    Returns:
        Counts and rates of pairs, of whole people, and of the average record.

    Raises:
        ValueError: The two differ in length.
    """
    if len(found) != len(true):
        raise ValueError(f"{len(found)} records were found but {len(true)} have a true person; give one of each.")
    found_codes, found_sizes = _sizes(found)
    true_codes, true_sizes = _sizes(true)
    cells, together = np.unique(found_codes * max(len(true_sizes), 1) + true_codes, return_counts=True)
    found_size = found_sizes[cells // max(len(true_sizes), 1)]
    true_size = true_sizes[cells % max(len(true_sizes), 1)]
    return Evaluation(
        records=len(found),
        pairs=Score(_pairs(together), _pairs(found_sizes), _pairs(true_sizes)),
        people=Score(
            int(np.sum((together == found_size) & (together == true_size))), len(found_sizes), len(true_sizes)
        ),
        b_cubed=RecordScore(_mean(together, found_size, len(found)), _mean(together, true_size, len(found))),
    )


def thresholds(left: Integers, right: Integers, probability: NDArray[np.float64], true: Labels) -> list[Threshold]:
    """What the pairs at and above each probability come to, if they alone were the links.

    Links are not followed from record to record here: this judges a model's scores, as Splink's own accuracy tables do.

    Args:
        left: Position of each pair's one record in `true`, shape (m,). A pair given twice counts once, by its best.
        right: Position of the other.
        probability: The score of each pair.
        true: The true person of each record, shape (n,); pairs that are not given count as missed.

    Returns:
        One entry per distinct probability, highest first.
    """
    true_codes, true_sizes = _sizes(true)
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((-probability, high, low))
    low, high, scores = low[order], high[order], probability[order]
    is_pair = low < high
    is_pair[1:] &= (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    scores, is_true = scores[is_pair], true_codes[low[is_pair]] == true_codes[high[is_pair]]
    falling = np.argsort(-scores, kind="stable")
    scores, correct = scores[falling], np.cumsum(is_true[falling])
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)) if len(scores) else np.empty(0, np.int64)
    all_true = _pairs(true_sizes)
    return [Threshold(float(scores[at]), Score(int(correct[at]), int(at) + 1, all_true)) for at in last.tolist()]


def best(candidates: list[Threshold]) -> Threshold | None:
    """The one of highest F1; of equals the highest probability, as a false merge is worse than a miss."""
    return max(candidates, key=lambda threshold: (threshold.pairs.f1, threshold.probability), default=None)


def _sizes(labels: Labels) -> tuple[Integers, Integers]:
    """The labels as numbers from 0, and how many records have each."""
    _, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return codes.astype(np.int64), sizes.astype(np.int64)


def _pairs(sizes: Integers) -> int:
    return int(np.sum(sizes * (sizes - 1) // 2))


def _mean(together: Integers, size: Integers, records: int) -> float:
    """Over the records, the share of their person's records that belong with them; each sees itself."""
    return float(np.sum(together * together / size) / records) if records else 1.0
