"""The likelihood that BG/NBD and MBG/NBD share: orders at random, and after each a chance that it was the last.

    L = B(a, b + x + m) / B(a, b) * Gamma(r + x) / Gamma(r) * alpha^r / (alpha + T)^(r + x) * (1 + o)
    o = a / (b + x + m - 1) * ((alpha + T) / (alpha + t_x))^(r + x)

where o are the odds that the customer is gone and m counts the chance to leave right after the first order: 0 in BG/NBD
(Fader, Hardie, Lee 2005, "Counting Your Customers the Easy Way", eq. 6, where o is 0 without a repeat order), 1 in
MBG/NBD (Batislam, Denizel, Filiztekin 2007; Hoppe and Wagner 2007). Only o needs a look at every distinct row,
and there logarithms of T and t_x are looked up; all else is summed over distinct x and distinct T.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, polygamma, psi

from regulars.learn.repeat_buying import BuyingHistory, Distinct, Floats, Places

PARAMETERS = ("r", "alpha", "a", "b")
STARTS = ((0.5, 0.3, 0.8, 2.0), (1.5, 0.1, 0.2, 2.0), (0.3, 0.05, 1.5, 6.0), (3.0, 2.0, 0.5, 0.5))

_ROWS = 8_192  # at a time: columns in the processor's cache, and too short for BLAS to call up threads for
_CERTAIN = 36.0  # log-odds above which 1 + odds and odds are the same number


@dataclass(frozen=True)
class _Odds:
    """Some rows: their weights, x, log(alpha + T) - log(alpha + t_x) with its first two derivatives, and log-odds."""

    weight: Floats
    places: Places
    orders: Floats
    stretch: Floats
    slope: Floats
    bend: Floats | None
    log_odds: Floats


class GeometricLikelihood:
    """The log-likelihood of r, alpha, a and b; `first_chance` is m above, and time should be in units near T."""

    def __init__(self, history: BuyingHistory, first_chance: int) -> None:
        x, T, weight = history.x, history.T, history.weight
        self.first_chance = first_chance
        self.x, self.t_x, self.T = x, history.t_x, T
        self.weight_of_x = np.bincount(x.places, weight, len(x.values))
        self.weight_of_T = np.bincount(T.places, weight, len(T.values))
        self.orders_of_T = np.bincount(T.places, weight * x.per_row(), len(T.values))
        # In BG/NBD a customer without a repeat order cannot be gone.
        can_be_gone = np.flatnonzero(x.per_row() + first_chance > 0)
        self.rows_weight = weight[can_be_gone]
        self.rows_x, self.rows_t_x, self.rows_T = (
            np.ascontiguousarray(column.places[can_be_gone]) for column in (x, history.t_x, T)
        )
        self.rows_orders = x.values[self.rows_x]

    def value_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """The log-likelihood of all customers, and its gradient."""
        r, _, a, b = parameters
        value, gradient = self._by_distinct_values(parameters)
        for rows in self._odds(parameters, with_bend=False):
            odds = np.exp(np.minimum(rows.log_odds, _CERTAIN))
            value += float(rows.weight @ (np.log(1 + odds) + np.maximum(rows.log_odds - _CERTAIN, 0)))
            gone = rows.weight * odds / (1 + odds)
            gradient[0] += gone @ rows.stretch
            gradient[1] += gone @ ((r + rows.orders) * rows.slope)
            gradient[2] += gone.sum() / a
            gradient[3] -= gone @ (1 / self._stayed(b))[rows.places]
        return value, gradient

    def hessian(self, parameters: Floats) -> Floats:
        """The matrix of its second derivatives."""
        r, _, a, b = parameters
        hessian = self._curvature_by_distinct_values(parameters)
        for rows in self._odds(parameters, with_bend=True):
            odds = np.exp(np.minimum(rows.log_odds, _CERTAIN))
            gone = rows.weight * odds / (1 + odds)
            orders = r + rows.orders
            left = (1 / self._stayed(b))[rows.places]
            slopes = np.stack([rows.stretch, orders * rows.slope, np.full(len(gone), 1 / a), -left])
            hessian += (slopes * (gone / (1 + odds))) @ slopes.T
            hessian[0, 1] += gone @ rows.slope
            hessian[1, 0] += gone @ rows.slope
            hessian[1, 1] += gone @ (orders * rows.bend)
            hessian[2, 2] -= gone.sum() / a**2
            hessian[3, 3] += gone @ left**2
        return hessian

    def _by_distinct_values(self, parameters: Floats) -> tuple[float, Floats]:
        """All but the odds: sums over the distinct x and the distinct T."""
        r, alpha, a, b = parameters
        orders, stays = self.x.values, self.x.values + self.first_chance
        customers, seen = self.weight_of_x.sum(), alpha + self.T.values
        exponents = r * self.weight_of_T + self.orders_of_T
        per_x = gammaln(r + orders) - gammaln(r) + gammaln(b + stays) - gammaln(b) + gammaln(a + b)
        value = self.weight_of_x @ (per_x - gammaln(a + b + stays)) + customers * r * np.log(alpha)
        # What psi(a + b) - psi(a + b + stays) says of the chances to leave, a and b have in common.
        shared = self.weight_of_x @ (psi(a + b) - psi(a + b + stays))
        gradient = [
            self.weight_of_x @ (psi(r + orders) - psi(r)) + customers * np.log(alpha) - self.weight_of_T @ np.log(seen),
            customers * r / alpha - exponents @ (1 / seen),
            shared,
            shared + self.weight_of_x @ (psi(b + stays) - psi(b)),
        ]
        return float(value - exponents @ np.log(seen)), np.array(gradient)

    def _curvature_by_distinct_values(self, parameters: Floats) -> Floats:
        r, alpha, a, b = parameters
        orders, stays = self.x.values, self.x.values + self.first_chance
        customers, seen = self.weight_of_x.sum(), alpha + self.T.values
        hessian = np.zeros((4, 4))
        hessian[0, 0] = self.weight_of_x @ (polygamma(1, r + orders) - polygamma(1, r))
        hessian[0, 1] = hessian[1, 0] = customers / alpha - self.weight_of_T @ (1 / seen)
        hessian[1, 1] = -customers * r / alpha**2 + (r * self.weight_of_T + self.orders_of_T) @ (1 / seen**2)
        hessian[2:, 2:] = self.weight_of_x @ (polygamma(1, a + b) - polygamma(1, a + b + stays))
        hessian[3, 3] += self.weight_of_x @ (polygamma(1, b + stays) - polygamma(1, b))
        return hessian

    def _stayed(self, b: float) -> Floats:
        """b + x + m - 1; where x and m are 0 nobody can be gone, and it is not used."""
        return np.maximum(self.x.values + self.first_chance - 1, 0) + b

    def _odds(self, parameters: Floats, with_bend: bool) -> Iterator[_Odds]:
        """The rows that can be gone, some at a time."""
        r, alpha, a, b = parameters
        log_chance = np.log(a) - np.log(self._stayed(b))
        log_T, log_t_x = np.log(alpha + self.T.values), np.log(alpha + self.t_x.values)
        inverse_T, inverse_t_x = 1 / (alpha + self.T.values), 1 / (alpha + self.t_x.values)
        for start in range(0, len(self.rows_weight), _ROWS):
            part = slice(start, start + _ROWS)
            x, t_x, T, orders = self.rows_x[part], self.rows_t_x[part], self.rows_T[part], self.rows_orders[part]
            stretch = log_T[T] - log_t_x[t_x]
            slope = inverse_T[T] - inverse_t_x[t_x]
            bend = (inverse_t_x**2)[t_x] - (inverse_T**2)[T] if with_bend else None
            log_odds = log_chance[x] + (r + orders) * stretch
            yield _Odds(self.rows_weight[part], x, orders, stretch, slope, bend, log_odds)


def log_odds_gone(parameters: Floats, x: Distinct, t_x: Distinct, T: Distinct, first_chance: int) -> Floats:
    """Per row the logarithm of the odds that the customer will not buy again; minus infinity where that cannot be."""
    r, alpha, a, b = parameters
    stays = x.values + first_chance
    with np.errstate(divide="ignore"):
        log_chance = np.where(stays > 0, np.log(a) - np.log(np.maximum(b + stays - 1, 0)), -np.inf)
    stretch = np.log(alpha + T.values)[T.places] - np.log(alpha + t_x.values)[t_x.places]
    log_odds: Floats = log_chance[x.places] + (r + x.per_row()) * stretch
    return log_odds
