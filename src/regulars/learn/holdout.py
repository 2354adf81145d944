"""How well a prediction foretold what then came, and whether a naive forecast would have done as well.

Arrays in, numbers out. Everything is measured on customers whose outcome the prediction could not have seen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

CALIBRATION_GROUPS = 10


def mean_absolute_error(predicted: Floats, actual: Floats) -> float:
    """The mean of |predicted - actual|, in the unit of both."""
    return float(np.mean(np.abs(predicted - actual)))


def root_mean_squared_error(predicted: Floats, actual: Floats) -> float:
    """The root of the mean squared error, which an expected value, and no other number, makes smallest."""
    return float(np.sqrt(np.mean((predicted - actual) ** 2)))


def bias(predicted: Floats, actual: Floats) -> float:
    """How far the total is off, as a share of what came: 0.1 foretold 10 % too much; infinite when nothing came."""
    total = float(actual.sum())
    foretold = float(predicted.sum())
    if total == 0:
        return 0.0 if foretold == 0 else float("inf")
    return foretold / total - 1


def gini(predicted: Floats, actual: Floats) -> float:
    """How well a prediction ranks, from 1 (as by the outcome itself) over 0 (as by chance) to -1 (the wrong way round).

    The area between the Lorenz curve of the outcome in the order of the prediction and the diagonal, divided by the
    same area in the outcome's own order (the normalised Gini coefficient). Equal predictions share their outcome, so
    that the order of the rows says nothing. 0 when all outcomes are equal.
    """
    perfect = _lorenz_area(actual, actual)
    return _lorenz_area(predicted, actual) / perfect if perfect else 0.0


def top_decile_share(predicted: Floats, actual: Floats) -> float:
    """The part of the outcome that came from the tenth of the customers with the highest predictions; 0 for nothing."""
    total = float(actual.sum())
    if total == 0:
        return 0.0
    values, outcomes, counts = _by_prediction(predicted, actual)
    order = np.argsort(-values, kind="stable")
    customers, gathered = np.cumsum(counts[order]), np.cumsum(outcomes[order])
    tenth = len(actual) / 10
    return float(np.interp(tenth, np.r_[0.0, customers], np.r_[0.0, gathered])) / total


def area_under_curve(probability: Floats, happened: Booleans) -> float:
    """Area under the receiver operating characteristic; 0.5, that of chance, when all or none of it happened."""
    from scipy.stats import rankdata

    positives = int(happened.sum())
    negatives = len(happened) - positives
    if not positives or not negatives:
        return 0.5
    ranks = rankdata(probability)[happened].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def brier_score(probability: Floats, happened: Booleans) -> float:
    """The mean squared difference between the probability and what happened, 0 at best (Brier 1950)."""
    return float(np.mean((probability - happened) ** 2))


def calibration(predicted: Floats, actual: Floats) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """What was foretold and what came, in groups of about a tenth of the customers by their prediction, lowest first.

    Customers with the same prediction are in the same group.

    Returns:
        The mean prediction, the mean outcome and the number of customers of each group.
    """
    values, outcomes, counts = _by_prediction(predicted, actual)
    middles = np.cumsum(counts) - counts / 2
    group = np.minimum((middles * CALIBRATION_GROUPS / len(actual)).astype(np.int64), CALIBRATION_GROUPS - 1)
    customers = np.bincount(group, counts)
    filled = customers > 0
    means = np.bincount(group, values * counts)[filled] / customers[filled]
    return means, np.bincount(group, outcomes)[filled] / customers[filled], customers[filled].astype(np.int64)


def calibration_error(predicted: Floats, actual: Floats) -> float:
    """The mean difference between what was foretold and what came over the groups of `calibration`, by their size."""
    foretold, came, customers = calibration(predicted, actual)
    return float(np.average(np.abs(foretold - came), weights=customers))


def coverage(lower: Floats, upper: Floats, actual: Floats) -> float:
    """The share of customers whose outcome lies in its interval, ends included."""
    return float(np.mean((actual >= lower) & (actual <= upper)))


def _by_prediction(predicted: Floats, actual: Floats) -> tuple[Floats, Floats, Floats]:
    """The distinct predictions, ascending, the sum of their outcomes and their number."""
    values, index = np.unique(predicted, return_inverse=True)
    outcomes: Floats = np.bincount(index, actual).astype(np.float64)
    return values, outcomes, np.bincount(index).astype(np.float64)


def _lorenz_area(predicted: Floats, actual: Floats) -> float:
    """The area between the diagonal and the share of the outcome that the lowest predictions gather."""
    total = float(actual.sum())
    if total == 0:
        return 0.0
    _, outcomes, counts = _by_prediction(predicted, actual)
    customers = np.r_[0.0, np.cumsum(counts)] / len(actual)
    gathered = np.r_[0.0, np.cumsum(outcomes)] / total
    return 0.5 - float(np.trapezoid(gathered, customers))
