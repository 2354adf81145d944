import numpy as np
import pytest
from tests.unit.learn.summaries import purchase_summary

from regulars.learn import holdout
from regulars.learn.churn import FEATURES, FEWEST, churn_features, churned, fit_churn


@pytest.fixture(scope="module")
def past():
    return [purchase_summary(1500, seed=seed) for seed in range(3)]


@pytest.fixture(scope="module")
def model(past):
    return fit_churn(past, seed=7)


def test_features_are_worked_out_from_the_row_alone(past):
    row = past[0].slice(3, 1)
    values = dict(zip(FEATURES, churn_features(row)[0], strict=True))
    known = {name: row[name][0].as_py() for name in row.column_names}
    assert values["days_since_last"] == known["observed_days"] - known["t_x"]
    assert values["mean_amount"] == pytest.approx(float(known["amount"]) / (known["x"] + 1))
    if known["x"]:
        assert values["mean_days_between"] == pytest.approx(known["t_x"] / known["x"])
    else:
        assert np.isnan(values["mean_days_between"])


def test_what_came_is_no_feature(past):
    changed = past[0].drop_columns(["occasions_ahead", "amount_ahead"])
    assert np.array_equal(churn_features(changed), churn_features(past[0]), equal_nan=True)


def test_it_tells_apart_better_than_the_last_order_alone(model):
    later = purchase_summary(2000, seed=99)
    happened = churned(later)
    probability, baseline = model.probability(later), model.baseline(later)
    assert holdout.area_under_curve(probability, happened) > holdout.area_under_curve(baseline, happened)
    assert holdout.brier_score(probability, happened) < holdout.brier_score(baseline, happened)


def test_its_probabilities_are_calibrated(model):
    later = purchase_summary(2000, seed=98)
    assert holdout.calibration_error(model.probability(later), churned(later).astype(float)) < 0.05


def test_the_same_past_teaches_the_same(past, model):
    again = fit_churn(past, seed=7)
    assert np.array_equal(again.probability(past[0]), model.probability(past[0]))


def test_a_longer_silence_is_never_a_better_sign_to_the_baseline(model):
    later = purchase_summary(500, seed=5)
    order = np.argsort(churn_features(later)[:, 0])
    assert (np.diff(model.baseline(later)[order]) >= 0).all()


def test_too_little_past_teaches_nothing_and_says_why(past):
    assert fit_churn([], 7).reason == "the history is too short for a classifier of churn"
    assert fit_churn(past[:1], 7).classifier is None
    few = [past[0].slice(0, 40), past[1].slice(0, 40)]
    found = fit_churn(few, 7)
    assert found.classifier is None and found.by_recency is None
    assert f"fewer than {FEWEST}" in found.reason
