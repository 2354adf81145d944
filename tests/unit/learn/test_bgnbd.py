"""The published results on CDNOW, and the model's own parameters found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.csv as pc
import pytest
from tests.unit.learn.buyers import Buyers, by_frequency, make_geometric_buyers

from regulars.learn.bgnbd import BGNBD

CUSTOMER_1516 = (26, 30.857, 31)


@pytest.fixture(scope="module")
def model(cdnow: Buyers) -> BGNBD:
    return BGNBD().fit(*cdnow.history)


def test_parameters_and_likelihood_are_those_published_for_cdnow(model: BGNBD) -> None:
    assert model.params_ == pytest.approx({"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}, abs=6e-5)
    assert round(model.log_likelihood_, 2) == -9582.43
    assert model.converged_
    assert model.customers_ == 2357


def test_the_published_summary_in_rounded_weeks_gives_the_same_to_three_digits(shared_data: Path) -> None:
    table = pc.read_csv(shared_data / "cdnow_customers_summary.csv")
    model = BGNBD().fit(table["frequency"].to_numpy(), table["recency"].to_numpy(), table["T"].to_numpy())
    assert model.params_ == pytest.approx({"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}, abs=2e-4)
    assert round(model.log_likelihood_, 2) == -9582.43


def test_standard_errors_are_those_that_lifetimes_reports(shared_data: Path) -> None:
    table = pc.read_csv(shared_data / "cdnow_customers_summary.csv")
    model = BGNBD().fit(table["frequency"].to_numpy(), table["recency"].to_numpy(), table["T"].to_numpy())
    by_lifetimes = {"r": 0.0125573, "alpha": 0.378221, "a": 0.185719, "b": 0.705345}  # 0.11.3, by its own derivatives
    assert model.standard_errors_ == pytest.approx(by_lifetimes, rel=1e-5)


def test_conditional_expectations_and_probability_alive_are_those_published(model: BGNBD) -> None:
    assert model.expected_orders(52, *CUSTOMER_1516) == pytest.approx(25.757, abs=1e-3)
    assert model.probability_alive(*CUSTOMER_1516) == pytest.approx(0.96885, abs=1e-5)
    assert model.expected_orders(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=5e-4)


def test_the_holdout_table_is_the_published_one(model: BGNBD, cdnow: Buyers) -> None:
    assert by_frequency(cdnow, cdnow.later) == [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
    expected = model.expected_orders(39, *cdnow.history)
    assert by_frequency(cdnow, expected) == [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]


def test_customers_without_a_repeat_order_are_alive_for_certain(model: BGNBD) -> None:
    assert np.array_equal(model.probability_alive([0, 0], [0, 0], [1, 5000]), [1, 1])


def test_the_parameters_of_made_customers_are_found_again() -> None:
    truth = {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 3.5}
    buyers = make_geometric_buyers(truth, 60_000, seed=11, first_may_be_last=False)
    model = BGNBD().fit(*buyers.history)
    assert model.converged_
    for name, value in truth.items():
        assert abs(model.params_[name] - value) < 3.5 * model.standard_errors_[name] < 0.5 * value
