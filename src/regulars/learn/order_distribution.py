"""How many orders a customer will place: not only the mean, but the numbers between which it will lie.

While a customer stays, the orders of some time are negative binomial: P(N = n) = Gamma(R + n) / (Gamma(R) n!) z^n (1 -
z)^R, where R is r + x and z the time divided by alpha + T + time. What is summed here is P(Y > n), from n = 0 upwards
until it is small enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.learn.repeat_buying import Floats, Places


@dataclass
class OrderCounts:
    """P(Y > n) of customers who are alive, for n = 0, 1, 2 and so on.

    Y is n or less if N is, for N of the negative binomial mixture, or if one of the first n orders was the last one,
    whose chance is beta distributed: P(Y > n) = P(N > n) (b)_n / (a + b)_n. With a = 0 no order is the last one.

    Attributes:
        R: Shape (m,).
        z: Shape (m, k), one column per time that the customer may stay.
        share: Shape (m, k), the chances of those times.
        a: Of the beta distribution of the chance that an order is the last.
        b: Shape (m,).
    """

    R: Floats
    z: Floats
    share: Floats
    a: float
    b: Floats

    def __post_init__(self) -> None:
        self._n = 0
        self._log_z = np.log(np.maximum(self.z, np.finfo(float).tiny))
        self._log_chance = self.R[:, None] * np.log1p(-self.z)
        self._reached = np.exp(self._log_chance)
        self._stays = np.ones(len(self.R))

    def beyond(self) -> Floats:
        """P(Y > n) for the n reached."""
        return self._stays * (self.share * (1 - self._reached)).sum(axis=1)

    def advance(self) -> None:
        """Goes on to n + 1."""
        self._log_chance += np.log((self.R + self._n) / (self._n + 1))[:, None] + self._log_z
        self._reached += np.exp(self._log_chance)
        self._stays *= (self.b + self._n) / (self.a + self.b + self._n)
        self._n += 1

    def keep(self, chosen: Places) -> None:
        """Forgets all but the chosen customers."""
        for name in ("R", "z", "share", "b", "_log_z", "_log_chance", "_reached", "_stays"):
            setattr(self, name, getattr(self, name)[chosen])


def order_quantiles(counts: OrderCounts, alive: Floats, places: Places, levels: Sequence[float]) -> Floats:
    """Per level and customer the smallest number of orders that is not exceeded with that probability.

    Args:
        counts: Of kinds of customers, as if they were alive.
        alive: Shape (n,): the probability that each customer is.
        places: Shape (n,): the kind of each customer.
        levels: Probabilities between 0 and 1.

    Returns:
        Shape (levels, n).
    """
    exceeded = 1 - np.asarray(levels, dtype=float)
    quantiles = np.zeros((len(exceeded), len(alive)))
    rows = np.arange(len(alive))
    kept = len(counts.R)
    while True:
        beyond = alive[rows] * counts.beyond()[places]
        for level, share in enumerate(exceeded):
            quantiles[level, rows[beyond > share]] += 1
        goes_on = beyond > exceeded.min()
        if not goes_on.any():
            return quantiles
        rows, places = rows[goes_on], places[goes_on]
        used = np.zeros(kept, dtype=bool)
        used[places] = True
        if 2 * used.sum() < kept:
            counts.keep(np.flatnonzero(used))
            places, kept = (np.cumsum(used) - 1)[places], int(used.sum())
        counts.advance()


def probability_of_fewer(counts: OrderCounts, alive: Floats, places: Places, numbers: Floats) -> Floats:
    """Per customer the probability of fewer orders than a number of their own; arguments as in `order_quantiles`."""
    found = np.where(numbers > 0, 1.0, 0.0)
    for n in range(int(numbers.max(initial=0))):
        here = numbers == n + 1
        found[here] = 1 - alive[here] * counts.beyond()[places[here]]
        counts.advance()
    return found
