import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from regulars.learn import holdout

outcomes = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=40)


def arrays(pairs):
    predicted, actual = np.array(pairs, dtype=np.float64).T
    return predicted, actual


def test_errors_and_bias_are_those_worked_out_by_hand():
    predicted, actual = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 0.0])
    assert holdout.mean_absolute_error(predicted, actual) == pytest.approx(4 / 3)
    assert holdout.root_mean_squared_error(predicted, actual) == pytest.approx((10 / 3) ** 0.5)
    assert holdout.bias(predicted, actual) == pytest.approx(0.5)


def test_nothing_foretold_and_nothing_came_is_no_bias():
    nothing = np.zeros(3)
    assert holdout.bias(nothing, nothing) == 0
    assert holdout.bias(np.ones(3), nothing) == float("inf")


def test_a_ranking_is_worth_one_when_right_minus_one_when_wrong_and_nothing_when_there_is_none():
    actual = np.array([0.0, 1.0, 2.0, 5.0])
    assert holdout.gini(actual * 10, actual) == pytest.approx(1)
    assert holdout.gini(-actual, actual) == pytest.approx(-1)
    assert holdout.gini(np.ones(4), actual) == pytest.approx(0)
    assert holdout.gini(actual, np.ones(4)) == 0


@settings(max_examples=200)
@given(outcomes, st.randoms())
def test_no_measure_depends_on_the_order_of_the_customers(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    for measure in (holdout.gini, holdout.top_decile_share, holdout.calibration_error):
        assert measure(*arrays(shuffled)) == pytest.approx(measure(*arrays(pairs)))


@settings(max_examples=200)
@given(outcomes)
def test_gini_lies_between_minus_one_and_one_and_the_outcome_ranks_itself_best(pairs):
    predicted, actual = arrays(pairs)
    assert -1 - 1e-9 <= holdout.gini(predicted, actual) <= 1 + 1e-9
    assert holdout.top_decile_share(predicted, actual) <= holdout.top_decile_share(actual, actual) + 1e-9


def test_the_tenth_with_the_highest_predictions():
    actual = np.r_[np.ones(9), 11.0]
    assert holdout.top_decile_share(actual, actual) == pytest.approx(0.55)
    # By chance: among equal predictions the tenth takes its share of all.
    assert holdout.top_decile_share(np.zeros(10), actual) == pytest.approx(0.1)
    assert holdout.top_decile_share(actual, np.zeros(10)) == 0


@settings(max_examples=200)
@given(outcomes)
def test_area_and_brier_are_those_of_scikit_learn(pairs):
    probability, actual = arrays(pairs)
    probability, happened = probability / 5, actual > 1
    assert holdout.brier_score(probability, happened) == pytest.approx(
        brier_score_loss(happened, probability, pos_label=True) if happened.any() else np.mean(probability**2)
    )
    if happened.any() and not happened.all():
        assert holdout.area_under_curve(probability, happened) == pytest.approx(roc_auc_score(happened, probability))
    else:
        assert holdout.area_under_curve(probability, happened) == 0.5


@settings(max_examples=200)
@given(outcomes)
def test_the_groups_of_a_calibration_hold_everyone_and_rise(pairs):
    predicted, actual = arrays(pairs)
    foretold, came, customers = holdout.calibration(predicted, actual)
    assert customers.sum() == len(pairs)
    assert (np.diff(foretold) > 0).all()
    assert (foretold * customers).sum() == pytest.approx(predicted.sum())
    assert (came * customers).sum() == pytest.approx(actual.sum())
    assert len(customers) <= holdout.CALIBRATION_GROUPS


def test_a_prediction_of_the_right_mean_for_everyone_is_calibrated():
    assert holdout.calibration_error(np.full(4, 0.5), np.array([0.0, 1.0, 0.0, 1.0])) == 0
    assert holdout.calibration_error(np.full(4, 0.7), np.array([0.0, 1.0, 0.0, 1.0])) == pytest.approx(0.2)


def test_an_interval_covers_its_ends():
    lower, upper = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 3.0])
    assert holdout.coverage(lower, upper, np.array([1.0, 1.0, 4.0])) == pytest.approx(2 / 3)
