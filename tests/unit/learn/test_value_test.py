import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.learn.summaries import kinds, purchase_summary

from regulars.learn.learning_dates import CutOff
from regulars.learn.lifetime_value import fit_lifetime_value
from regulars.learn.seasonal_clock import SeasonalClock
from regulars.learn.value_test import interval_coverage, value_tests

DATE = CutOff(1, 90, False, True, False, dt.date(2025, 10, 3))


@pytest.fixture(scope="module")
def summary():
    return purchase_summary(3000, seed=21)


@pytest.fixture(scope="module")
def tested(summary):
    return value_tests(
        DATE, summary, fit_lifetime_value("mbg_nbd", kinds(summary), summary, 0.95, SeasonalClock(DATE.cut_off))
    )


def measure(tested, model, metric):
    test = next(test for test in tested[0] if test.model == model)
    return next(found for found in test.measures if found.metric == metric)


def test_customers_who_buy_as_the_model_says_are_foretold_better_than_by_repetition(tested):
    assert [test.is_validated for test in tested[0]] == [True, True]
    assert measure(tested, "orders", "root_mean_squared_error").is_better
    assert abs(measure(tested, "orders", "bias").value) < 0.1
    assert abs(measure(tested, "value", "bias").value) < 0.12


def test_eighty_percent_of_what_came_lies_in_the_intervals(tested):
    assert 0.75 <= measure(tested, "orders", "interval_coverage").value <= 0.85
    assert 0.75 <= measure(tested, "value", "interval_coverage").value <= 0.85


def test_an_outcome_astride_the_end_of_an_interval_counts_in_part():
    below, up_to = np.array([0.0, 0.5, 0.95, 0.8]), np.array([0.2, 0.5, 0.95, 1.0])
    assert interval_coverage(below, up_to) == pytest.approx((0.5 + 1 + 0 + 0.5) / 4)


def test_more_was_foretold_of_those_who_then_bought_more(tested):
    for groups in tested[1]:
        assert (np.diff(groups["predicted"].to_numpy()) > 0).all()
        assert np.corrcoef(groups["predicted"].to_numpy(), groups["actual"].to_numpy())[0, 1] > 0.98


def test_a_future_that_never_came_shows_in_the_bias(summary):
    model = fit_lifetime_value("mbg_nbd", kinds(summary), summary, 0.95, SeasonalClock(DATE.cut_off))
    column = summary.schema.get_field_index("occasions_ahead")
    nothing = summary.set_column(column, "occasions_ahead", pa.array(np.zeros(summary.num_rows, dtype=np.int32)))
    orders = value_tests(DATE, nothing, model)[0][0]
    assert next(found for found in orders.measures if found.metric == "bias").value == float("inf")
