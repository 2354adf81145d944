"""Who buys when and for how much: a Pareto/NBD process with Gamma-Gamma spend, whose every latent state is known.

From the first purchase on, a buyer buys at their own Poisson rate until their lifetime ends, which nobody sees. The
season modulates the rate without changing its mean (see `season`). Time is in days since the start of the history.
Schmittlein, Morrison, Colombo (1987), "Counting your customers"; Fader, Hardie (2013), "The Gamma-Gamma model".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.demo.cells import SECONDS_A_DAY, Longs
from regulars.demo.recipe import Process, Spend
from regulars.demo.season import Floats, SeasonalClock

DAYS_A_WEEK = 7
LONGEST_LIFETIME = 36_525.0  # days; a drop-out rate near 0 has a lifetime without end


@dataclass(frozen=True)
class Buyers:
    """The latent state of everyone who ever buys, one position per buyer."""

    person: npt.NDArray[np.int32]
    rate: Floats  # repeat orders a day while alive
    lifetime: Floats  # days from the first purchase
    first_purchase: Floats
    spend_rate: Floats  # nu of Gamma-Gamma; the mean order value is p / nu

    @property
    def end_of_life(self) -> Floats:
        """When each stops buying for ever."""
        return self.first_purchase + self.lifetime


@dataclass(frozen=True)
class Purchases:
    """What buyers bought, in no order."""

    buyer: npt.NDArray[np.int32]
    second: Longs  # since the start of the history
    cents: Longs


def draw_buyers(
    person: npt.NDArray[np.int32],
    process: Process,
    spend: Spend,
    clock: SeasonalClock,
    rng: np.random.Generator,
) -> Buyers:
    """Draws everyone's latent state; first purchases are spread over the history as the season has it."""
    count = person.size
    weekly_rate = rng.standard_gamma(process.r, count) / process.alpha
    weekly_drop_out = rng.standard_gamma(process.s, count) / process.beta
    weeks = rng.standard_exponential(count) / np.maximum(weekly_drop_out, 1e-9)
    return Buyers(
        person=person,
        rate=weekly_rate / DAYS_A_WEEK,
        lifetime=np.minimum(weeks * DAYS_A_WEEK, LONGEST_LIFETIME),
        first_purchase=clock.calendar(rng.random(count) * clock.history_days),
        spend_rate=rng.standard_gamma(spend.q, count) / spend.v,
    )


def scale_to_target(buyers: Buyers, clock: SeasonalClock, target: int) -> tuple[Buyers, float]:
    """The same buyers with rates such that the history is expected to hold `target` purchases, and the factor.

    A gamma rate times a factor is a gamma rate with alpha divided by it, so the process stays known.
    """
    _, busy = _busy_spans(buyers, clock, 0, clock.history_days)
    factor = (target - buyers.person.size) / float(np.sum(buyers.rate * busy))
    scaled = Buyers(buyers.person, buyers.rate * factor, buyers.lifetime, buyers.first_purchase, buyers.spend_rate)
    return scaled, factor


def buy_history(
    buyers: Buyers, spend: Spend, clock: SeasonalClock, target: int | None, rng: np.random.Generator
) -> Purchases:
    """Everyone's first purchase and their repeat purchases up to the end of the history; exactly `target` if given.

    Given their sum, Poisson counts are multinomial: a target fixes the sum and leaves the process as it is.
    """
    since, busy = _busy_spans(buyers, clock, 0, clock.history_days)
    expected = buyers.rate * busy
    if target is None:
        repeats = rng.poisson(expected)
    else:
        repeats = rng.multinomial(target - buyers.person.size, expected / expected.sum())
    buyer = np.repeat(np.arange(buyers.person.size, dtype=np.int32), repeats)
    repeat_days = clock.calendar(since[buyer] + rng.random(buyer.size) * busy[buyer])
    buyer = np.concatenate((np.arange(buyers.person.size, dtype=np.int32), buyer))
    second = _seconds(np.concatenate((buyers.first_purchase, repeat_days)), clock.history_days)
    return Purchases(buyer, second, _order_values(buyers, buyer, spend, rng))


def buy_future(
    buyers: Buyers, spend: Spend, clock: SeasonalClock, future_days: int, rng: np.random.Generator
) -> Purchases:
    """What those who are still alive buy in the days after the history."""
    until = clock.history_days + future_days
    since, busy = _busy_spans(buyers, clock, clock.history_days, until)
    buyer = np.repeat(np.arange(buyers.person.size, dtype=np.int32), rng.poisson(buyers.rate * busy))
    future = clock.calendar(since[buyer] + rng.random(buyer.size) * busy[buyer])
    return Purchases(buyer, _seconds(future, until), _order_values(buyers, buyer, spend, rng))


def _busy_spans(buyers: Buyers, clock: SeasonalClock, since: int, until: int) -> tuple[Floats, Floats]:
    """When each buyer's buying time between two days starts, and how long it lasts, both in busy days."""
    starts = clock.busy(np.maximum(buyers.first_purchase, since))
    ends = clock.busy(np.minimum(buyers.end_of_life, until))
    return starts, np.maximum(ends - starts, 0.0)


def _order_values(buyers: Buyers, buyer: npt.NDArray[np.int32], spend: Spend, rng: np.random.Generator) -> Longs:
    """A Gamma(p, nu) value for each purchase, in cents and at least one of them."""
    value = rng.standard_gamma(spend.p, buyer.size)
    value /= buyers.spend_rate[buyer]
    return np.maximum(np.rint(value * 100), 1).astype(np.int64)


def _seconds(days: Floats, until: int) -> Longs:
    """Whole seconds, none past the last second before `until`."""
    return np.minimum(days * SECONDS_A_DAY, until * SECONDS_A_DAY - 1).astype(np.int64)
