"""What Pareto/NBD expects of a customer who is alive: a rate of orders and a rate of leaving.

Of such a customer they are gamma distributed with r + x and alpha + T, and with s and beta + T (Fader and Hardie 2005,
"A Note on Deriving the Pareto/NBD Model", eq. 41; the distribution of the number of orders is that of Fader and Hardie
2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.learn.hypergeometric import log_integral
from regulars.learn.order_distribution import OrderCounts
from regulars.learn.repeat_buying import Floats

_TIMES = 48  # at which a customer may leave before the end of the time ahead
_STEPS = 60


@dataclass(frozen=True)
class ParetoFuture:
    """Kinds of customers who are alive, and a time ahead of them; all arrays have the shape (n,).

    Attributes:
        R: r + x.
        seen: alpha + T.
        s: Of the rate of leaving.
        stayed: beta + T.
        t: The time ahead.
    """

    R: Floats
    seen: Floats
    s: float
    stayed: Floats
    t: Floats

    def expected_orders(self) -> Floats:
        """The mean rate times the mean time until the customer leaves or the time is over."""
        power, log_stretch = 1 - self.s, np.log1p(self.t / self.stayed)
        staying = self.stayed * (np.expm1(power * log_stretch) / power if abs(power) > 1e-12 else log_stretch)
        return self.R / self.seen * staying

    def any_order(self) -> Floats:
        """The probability that an order comes before the customer leaves and the time is over."""
        now, later = self._log_rest(np.zeros_like(self.t)), self._log_rest(self.t)
        ever = np.exp(np.log(self.R) + self.R * np.log(self.seen) + self.s * np.log(self.stayed) + now)
        probability: Floats = np.minimum(ever, 1) * -np.expm1(np.minimum(later - now, 0))
        return probability

    def counts(self) -> OrderCounts:
        """The distribution of the number of orders, mixed over the time the customer stays (Gauss-Legendre).

        Over 48 times of leaving: quantiles in the thousands are right to a percent.
        """
        points, weights = np.polynomial.legendre.leggauss(_TIMES)
        leaves = -np.expm1(-self.s * np.log1p(self.t / self.stayed))
        left = leaves[:, None] * (points + 1) / 2
        times = np.minimum(self.stayed[:, None] * np.expm1(-np.log1p(-left) / self.s), self.t[:, None])
        times = np.column_stack([times, self.t])
        share = np.column_stack([leaves[:, None] * weights / 2, 1 - leaves])
        return OrderCounts(self.R, times / (self.seen[:, None] + times), share, 0.0, self.R)

    def time_to_next_order(self) -> Floats:
        """The median time to the next order, given that one comes.

        An order after u and nothing before has the density (seen + u)^(-R - 1) (stayed + u)^(-s), so that half of what
        the integral of it is at 0 must be left. Newton's steps in log(1 + u / seen), where its logarithm is nearly
        straight.
        """
        wanted = self._log_rest(np.zeros_like(self.R)) - np.log(2)
        stretch = np.zeros_like(self.R)
        for _ in range(_STEPS):
            u = self.seen * np.expm1(stretch)
            rest = self._log_rest(u)
            falls = np.exp(-self.R * np.log(self.seen + u) - self.s * np.log(self.stayed + u) - rest)
            step = (rest - wanted) / falls
            stretch = np.clip(stretch + step, 0, 700)
            if np.abs(step).max(initial=0) < 1e-12:
                break
        median: Floats = self.seen * np.expm1(stretch)
        return median

    def _log_rest(self, u: Floats) -> Floats:
        """The logarithm of the integral of that density from u on."""
        return log_integral(self.seen + u, self.stayed + u, self.R + 1, np.full(len(self.R), self.s))
