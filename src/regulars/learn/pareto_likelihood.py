"""The likelihood of the Pareto/NBD: orders at random until the customer leaves, at a time that no order tells.

    L = Gamma(r + x) / Gamma(r) * alpha^r * beta^s * (s * gone + (r + x) * alive)
    gone  = integral over u from t_x to infinity of (alpha + u)^(-(r + x)) (beta + u)^(-(s + 1))
    alive = integral over u from T to infinity of (alpha + u)^(-(r + x + 1)) (beta + u)^(-s)

(Schmittlein, Morrison, Colombo 1987; Fader and Hardie 2005, "A Note on Deriving the Pareto/NBD Model", eq. 17 to 20).
Their A_0 is a difference of two hypergeometric functions; by parts it becomes this sum of two positive integrals, of
which the first depends on x and t_x and the second on x and T alone: half a million distinct rows need them for some
ten thousand pairs.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, psi

from regulars.learn.hypergeometric import log_integral, log_integral_with_derivatives
from regulars.learn.maximum_likelihood import hessian_by_differences
from regulars.learn.repeat_buying import BuyingHistory, Distinct, Floats, distinct_combinations

PARAMETERS = ("r", "alpha", "s", "beta")
STARTS = ((0.5, 0.3, 0.6, 0.4), (1.5, 0.1, 0.3, 1.0), (1.0, 0.5, 2.0, 2.0), (0.3, 0.05, 0.3, 0.05))


class ParetoLikelihood:
    """The log-likelihood of r, alpha, s and beta; time should be in units near T."""

    def __init__(self, history: BuyingHistory) -> None:
        x, T, self.weight = history.x, history.T, history.weight
        self.x = x
        self.weight_of_x = np.bincount(x.places, self.weight, len(x.values))
        (self.gone_x, self.gone_t_x), self.gone_places = distinct_combinations([x, history.t_x])
        (self.alive_x, self.alive_T), self.alive_places = distinct_combinations([x, T])

    def value_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """The log-likelihood of all customers, and its gradient."""
        r, alpha, s, beta = parameters
        gone = log_integral_with_derivatives(
            alpha + self.gone_t_x, beta + self.gone_t_x, r + self.gone_x, np.full(len(self.gone_x), s + 1)
        )
        alive = log_integral_with_derivatives(
            alpha + self.alive_T, beta + self.alive_T, r + self.alive_x + 1, np.full(len(self.alive_x), s)
        )
        log_gone = (np.log(s) + gone.value)[self.gone_places]
        log_alive = (np.log(r + self.alive_x) + alive.value)[self.alive_places]
        either = np.logaddexp(log_gone, log_alive)
        is_gone = self.weight * np.exp(log_gone - either)
        gone_weight = np.bincount(self.gone_places, is_gone, len(self.gone_x))
        alive_weight = np.bincount(self.alive_places, self.weight - is_gone, len(self.alive_x))

        orders, customers = self.x.values, self.weight_of_x.sum()
        value = self.weight_of_x @ (gammaln(r + orders) - gammaln(r)) + self.weight @ either
        value += customers * (r * np.log(alpha) + s * np.log(beta))
        gradient = [
            self.weight_of_x @ (psi(r + orders) - psi(r))
            + customers * np.log(alpha)
            + gone_weight @ gone.by_p
            + alive_weight @ (alive.by_p + 1 / (r + self.alive_x)),
            customers * r / alpha + gone_weight @ gone.by_A + alive_weight @ alive.by_A,
            customers * np.log(beta) + gone_weight @ (gone.by_q + 1 / s) + alive_weight @ alive.by_q,
            customers * s / beta + gone_weight @ gone.by_B + alive_weight @ alive.by_B,
        ]
        return float(value), np.array(gradient)

    def hessian(self, parameters: Floats) -> Floats:
        """The matrix of its second derivatives."""
        return hessian_by_differences(self, parameters)


def log_odds_gone(parameters: Floats, x: Distinct, t_x: Distinct, T: Distinct) -> Floats:
    """Per row the logarithm of the odds that the customer has left (Fader and Hardie 2005, eq. 36 and 37)."""
    r, alpha, s, beta = parameters
    (at_x, at_t_x), gone_places = distinct_combinations([x, t_x])
    gone = log_integral(alpha + at_t_x, beta + at_t_x, r + at_x, np.full(len(at_x), s + 1))
    (at_x, at_T), places = distinct_combinations([x, T])
    later = log_integral(alpha + at_T, beta + at_T, r + at_x, np.full(len(at_x), s + 1))
    stays = -(r + at_x) * np.log(alpha + at_T) - s * np.log(beta + at_T)
    # Gone between t_x and T: the integral from t_x without its part from T on, which is never the larger.
    before = np.log(-np.expm1(np.minimum(later[places] - gone[gone_places], 0)))
    log_odds: Floats = np.log(s) + gone[gone_places] + before - stays[places]
    return log_odds
