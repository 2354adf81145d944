"""Gauss's hypergeometric function as the Pareto/NBD needs it, as an integral: in logarithms, and it never overflows.

    I(A, B, p, q) = integral over y from 0 to infinity of (A + y)^(-p) (B + y)^(-q)
                  = A^(-c) / c * 2F1(c, q; c + 1; (A - B) / A)      with c = p + q - 1, where A >= B

(Abramowitz and Stegun 15.3.1; where A < B the two change places). Everything in it is positive, so nothing cancels.
With A + y = A e^h it is A^(1 - p) B^(-q) times the integral of e^(-c h) (1 + k (1 - e^(-h)))^(-q), k = (A - B) / B,
which starts at 1 and falls at the rate c + k q. In h times that rate the trapezoidal rule after the double exponential
substitution h = exp(t - exp(-t)) (Takahasi and Mori 1974) reaches the precision of floats, the derivatives included,
with 40 points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.learn.repeat_buying import Floats

_SPACING = 0.22
_LEFT = -3.6  # exp(t - exp(-t)) is 1e-17 there
_NEGLIGIBLE = 38.0  # e to minus this is 3e-17
_VALUES = 1 << 15  # of the integrand at a time: they stay in the processor's cache


@dataclass(frozen=True)
class LogIntegral:
    """log I and, if asked for, its derivatives; each of shape (n,)."""

    value: Floats
    by_A: Floats
    by_B: Floats
    by_p: Floats
    by_q: Floats


def log_integral(A: Floats, B: Floats, p: Floats, q: Floats) -> Floats:
    """log I(A, B, p, q) for arrays of one shape (n,), all positive and p + q > 1."""
    return _evaluated(A, B, p, q, with_derivatives=False)[0]


def log_integral_with_derivatives(A: Floats, B: Floats, p: Floats, q: Floats) -> LogIntegral:
    """log I(A, B, p, q) and what it changes by with each of them; arrays of one shape (n,)."""
    value, by_large, by_small, by_large_power, by_small_power = _evaluated(A, B, p, q, with_derivatives=True)
    in_order = A >= B
    return LogIntegral(
        value,
        np.where(in_order, by_large, by_small),
        np.where(in_order, by_small, by_large),
        np.where(in_order, by_large_power, by_small_power),
        np.where(in_order, by_small_power, by_large_power),
    )


def _evaluated(A: Floats, B: Floats, p: Floats, q: Floats, with_derivatives: bool) -> Floats:
    """Shape (1 or 5, n): the logarithm, and its derivatives by the larger of A and B, the smaller, and their powers."""
    in_order = A >= B
    large, small = np.where(in_order, A, B), np.where(in_order, B, A)
    large_power, small_power = np.where(in_order, p, q), np.where(in_order, q, p)
    decay = p + q - 1
    k = (large - small) / small
    rate = decay + k * small_power
    found = np.empty((5 if with_derivatives else 1, len(A)))
    rows = max(1, _VALUES // 40)
    for start in range(0, len(A), rows):
        part = slice(start, start + rows)
        found[:, part] = _moments(decay[part], small_power[part], k[part], rate[part], with_derivatives)
    log_large, log_small = np.log(large), np.log(small)
    found[0] += (1 - large_power) * log_large - small_power * log_small - np.log(rate)
    if with_derivatives:
        elapsed, stretched, filled = found[1:4].copy()
        found[1] = (1 - large_power) / large - small_power * filled / small
        found[2] = (small_power / small) * (filled * large / small - 1)
        found[3] = -log_large - elapsed
        found[4] = -log_small - elapsed - stretched
    return found


def _moments(decay: Floats, power: Floats, k: Floats, rate: Floats, with_derivatives: bool) -> Floats:
    """The logarithm of the integral in h times `rate`, and under the integrand the means of the derivatives' parts."""
    right = np.log(_NEGLIGIBLE * float((rate / decay).max(initial=1.0)))
    t = np.arange(np.floor(_LEFT / _SPACING), np.ceil(right / _SPACING) + 1) * _SPACING
    points = np.exp(t - np.exp(-t))
    log_weights = np.log(_SPACING * points * (1 + np.exp(-t)))
    h = points[:, None] / rate
    filled = -np.expm1(-h)
    base = 1 + k * filled
    log_base = np.log(base)
    integrand = np.exp(log_weights[:, None] - decay * h - power * log_base)
    total = integrand.sum(axis=0)
    if not with_derivatives:
        return np.log(total)[None]
    means = [
        np.einsum("kn,k->n", integrand, points) / rate,
        np.einsum("kn,kn->n", integrand, log_base),
        np.einsum("kn,kn->n", integrand, filled / base),
    ]
    return np.stack([np.log(total), *(mean / total for mean in means), np.zeros_like(total)])
