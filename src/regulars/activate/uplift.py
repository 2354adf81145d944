"""What a campaign brought, from the moments of two groups of customers that chance divided.

Differences of means with Welch's interval (B. L. Welch, Biometrika 34, 1947): the groups differ in size and in spread.
It needs nothing but counts, means and variances, so it costs the same for a thousand customers and for a million.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CONFIDENCE = 0.95
POWER = 0.8
# Below this many customers the mean of something as lopsided as revenue is not yet near a normal distribution.
FEW = 100


@dataclass(frozen=True)
class Group:
    """A group's size, mean and variance (of n - 1) in one measure."""

    customers: int
    mean: float
    variance: float


@dataclass(frozen=True)
class Uplift:
    """How the exported differ from the held back, per customer.

    `low` and `high` bound the difference with a confidence of 95 %; `detectable` is the smallest true difference that
    groups like these would show four times out of five.
    """

    difference: float
    low: float
    high: float
    p_value: float
    degrees_of_freedom: float
    relative: float | None
    detectable: float

    @property
    def is_shown(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def uplift(exported: Group, held_back: Group) -> Uplift | None:
    """The difference of two groups; None where one has fewer than two customers, as then nothing can be said."""
    from scipy import stats

    if min(exported.customers, held_back.customers) < 2:
        return None
    difference = exported.mean - held_back.mean
    parts = [group.variance / group.customers for group in (exported, held_back)]
    error = math.sqrt(sum(parts))
    relative = difference / held_back.mean if held_back.mean else None
    if error == 0:
        # Nobody differs from anybody, as where nobody bought at all.
        return Uplift(difference, difference, difference, 0.0 if difference else 1.0, math.inf, relative, 0.0)
    # Welch-Satterthwaite.
    freedom = sum(parts) ** 2 / sum(
        part**2 / (group.customers - 1) for part, group in zip(parts, (exported, held_back), strict=True)
    )
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom))
    return Uplift(
        difference=difference,
        low=difference - reach * error,
        high=difference + reach * error,
        p_value=float(2 * stats.t.sf(abs(difference) / error, freedom)),
        degrees_of_freedom=freedom,
        relative=relative,
        detectable=(reach + float(stats.norm.ppf(POWER))) * error,
    )
