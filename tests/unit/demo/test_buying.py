"""The Pareto/NBD process and its Gamma-Gamma spend follow their closed forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from regulars.demo.buying import DAYS_A_WEEK, Buyers, buy_future, buy_history, draw_buyers, scale_to_target
from regulars.demo.recipe import read_recipe
from regulars.demo.season import SeasonalClock

RECIPE = read_recipe()
DAYS, FUTURE = 365, 365
PEOPLE = 100_000


@pytest.fixture(scope="module")
def clock() -> SeasonalClock:
    return SeasonalClock(RECIPE.season, dt.date(2025, 1, 1), DAYS, FUTURE)


@pytest.fixture(scope="module")
def buyers(clock: SeasonalClock) -> Buyers:
    people = np.arange(PEOPLE, dtype=np.int32)
    drawn = draw_buyers(people, RECIPE.process, RECIPE.spend, clock, np.random.default_rng(5))
    return replace(drawn, first_purchase=np.zeros(PEOPLE))


def expected_repeats(weeks: float) -> float:
    """Schmittlein, Morrison, Colombo (1987): E[X(t)] of Pareto/NBD."""
    p = RECIPE.process
    return p.r * p.beta / (p.alpha * (p.s - 1)) * (1 - (p.beta / (p.beta + weeks)) ** (p.s - 1))


def test_repeat_purchases_and_survival_follow_the_closed_forms(buyers: Buyers, clock: SeasonalClock) -> None:
    weeks = DAYS / DAYS_A_WEEK
    purchases = buy_history(buyers, RECIPE.spend, clock, None, np.random.default_rng(6))
    repeats = purchases.second.size / PEOPLE - 1
    assert repeats == pytest.approx(expected_repeats(weeks), rel=0.02)
    alive = np.mean(buyers.end_of_life > DAYS)
    p = RECIPE.process
    assert alive == pytest.approx((p.beta / (p.beta + weeks)) ** p.s, abs=0.005)


def test_the_future_goes_on_where_the_history_ends(buyers: Buyers, clock: SeasonalClock) -> None:
    future = buy_future(buyers, RECIPE.spend, clock, FUTURE, np.random.default_rng(7))
    weeks = DAYS / DAYS_A_WEEK
    expected = expected_repeats(2 * weeks) - expected_repeats(weeks)
    assert future.second.size / PEOPLE == pytest.approx(expected, rel=0.03)
    day = future.second / 86_400
    assert day.min() >= DAYS
    assert day.max() < DAYS + FUTURE


def test_nobody_buys_before_the_first_purchase_or_after_the_end_of_life(clock: SeasonalClock) -> None:
    people = np.arange(5_000, dtype=np.int32)
    buyers = draw_buyers(people, RECIPE.process, RECIPE.spend, clock, np.random.default_rng(8))
    purchases = buy_history(buyers, RECIPE.spend, clock, None, np.random.default_rng(9))
    day = purchases.second / 86_400
    assert np.all(day >= buyers.first_purchase[purchases.buyer] - 2 / 86_400)
    is_first = np.arange(day.size) < people.size
    assert np.all(is_first | (day <= buyers.end_of_life[purchases.buyer]))


def test_a_target_is_met_exactly_and_scales_the_rates(buyers: Buyers, clock: SeasonalClock) -> None:
    scaled, factor = scale_to_target(buyers, clock, 5 * PEOPLE)
    assert scaled.rate == pytest.approx(buyers.rate * factor)
    purchases = buy_history(scaled, RECIPE.spend, clock, 5 * PEOPLE, np.random.default_rng(10))
    assert purchases.second.size == 5 * PEOPLE
    assert np.bincount(purchases.buyer, minlength=PEOPLE).min() == 1


def test_spend_has_the_mean_of_gamma_gamma(buyers: Buyers, clock: SeasonalClock) -> None:
    future = buy_future(buyers, RECIPE.spend, clock, FUTURE, np.random.default_rng(7))
    spend = RECIPE.spend
    per_buyer = np.bincount(future.buyer, future.cents / 100, PEOPLE) / np.maximum(
        np.bincount(future.buyer, minlength=PEOPLE), 1
    )
    bought = np.bincount(future.buyer, minlength=PEOPLE) > 0
    assert per_buyer[bought].mean() == pytest.approx(spend.p * spend.v / (spend.q - 1), rel=0.02)
