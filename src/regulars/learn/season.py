"""How much more customers buy in some months than in others, whatever the number of customers there are.

Repeat purchases of a day are Poisson about customers x (how customers of that tenure buy) x (trend) x (season of the
month): tenure stands for who is still alive, so that a base that grows or dies away is not taken for a season. The
twelve months' logarithms are then drawn to 0, each as far as its data are thin:

    shrunk = found * between / (between + error of the month)          (empirical Bayes; DerSimonian and Laird 1986)

where the error holds how much the same month differed from year to year. A season that does not repeat is none.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.learn.repeat_buying import Floats

MONTHS = 12
Numbers = npt.NDArray[np.int64]

_DAYS = np.array([31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_STEPS = 50
_ENOUGH = 1e-9
_WIDEST = 15.0  # between the logarithms of the rates of the liveliest and the dullest customers
_MONTHS_WITH_TREND = 22  # months: below, a trend and a season are the same


@dataclass(frozen=True)
class Season:
    """The index of each month from January, 1 on the average day of a year, and what it was found from.

    Attributes:
        index: Shape (12,).
        errors: Shape (12,): standard errors of the logarithms before they were drawn to 0; NaN where no month was seen.
        dispersion: How many times more the months vary than chance alone would have it, 1 or more.
        occasions: Repeat purchases that it was found from.
    """

    index: Floats
    errors: Floats
    dispersion: float
    occasions: float

    @property
    def is_flat(self) -> bool:
        """Whether every month is like every other."""
        return bool(np.all(self.index == 1.0))

    def in_words(self) -> str:
        """The busiest and the quietest month, for the person who waits."""
        highest, lowest = int(np.argmax(self.index)), int(np.argmin(self.index))
        return (
            f"{calendar.month_name[highest + 1]} is {self.index[highest]:.2f} times as busy as the average day,"
            f" {calendar.month_name[lowest + 1]} {self.index[lowest]:.2f} times"
        )


def estimate_season(
    dates: npt.NDArray[np.datetime64], tenure: Numbers, occasions: npt.ArrayLike, customers: npt.ArrayLike
) -> Season:
    """Finds the season of the months.

    Args:
        dates: Shape (n,): days.
        tenure: Shape (n,): a number for the band of days since the first purchase.
        occasions: Shape (n,): repeat purchases on that day by customers in that band.
        customers: Shape (n,): how many customers were in it.

    Returns:
        The season; flat where nothing tells one.
    """
    bought, seen = np.asarray(occasions, dtype=float), np.asarray(customers, dtype=float)
    months = dates.astype("datetime64[M]").astype(np.int64)
    used = seen > 0
    cells, places = np.unique(np.column_stack([months[used], tenure[used]]), axis=0, return_inverse=True)
    places = places.ravel()
    bought, seen = _sums(places, bought[used]), _sums(places, seen[used])
    bands = np.unique(cells[bought > 0, 1]) if len(cells) else np.array([])
    kept = np.isin(cells[:, 1], bands)  # where nobody ever bought nothing is said of the season
    cells, bought, seen = cells[kept], bought[kept], seen[kept]
    flat = Season(np.ones(MONTHS), np.full(MONTHS, np.nan), 1.0, float(bought.sum()))
    month = cells[:, 0] % MONTHS
    known = np.unique(month)
    if len(known) < MONTHS or bought.sum() < MONTHS or np.any(np.bincount(month, bought) == 0):
        return flat
    design = _design(cells[:, 0], month, np.searchsorted(bands, cells[:, 1]), len(bands))
    fitted = _poisson(design, bought, seen)
    if fitted is None:
        return flat
    expected, covariance, found = fitted
    dispersion = _dispersion(cells[:, 0], bought, expected, parameters=MONTHS + 1)
    # From "compared with January" to "compared with the mean month".
    centring = np.eye(MONTHS) - 1 / MONTHS
    effects = centring @ np.r_[0.0, found[: MONTHS - 1]]
    spread = np.zeros((MONTHS, MONTHS))
    spread[1:, 1:] = covariance[: MONTHS - 1, : MONTHS - 1] * dispersion
    errors = np.sqrt(np.diag(centring @ spread @ centring.T))
    return Season(_index(effects, errors), errors, dispersion, float(bought.sum()))


def _design(months: Numbers, month: Numbers, band: npt.NDArray[np.intp], bands: int) -> Floats:
    """Columns: February to December, the trend where years can tell it, the bands of tenure."""
    columns = [np.eye(MONTHS)[month][:, 1:]]
    if len(np.unique(months)) >= _MONTHS_WITH_TREND:
        columns.append(((months - months.mean()) / MONTHS)[:, None])
    columns.append(np.eye(bands)[band])
    return np.column_stack(columns)


def _poisson(design: Floats, bought: Floats, seen: Floats) -> tuple[Floats, Floats, Floats] | None:
    """Expected purchases, the covariance and the coefficients by Newton's steps; None where they do not settle."""
    level = float(np.log(bought.sum() / seen.sum()))
    predictor = np.full(len(bought), level)
    for _ in range(_STEPS):
        expected = seen * np.exp(predictor)
        information = design.T @ (design * expected[:, None])
        # Two columns that say the same (a band of tenure seen in one month alone) share what they say.
        information[np.diag_indices_from(information)] += 1e-9 * expected.sum()
        coefficients = np.linalg.solve(information, design.T @ (expected * predictor + bought - expected))
        moved = np.clip(design @ coefficients, level - _WIDEST, level + _WIDEST)
        has_settled = float(np.abs(moved - predictor).max()) < _ENOUGH
        predictor = moved
        if has_settled:
            return seen * np.exp(predictor), np.linalg.inv(information), coefficients
    return None


def _dispersion(months: Numbers, bought: Floats, expected: Floats, parameters: int) -> float:
    """Pearson's, of whole months: what the tenure mixes and the same months of other years leave unexplained."""
    _, place = np.unique(months, return_inverse=True)
    came, foretold = _sums(place, bought), _sums(place, expected)
    free = len(came) - parameters
    if free < 1:
        return 1.0
    return max(1.0, float(((came - foretold) ** 2 / foretold).sum() / free))


def _sums(places: npt.NDArray[np.intp], numbers: Floats) -> Floats:
    return np.bincount(places, numbers).astype(np.float64)


def _index(effects: Floats, errors: Floats) -> Floats:
    """The index of logarithms drawn to 0; all 1 where they differ no more than their errors have it."""
    between = max(0.0, float(np.var(effects, ddof=1) - np.mean(errors**2)))
    if between == 0:
        return np.ones(MONTHS)
    shrunk = np.exp(effects * between / (between + errors**2))
    index: Floats = shrunk * _DAYS.sum() / (shrunk @ _DAYS)
    return index
