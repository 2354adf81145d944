"""Days that came out of the blue: far from what the model of the forecast expected of them the day before.

How far is far is measured by the series itself: by the middle and the spread of the difference of the square roots of
what came and what was expected, both by medians, so that the days that are looked for do not widen the band they are
looked for with. Of counts, and of sums of a number of orders, the square root varies as much on a weak day as on a
strong one (Bartlett 1936), and a day without any sales has one too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Of 10,000 days whose errors are normal, one or two lie this far from the middle, in standard deviations.
LIMIT = 4.0
_NORMAL = 1.4826  # standard deviations per median absolute deviation, were the errors normal


@dataclass(frozen=True)
class Anomalies:
    """The days that stand out.

    Attributes:
        places: Of the days in the series, in order.
        lower: The lowest value that would not have stood out, per day.
        upper: The highest one.
        score: How far it lies from the middle, in standard deviations; negative when less came than was expected.
    """

    places: npt.NDArray[np.int64]
    lower: Floats
    upper: Floats
    score: Floats


def find_anomalies(series: Floats, expected: Floats) -> Anomalies:
    """Compares every day with what was expected of it.

    Args:
        series: The value of every day, never negative.
        expected: What was expected of it from the days before; NaN where nothing was.

    Returns:
        The days beyond LIMIT; none when nothing was expected, or when more than half of the days came as expected.
    """
    nothing = np.empty(0)
    known = np.flatnonzero(np.isfinite(expected))
    surprise = np.sqrt(series[known]) - np.sqrt(np.maximum(expected[known], 0))
    if not len(known):
        return Anomalies(known, nothing, nothing, nothing)
    middle = float(np.median(surprise))
    spread = _NORMAL * float(np.median(np.abs(surprise - middle)))
    if spread == 0:
        return Anomalies(known[:0], nothing, nothing, nothing)
    score = (surprise - middle) / spread
    far = np.abs(score) > LIMIT
    level = np.sqrt(np.maximum(expected[known][far], 0)) + middle
    lower, upper = np.maximum(level - LIMIT * spread, 0), np.maximum(level + LIMIT * spread, 0)
    return Anomalies(known[far], lower**2, upper**2, score[far])
