"""What a customer's purchases will be worth: not only the mean, but the amounts between which it will lie.

Given Gamma-Gamma's p and the customer's own rate nu, n orders are worth Gamma(p n, nu); what is known of nu after x
orders of mean m is Gamma(p x + q, v + x m). So the sum S of n orders is beta prime,

    P(S <= s | n) = I(s / (s + v + x m); p n, p x + q)

with I the regularised incomplete beta function (Fader and Hardie 2013, "The Gamma-Gamma Model", section 4, for the
posterior), and P(S <= s) is the mean of that over the number of orders, 0 where none comes. What a customer spends per
order stands in it only as the unit of s: the rest is reckoned once per number of past orders, and once per kind of
customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from regulars.learn.order_distribution import OrderCounts
from regulars.learn.repeat_buying import Floats, Places

_ONE_BY_ONE = 32  # orders up to here are counted singly, then in groups that grow by a twelfth
_MOST = 50_000
_NEGLIGIBLE = 1e-3  # the chance of still more orders at which counting ends
_WORTH = np.concatenate([[0.0], np.geomspace(0.02, 4.0 * _MOST, 220)])  # in orders of the customer's mean value


def _groups() -> npt.NDArray[np.int64]:
    """The largest number of orders of each group, from 0."""
    ends = list(range(_ONE_BY_ONE + 1))
    while ends[-1] < _MOST:
        ends.append(ends[-1] + ends[-1] // 12)
    return np.array(ends)


_ENDS = _groups()
_MIDDLES = np.concatenate([[0.0], (_ENDS[1:] + _ENDS[:-1] + 1) / 2])


@dataclass
class ValueSpread:
    """How orders are spread: the curves of P(S <= s | n), kept for every number of past orders that was asked for.

    Attributes:
        p: How alike a customer's orders are.
        q: How alike customers are.
    """

    p: float
    q: float
    _curves: dict[int, Floats] = field(default_factory=dict)

    def curves(self, occasions: int, groups: int) -> Floats:
        """P(S <= worth | n orders) for a customer of so many past orders; shape (groups, len(_WORTH)), from 1 order."""
        known = self._curves.get(occasions)
        if known is None or len(known) < groups:
            after = self.q + self.p * occasions
            scaled = _WORTH * (self.p / (after - 1))
            known = betainc(self.p * _MIDDLES[1 : groups + 1, None], after, scaled / (1 + scaled))
            self._curves[occasions] = known
        return known[:groups]


class ValueDistribution:
    """Of the value of customers' purchases in some time.

    Args:
        counted: The distribution of the number of orders of kinds of customers who are alive, the probability that each
            customer is, and the place of each customer's kind, as `BuyingModel.order_counts` gives them.
        occasions: Shape (n,): past orders of each customer, the first one included.
        order_value: Shape (n,): the mean value of their orders to come.
        spread: How values are spread about it.
    """

    def __init__(
        self,
        counted: tuple[OrderCounts, Floats, Places],
        occasions: npt.NDArray[np.integer],
        order_value: Floats,
        spread: ValueSpread,
    ) -> None:
        counts, self._alive, self._places = counted
        self._order_value = order_value
        shares = _group_shares(counts)
        past = np.zeros(len(shares), dtype=np.int64)
        past[self._places] = occasions
        below = np.empty((len(shares), len(_WORTH)))
        for number in np.unique(past):
            kinds = np.flatnonzero(past == number)
            used = int(np.flatnonzero(shares[kinds].any(axis=0)).max(initial=0))
            below[kinds] = shares[kinds, :1]
            if used:
                below[kinds] += shares[kinds, 1 : used + 1] @ spread.curves(int(number), used)
        self._below = np.minimum(np.maximum.accumulate(below, axis=1), 1.0)

    def probability_of_less(self, amounts: Floats) -> Floats:
        """Per customer the probability that their purchases are worth an amount of their own, or less."""
        with np.errstate(divide="ignore", invalid="ignore"):
            worth = np.where(self._order_value > 0, amounts / self._order_value, np.where(amounts > 0, np.inf, 0.0))
        place = np.clip(np.searchsorted(_WORTH, worth, side="right") - 1, 0, len(_WORTH) - 2)
        low, high = self._below[self._places, place], self._below[self._places, place + 1]
        part = np.clip((worth - _WORTH[place]) / (_WORTH[place + 1] - _WORTH[place]), 0, 1)
        probability: Floats = 1 - self._alive * (1 - (low + part * (high - low)))
        return probability

    def quantiles(self, levels: Sequence[float]) -> Floats:
        """Per level and customer the amount that is not exceeded with that probability; shape (levels, n)."""
        found = np.empty((len(levels), len(self._places)))
        for row, level in enumerate(levels):
            with np.errstate(divide="ignore"):
                wanted = 1 - (1 - level) / self._alive
            found[row] = self._worth_at(wanted) * self._order_value
        return found

    def _worth_at(self, wanted: Floats) -> Floats:
        """Per customer where their kind's curve reaches a height: halving between the ends, then a straight line."""
        low = np.zeros(len(wanted), dtype=np.intp)
        high = np.full(len(wanted), len(_WORTH) - 1, dtype=np.intp)
        for _ in range(int(np.ceil(np.log2(len(_WORTH))))):
            middle = (low + high) // 2
            is_below = self._below[self._places, middle] < wanted
            low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
        before, after = self._below[self._places, low], self._below[self._places, high]
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.clip(np.nan_to_num((wanted - before) / (after - before)), 0, 1)
        worth: Floats = _WORTH[low] + part * (_WORTH[high] - _WORTH[low])
        return np.where(self._below[self._places, 0] >= wanted, 0.0, worth)


def _group_shares(counts: OrderCounts) -> Floats:
    """P(number of orders in each group) per kind; what is left when counting ends is in the last group counted."""
    kinds = np.arange(len(counts.R))
    shares = np.zeros((len(kinds), len(_ENDS)))
    above = np.ones(len(kinds))  # P(orders > end of the group before)
    number = 0
    for group, end in enumerate(_ENDS):
        while number < end:
            counts.advance()
            number += 1
        beyond = counts.beyond()
        is_last = (beyond < _NEGLIGIBLE) | (group == len(_ENDS) - 1)
        shares[kinds, group] = above[kinds] - np.where(is_last, 0.0, beyond)
        above[kinds] = beyond
        if is_last.all():
            break
        if is_last.any():
            kinds = kinds[~is_last]
            counts.keep(np.flatnonzero(~is_last))
    return shares
