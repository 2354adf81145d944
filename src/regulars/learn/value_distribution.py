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
from scipy.special import betainc, ndtr, ndtri

from regulars.learn.one_thread import one_thread
from regulars.learn.order_distribution import OrderCounts
from regulars.learn.repeat_buying import Floats, Places

_ONE_BY_ONE = 32  # orders up to here are counted singly, then in groups that grow by a twelfth
_MOST = 50_000
_NEGLIGIBLE = 1e-3  # the chance of still more orders at which counting ends
# In orders of the customer's mean value; the first stands for nothing at all.
_WORTH = np.concatenate([[1e-6], np.geomspace(0.02, 4.0 * _MOST, 191)])
_LOG_WORTH = np.log(_WORTH)
_CERTAIN = 1e-12


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
        shares, used = _group_shares(counts)
        past = np.zeros(len(shares), dtype=np.int64)
        past[self._places] = occasions
        order = np.argsort(past, kind="stable")
        self._below = np.empty((len(shares), len(_WORTH)))
        with one_thread():
            for kinds in np.split(order, np.flatnonzero(np.diff(past[order])) + 1):
                groups = int(used[kinds].max(initial=0))
                below = shares[kinds, :1] + shares[kinds, 1 : groups + 1] @ spread.curves(int(past[kinds[0]]), groups)
                self._below[kinds] = _normal_score(np.maximum.accumulate(below, axis=1))

    def probability_of_less(self, amounts: Floats) -> Floats:
        """Per customer the probability that their purchases are worth an amount of their own, or less."""
        worth = np.where(amounts > 0, np.inf, 0.0)
        np.divide(amounts, self._order_value, out=worth, where=self._order_value > 0)
        log_worth = np.log(np.clip(worth, _WORTH[0], _WORTH[-1]))
        place = np.clip(np.searchsorted(_LOG_WORTH, log_worth, side="right") - 1, 0, len(_WORTH) - 2)
        low, high = self._below[self._places, place], self._below[self._places, place + 1]
        part = (log_worth - _LOG_WORTH[place]) / (_LOG_WORTH[place + 1] - _LOG_WORTH[place])
        probability: Floats = 1 - self._alive * (1 - ndtr(low + part * (high - low)))
        return probability

    def quantiles(self, levels: Sequence[float]) -> Floats:
        """Per level and customer the amount that is not exceeded with that probability; shape (levels, n)."""
        found = np.empty((len(levels), len(self._places)))
        for row, level in enumerate(levels):
            with np.errstate(divide="ignore"):
                wanted = 1 - (1 - level) / self._alive
            found[row] = self._worth_at(_normal_score(wanted)) * self._order_value
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
        part = np.divide(wanted - before, after - before, out=np.zeros(len(wanted)), where=after > before)
        worth = np.exp(_LOG_WORTH[low] + np.clip(part, 0, 1) * (_LOG_WORTH[high] - _LOG_WORTH[low]))
        return np.where(self._below[self._places, 0] >= wanted, 0.0, worth)


def _normal_score(probability: Floats) -> Floats:
    """The normal distribution's quantile: sums of many orders are nearly a straight line in it and in log worth."""
    score: Floats = ndtri(np.clip(probability, _CERTAIN, 1 - _CERTAIN))
    return score


def _group_shares(counts: OrderCounts) -> tuple[Floats, Places]:
    """P(number of orders in each group) per kind, and its last group; what is beyond that is taken as of it."""
    kinds = np.arange(len(counts.R))
    shares = np.zeros((len(kinds), len(_ENDS)))
    used = np.zeros(len(kinds), dtype=np.intp)
    above = np.ones(len(kinds))  # P(orders > end of the group before)
    number = 0
    for group, end in enumerate(_ENDS):
        while number < end:
            counts.advance()
            number += 1
        beyond = counts.beyond()
        is_last = (beyond < _NEGLIGIBLE) | (group == len(_ENDS) - 1)
        shares[kinds, group] = above[kinds] - np.where(is_last, 0.0, beyond)
        used[kinds], above[kinds] = group, beyond
        if is_last.any():
            kinds = kinds[~is_last]
            if not len(kinds):
                break
            counts.keep(np.flatnonzero(~is_last))
    return shares, used
