"""The season of buying: what made-up shops have is found, and what they have not is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.learn.season import estimate_season

BANDS = np.array([1, 31, 91, 181, 366, 731])
PEAK = np.array([0.8, 0.75, 0.9, 1.0, 1.0, 0.95, 0.9, 0.85, 1.0, 1.05, 1.35, 1.5])
PEAK = PEAK / PEAK.mean()
FLAT = np.ones(12)


def shop(season, days=1096, newcomers=30.0, growth=0.0, start="2023-01-01", seed=0, years=None):
    """Days, bands, occasions and customers of a shop whose customers buy less the longer they are there."""
    chance = np.random.default_rng(seed)
    day = np.arange(days)
    new = chance.poisson(newcomers * np.exp(growth * day / 365))
    so_far = np.concatenate([[0], np.cumsum(new)])
    month = (np.datetime64(start, "D") + day).astype("datetime64[M]").astype(int) % 12
    of_day = np.asarray(season)[month] if years is None else np.array([years[d // 365][month[d]] for d in day])
    beyond = np.r_[BANDS[1:], 10**6]
    customers = np.array([so_far[np.maximum(day - low + 1, 0)] - so_far[np.maximum(day - high + 1, 0)]
                          for low, high in zip(BANDS, beyond, strict=True)])  # fmt: skip
    rates = 0.02 * np.exp(-BANDS / 300)
    occasions = chance.poisson(customers * rates[:, None] * of_day)
    dates = np.datetime64(start, "D") + np.tile(day, len(BANDS))
    return dates, np.repeat(np.arange(len(BANDS)), days), occasions.ravel(), customers.ravel()


@pytest.mark.parametrize("growth", [-0.8, 0.0, 0.8])
def test_a_season_is_found_whether_the_base_grows_or_shrinks(growth):
    season = estimate_season(*shop(PEAK, growth=growth))
    assert season.index == pytest.approx(PEAK, rel=0.06)
    assert not season.is_flat
    assert season.in_words().startswith("December is 1.")


@pytest.mark.parametrize("growth", [-0.8, 0.0, 0.8])
def test_growth_is_no_season(growth):
    assert estimate_season(*shop(FLAT, growth=growth)).index == pytest.approx(FLAT, abs=0.03)


def test_a_season_that_does_not_repeat_is_drawn_to_none():
    turned = [PEAK, np.roll(PEAK, 6), np.roll(PEAK, 3)]
    season = estimate_season(*shop(FLAT, years=[*turned, turned[0]]))
    assert season.dispersion > 5
    assert np.abs(np.log(season.index)).max() < 0.5 * np.abs(np.log(PEAK)).max()


def test_the_fewer_the_purchases_the_flatter_the_season():
    spread = [np.std(np.log(estimate_season(*shop(PEAK, newcomers=many, seed=3)).index)) for many in (0.05, 0.5, 30)]
    assert spread[0] < spread[2] and spread[1] < 1.1 * spread[2]


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 3.0))
def test_an_index_is_positive_and_one_over_a_year(seed, newcomers):
    index = estimate_season(*shop(FLAT, newcomers=newcomers, days=740, seed=seed)).index
    days = [31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert (index > 0).all()
    assert np.average(index, weights=days) == pytest.approx(1)


def test_less_than_a_year_or_nothing_at_all_has_no_season():
    assert estimate_season(*shop(PEAK, days=300)).is_flat
    nothing = np.array([], dtype=np.int64)
    assert estimate_season(nothing.astype("datetime64[D]"), nothing, nothing, nothing).is_flat
