import datetime as dt

import numpy as np
import pytest
from tests.unit.learn.summaries import purchase_summary

from regulars.learn.churn import ChurnModel, churned, fit_churn
from regulars.learn.churn_choice import BY_RECENCY, CLASSIFIER, choose_churn
from regulars.learn.learning_dates import CutOff

DATE = CutOff(1, 90, False, True, False, dt.date(2025, 10, 3))
NOBODY_TAUGHT = ChurnModel(None, None, 0, "the history is too short for a classifier of churn")


@pytest.fixture(scope="module")
def later():
    return purchase_summary(1500, seed=41)


@pytest.fixture(scope="module")
def trial():
    return fit_churn([purchase_summary(1500, seed=seed) for seed in (42, 43)], seed=7)


def test_the_smaller_brier_score_is_published(later, trial):
    happened = churned(later).astype(float)
    nearly_right = np.clip(happened, 0.2, 0.8) + 0.01 * np.random.default_rng(0).random(len(happened))
    assert choose_churn(DATE, later, trial, "mbg_nbd", nearly_right).model == "mbg_nbd"
    chosen = choose_churn(DATE, later, trial, "mbg_nbd", np.full(later.num_rows, 0.5))
    assert chosen.model == CLASSIFIER
    assert "the Brier score of mbg_nbd is 0.2500" in chosen.test.note
    assert chosen.test.baseline == BY_RECENCY
    assert chosen.calibration["customers"].to_numpy().sum() == later.num_rows


def test_who_knows_what_came_is_never_validated(later, trial):
    chosen = choose_churn(DATE, later, trial, "mbg_nbd", churned(later).astype(float))
    assert chosen.test.alarm
    assert not chosen.test.is_validated
    assert "too good to be true" in chosen.test.note


def test_without_a_classifier_there_is_no_baseline_and_no_verdict(later):
    chosen = choose_churn(DATE, later, NOBODY_TAUGHT, "mbg_nbd", np.full(later.num_rows, 0.5))
    assert chosen.model == "mbg_nbd"
    assert not chosen.test.measures and not chosen.test.is_validated
    assert "the history is too short" in chosen.test.note
