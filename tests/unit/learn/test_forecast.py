import numpy as np
import pytest

from regulars.learn.forecast import BASELINE, FEWEST_DAYS, STRETCHES, Candidate, _foretold, _trial, forecast

DAYS = 28


def weekly(days, seed=3, trend=0.0, noise=0.1):
    chance = np.random.default_rng(seed)
    season = np.array([0.6, 0.8, 1.0, 1.0, 1.2, 1.6, 0.8])
    level = 100 + trend * np.arange(days)
    return np.maximum(level * season[np.arange(days) % 7] * np.exp(noise * chance.standard_normal(days)), 0)


def test_a_week_that_repeats_itself_is_foretold():
    series = weekly(400, noise=0.0)
    found = forecast(series, DAYS)
    assert found.expected == pytest.approx(weekly(400 + DAYS, noise=0.0)[-DAYS:], rel=0.02)


def test_a_noisy_week_is_foretold_better_than_by_the_week_before():
    series = weekly(500, trend=0.1)
    found = forecast(series, DAYS)
    truth = weekly(500 + DAYS, trend=0.1, noise=0.0)[-DAYS:]
    assert found.model != BASELINE
    assert np.abs(found.expected - truth).mean() < 0.05 * truth.mean()
    assert np.abs(found.tested[0] - series[-DAYS:]).mean() < np.abs(found.baseline - series[-DAYS:]).mean()


def test_intervals_of_eighty_percent_hold_about_eighty_percent():
    inside = []
    for seed in range(12):
        series = weekly(300 + DAYS, seed=seed, noise=0.3)
        found = forecast(series[:-DAYS], DAYS)
        inside.append(((series[-DAYS:] >= found.lower) & (series[-DAYS:] <= found.upper)).mean())
    assert 0.72 <= np.mean(inside) <= 0.88


def test_the_test_sees_nothing_of_the_days_that_it_is_about():
    series = weekly(400)
    changed = series.copy()
    changed[-DAYS:] *= 5
    before, after = forecast(series, DAYS), forecast(changed, DAYS)
    assert np.array_equal(before.tested[0], after.tested[0])
    assert np.array_equal(before.tested[1], after.tested[1])
    assert before.model == after.model


def test_a_history_that_is_too_short_is_said_to_be():
    needed = FEWEST_DAYS + (STRETCHES + 1) * DAYS
    found = forecast(weekly(needed - 1), DAYS)
    assert found.model == ""
    assert found.reason == f"{needed - 1} days of history are too few: a forecast of {DAYS} days needs {needed}"
    assert len(found.expected) == 0
    assert forecast(weekly(needed), DAYS).model


@pytest.mark.parametrize("series", [np.zeros(300), np.full(300, 7.0), np.r_[np.zeros(299), 5.0]])
def test_series_without_any_movement_are_foretold_too(series):
    found = forecast(series, DAYS)
    assert np.isfinite(found.expected).all()
    assert (found.lower <= found.upper).all()
    assert (found.expected >= 0).all()


def test_nothing_below_zero_is_foretold():
    series = np.maximum(weekly(300, trend=-0.4), 0)
    found = forecast(series, DAYS)
    assert (found.expected >= 0).all() and (found.lower >= 0).all()


@pytest.mark.parametrize(("name", "seed", "left"), [("exponential smoothing", 3, 0.0), ("season of week", 1, 0.05)])
def test_a_form_whose_errors_are_shares_of_a_level_is_looked_for_anew_when_sales_fall_to_nothing(name, seed, left):
    # Without its season of the week the second series falls below 0, though no day of it does.
    series = weekly(400, seed=seed, noise=0.02 if left == 0 else 0.25)
    found, _ = _trial(name, series, DAYS)
    assert found.form[0] == "M" and series.min() > 0  # or this test would show nothing
    fallen = series.copy()
    fallen[-20:] *= left
    expected, fitted = _foretold(found, fallen, DAYS)
    assert np.isfinite(expected).all() and len(fitted) == 400
    assert expected.mean() < 0.5 * series.mean()


@pytest.mark.parametrize("seed", range(4))
def test_a_shop_that_nearly_stops_selling_is_foretold_too(seed):
    series = weekly(500, seed=seed, noise=0.25)
    series[-100:] *= 0.05
    series[-40:-30] = 0
    found = forecast(series, DAYS)
    assert np.isfinite(found.expected).all() and (found.lower <= found.upper).all()
    assert found.expected.mean() < 0.5 * series[:400].mean()


def test_what_was_learned_before_the_stretches_foretells_each_as_what_is_learned_again_just_before_it():
    series = weekly(500, trend=0.2)
    found, foretold = _trial("exponential smoothing", series, DAYS)
    for back, said in zip(range(STRETCHES, 0, -1), foretold, strict=True):
        again, _ = _foretold(Candidate("exponential smoothing"), series[: len(series) - back * DAYS], DAYS)
        assert said == pytest.approx(again, rel=0.05)
    assert len(found.form) == 4
