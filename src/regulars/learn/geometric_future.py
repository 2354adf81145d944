"""What BG/NBD and MBG/NBD expect of a customer who is alive: a rate of orders and a chance that each is the last.

Of such a customer the rate is gamma distributed with r + x and alpha + T, and the chance beta distributed with a and
b + x + m, where m is 0 in BG/NBD and 1 in MBG/NBD (Fader, Hardie, Lee 2005, appendix; Hoppe and Wagner 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.learn.order_distribution import OrderCounts
from regulars.learn.repeat_buying import Floats

_SPACING = 0.1
_NEGLIGIBLE = 38.0  # e to minus this is 3e-17
_KINDS = 1_024  # of customers at a time: with some 80 points each they stay in the processor's cache


@dataclass(frozen=True)
class GeometricFuture:
    """Kinds of customers who are alive, and a time ahead of them; all arrays have the shape (n,).

    Attributes:
        R: r + x.
        seen: alpha + T.
        a: Of the beta distribution.
        b: b + x + m of the beta distribution.
        t: The time ahead.
    """

    R: Floats
    seen: Floats
    a: float
    b: Floats
    t: Floats

    def expected_orders(self) -> Floats:
        """The mean of (1 - (1 + p t / (alpha + T))^(-R)) / p over the chance p.

        It equals the hypergeometric form of the papers (BG/NBD eq. 10, MBG/NBD by Wagner and Hoppe 2008) and is smooth
        where that divides by a - 1 = 0.
        """
        b, places = np.unique(self.b, return_inverse=True)
        chances, shares = _beta_points(self.a, b)
        found = np.empty(len(self.R))
        for start in range(0, len(found), _KINDS):
            part = slice(start, start + _KINDS)
            p = chances[places[part]]
            lost = -np.expm1(-self.R[part, None] * np.log1p(p * (self.t / self.seen)[part, None]))
            found[part] = np.einsum("nk,nk->n", shares[places[part]], lost / p)
        return found

    def any_order(self) -> Floats:
        """The probability of an order, which no earlier one can have kept from coming."""
        probability: Floats = -np.expm1(-self.R * np.log1p(self.t / self.seen))
        return probability

    def counts(self) -> OrderCounts:
        """The distribution of the number of orders."""
        z = (self.t / (self.seen + self.t))[:, None]
        return OrderCounts(self.R, z, np.ones_like(z), self.a, self.b)

    def time_to_next_order(self) -> Floats:
        """The median time to the next order, which comes for certain; its mean is infinite where R is 1 or less."""
        with np.errstate(over="ignore"):
            median: Floats = self.seen * np.expm1(np.log(2) / self.R)
        return median


def _beta_points(a: float, b: Floats) -> tuple[Floats, Floats]:
    """Chances p and their shares, so that sums over them are means under the beta distributions of a and each b.

    The trapezoidal rule in the log-odds of p, from their middle outwards in steps that grow (sinh), as the tails there
    are exponential. Returns two arrays of shape (b, points).
    """
    middle = np.log(a / b)[:, None]
    width = np.minimum(1, np.sqrt(1 / a + 1 / b))[:, None]
    reach = np.arcsinh(_NEGLIGIBLE / (width.min() * np.array([a, b.min()])) + _NEGLIGIBLE / 4)
    steps = np.arange(np.floor(-reach[0] / _SPACING), np.ceil(reach[1] / _SPACING) + 1) * _SPACING
    log_odds = middle + width * np.sinh(steps)
    # p as its logarithm: where a is small, much of the distribution lies where p is below the smallest float.
    log_p, log_rest = -np.logaddexp(0, -log_odds), -np.logaddexp(0, log_odds)
    log_shares = a * log_p + b[:, None] * log_rest + np.log(np.cosh(steps))
    shares = np.exp(log_shares - log_shares.max(axis=1, keepdims=True))
    return np.maximum(np.exp(log_p), 1e-290), shares / shares.sum(axis=1, keepdims=True)
