"""The published results on CDNOW, and the model's own parameters found again."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.learn.buyers import Buyers, by_frequency, make_geometric_buyers

from regulars.learn.mbgnbd import MBGNBD


@pytest.fixture(scope="module")
def model(cdnow: Buyers) -> MBGNBD:
    return MBGNBD().fit(*cdnow.history)


def test_parameters_and_likelihood_are_those_published_for_cdnow(model: MBGNBD) -> None:
    assert {name: round(value, 3) for name, value in model.params_.items()} == {
        "r": 0.525,
        "alpha": 6.183,
        "a": 0.891,
        "b": 1.614,
    }
    assert round(model.log_likelihood_, 2) == -9582.14
    assert model.converged_


def test_the_holdout_is_told_as_well_as_by_the_other_models(model: MBGNBD, cdnow: Buyers) -> None:
    expected = model.expected_orders(39, *cdnow.history)
    error = np.abs(np.subtract(by_frequency(cdnow, expected), by_frequency(cdnow, cdnow.later)))
    published = np.abs(
        np.subtract([0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157], by_frequency(cdnow, cdnow.later))
    )
    assert np.corrcoef(expected, cdnow.later)[0, 1] > 0.6
    assert error.mean() < 1.5 * published.mean()


def test_customers_without_a_repeat_order_may_be_gone(model: MBGNBD) -> None:
    alive = model.probability_alive([0, 0, 0], [0, 0, 0], [0, 10, 5000])
    assert alive[0] == pytest.approx(model.params_["b"] / (model.params_["a"] + model.params_["b"]))
    assert alive[0] > alive[1] > alive[2]


def test_the_parameters_of_made_customers_are_found_again() -> None:
    truth = {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 3.5}
    buyers = make_geometric_buyers(truth, 60_000, seed=12, first_may_be_last=True)
    model = MBGNBD().fit(*buyers.history)
    assert model.converged_
    for name, value in truth.items():
        assert abs(model.params_[name] - value) < 3.5 * model.standard_errors_[name] < 0.5 * value
