"""Which model's churn is published: the classifier's or that of the model of buying, by their test side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regulars.learn import holdout
from regulars.learn.churn import ChurnModel, churned
from regulars.learn.learning_dates import CutOff
from regulars.learn.validation import Measure, Test
from regulars.learn.value_test import calibration_table

CLASSIFIER = "classifier"
BY_RECENCY = "days since the last order alone"
# A prediction this good knows the answer: among real customers, much of what comes is chance.
IMPLAUSIBLE_AREA = 0.98


@dataclass(frozen=True)
class ChurnChoice:
    """The model with the smaller Brier score, which is that of a calibrated model that tells customers apart.

    Attributes:
        model: CLASSIFIER or the name of the model of buying.
        test: How it did.
        calibration: The groups of its calibration.
    """

    model: str
    test: Test
    calibration: pa.Table


def choose_churn(
    date: CutOff, summary: pa.Table, trial: ChurnModel, buying: str, by_buying: holdout.Floats
) -> ChurnChoice:
    """Holds both against what came.

    Args:
        date: The holdout of the horizon of churn.
        summary: What was known then, and what came.
        trial: The classifier, taught with what was known then; it also knows the baseline.
        buying: The name of the model of buying.
        by_buying: Its probabilities of no order.
    """
    happened = churned(summary)
    candidates = {buying: by_buying}
    if trial.classifier is not None:
        candidates[CLASSIFIER] = trial.probability(summary)
    best = min(candidates, key=lambda name: holdout.brier_score(candidates[name], happened))
    test = _test(date, summary, trial, best, candidates)
    return ChurnChoice(best, test, calibration_table("churn", date.horizon, candidates[best], happened.astype(float)))


def _test(date: CutOff, summary: pa.Table, trial: ChurnModel, best: str, candidates: dict[str, holdout.Floats]) -> Test:
    note = f"by {best}"
    if trial.by_recency is None:
        return Test("churn", date.horizon, note=f"{note}; not compared with anything: {trial.reason}")
    happened, came = churned(summary), churned(summary).astype(np.float64)
    probability, baseline = candidates[best], trial.baseline(summary)
    area = holdout.area_under_curve(probability, happened)
    is_alarming = area > IMPLAUSIBLE_AREA
    if is_alarming:
        note += f"; an area under the curve of {area:.3f} is too good to be true: a feature knows what came"
    for name in candidates.keys() - {best}:
        note += f"; the Brier score of {name} is {holdout.brier_score(candidates[name], happened):.4f}"
    measures = (
        Measure("area_under_curve", area, holdout.area_under_curve(baseline, happened)),
        Measure("brier_score", *(holdout.brier_score(p, happened) for p in (probability, baseline))),
        Measure("calibration_error", *(holdout.calibration_error(p, came) for p in (probability, baseline))),
    )
    decisive = ("area_under_curve", "brier_score")
    return Test(
        "churn", date.horizon, measures, decisive, BY_RECENCY, summary.num_rows, date.cut_off, note, is_alarming
    )
