"""The value of a customer's purchases: its distribution against that of simulated customers."""

import numpy as np
import pytest

from regulars.learn.mbgnbd import MBGNBD
from regulars.learn.paretonbd import ParetoNBD
from regulars.learn.value_distribution import ValueDistribution, ValueSpread

P, Q = 6.25, 3.74
KNOWN = [(0, 0, 400), (1, 90, 300), (5, 350, 400), (30, 395, 400), (12, 100, 400), (300, 700, 701)]


def fitted(kind, **parameters):
    model = kind()
    model.params_ = parameters
    return model


MODELS = [
    fitted(MBGNBD, r=0.6, alpha=18.0, a=0.25, b=0.5),
    fitted(ParetoNBD, r=0.35, alpha=17.0, s=0.5, beta=130.0),
]


def simulated(model, chance, row, t, order_value, draws=40_000):
    """Sums of the values of orders, each future drawn from its distribution and each spend from its own."""
    x, t_x, T = KNOWN[row]
    counts = np.arange(0, 3000)
    up_to = 1 - model.probability_of_fewer(counts + 1, t, np.full(3000, x), np.full(3000, t_x), np.full(3000, T))
    orders = np.searchsorted(1 - up_to, chance.random(draws))
    after = Q + P * (x + 1)
    rate = chance.gamma(after, 1 / (order_value * (after - 1) / P), draws)
    return np.where(orders > 0, chance.gamma(np.maximum(P * orders, 1e-9)) / rate, 0.0)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("t", [30, 365])
def test_quantiles_are_those_of_simulated_customers(model, t):
    chance = np.random.default_rng(5)
    x, t_x, T = np.array(KNOWN).T
    order_value = np.array([20.0, 35.0, 80.0, 15.0, 50.0, 12.0])
    found = ValueDistribution(model.order_counts(t, x, t_x, T), x + 1, order_value, ValueSpread(P, Q))
    levels = (0.1, 0.5, 0.9)
    quantiles = found.quantiles(levels)
    for row in range(len(KNOWN)):
        sums = simulated(model, chance, row, t, order_value[row])
        for level, quantile in zip(levels, quantiles[:, row], strict=True):
            below, up_to = np.mean(sums < quantile), np.mean(sums <= quantile)
            assert below - 0.012 <= level <= up_to + 0.012
        probability = found.probability_of_less(np.full(len(KNOWN), np.median(sums)))[row]
        assert probability == pytest.approx(np.mean(sums <= np.median(sums)), abs=0.012)


def test_what_a_customer_spends_is_only_the_unit():
    x, t_x, T = np.array(KNOWN).T
    one, ten = (
        ValueDistribution(MODELS[0].order_counts(90, x, t_x, T), x + 1, np.full(6, unit), ValueSpread(P, Q))
        for unit in (1.0, 10.0)
    )
    assert ten.quantiles((0.2, 0.8)) == pytest.approx(10 * one.quantiles((0.2, 0.8)))


def test_who_is_gone_or_buys_for_nothing_is_worth_nothing():
    x, t_x, T = np.array([(50, 10, 700), (5, 350, 400)]).T
    found = ValueDistribution(MODELS[0].order_counts(90, x, t_x, T), x + 1, np.array([20.0, 0.0]), ValueSpread(P, Q))
    assert found.quantiles((0.1, 0.9)).tolist() == [[0, 0], [0, 0]]
    assert found.probability_of_less(np.zeros(2))[0] == pytest.approx(1, abs=1e-6)
    assert found.probability_of_less(np.zeros(2))[1] < 1
