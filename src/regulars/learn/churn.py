"""Who will not buy again soon: a classifier that learned from the past only, with its probabilities calibrated.

It is trained on rolling origins: at dates of the past, what was known of a customer then, and whether an order came in
the horizon after it. The newest of the origins calibrates what the others taught. Nothing that is dated on or after an
origin is known there, and no outcome that it learns from lies past the date that it is used at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.learn.one_thread import one_thread

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

FEATURES = (
    "days_since_last",
    "repeat_occasions",
    "observed_days",
    "occasions_30",
    "occasions_90",
    "occasions_365",
    "mean_amount",
    "amount_90",
    "amount_365",
    "mean_days_between",
    "days_since_last_by_mean",
)
FEWEST = 30  # customers who churned, and who did not, without whom nothing can be learned
MOST_ROWS = 300_000


def churn_features(summary: pa.Table) -> Floats:
    """What the classifier sees of the rows of a purchase summary: FEATURES, shape (n, features)."""
    number = {name: summary[name].cast(pa.float64()).to_numpy() for name in _COLUMNS}
    since_last = number["observed_days"] - number["t_x"]
    with np.errstate(divide="ignore", invalid="ignore"):
        # Who bought on one day only has no days between purchases; the classifier takes NaN as a value of its own.
        between = np.where(number["x"] > 0, number["t_x"] / number["x"], np.nan)
        by_mean = since_last / between
    columns = (
        since_last,
        number["x"],
        number["observed_days"],
        number["occasions_30"],
        number["occasions_90"],
        number["occasions_365"],
        number["amount"] / (number["x"] + 1),
        number["amount_90"],
        number["amount_365"],
        between,
        by_mean,
    )
    return np.column_stack(columns)


def churned(summary: pa.Table) -> Booleans:
    """Whether no order came in the horizon after the cut-off."""
    happened: Booleans = summary["occasions_ahead"].to_numpy() == 0
    return happened


@dataclass(frozen=True)
class ChurnModel:
    """A calibrated classifier and the yardstick it has to beat.

    Attributes:
        classifier: scikit-learn's, calibrated; None when there was too little to learn from.
        by_recency: The baseline: churn by the days since the last order alone, never falling (isotonic regression).
        rows: Customers at origins it learned from.
        reason: Why there is no classifier; empty when there is one.
    """

    classifier: Any
    by_recency: Any
    rows: int
    reason: str = ""

    def probability(self, summary: pa.Table) -> Floats:
        """The probability of no order in the horizon after the cut-off, of each row of the summary."""
        with one_thread():
            return np.asarray(self.classifier.predict_proba(churn_features(summary))[:, 1], dtype=np.float64)

    def baseline(self, summary: pa.Table) -> Floats:
        """The same by the days since the last order alone."""
        return np.asarray(self.by_recency.predict(churn_features(summary)[:, 0]), dtype=np.float64)

    def content(self) -> dict[str, Any]:
        """What a saved model holds."""
        return {"classifier": self.classifier, "by_recency": self.by_recency, "features": list(FEATURES)}


def fit_churn(origins: Sequence[pa.Table], seed: int) -> ChurnModel:
    """Learns churn from the past.

    Args:
        origins: The purchase summaries at each origin with what came after them, the newest first.
        seed: Of the sample, when there are more than MOST_ROWS rows, and of the classifier.

    Returns:
        The model, without a classifier when there are fewer than two origins, or FEWEST customers who churned or who
        did not, in the newest or in the others.
    """
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.frozen import FrozenEstimator
    from sklearn.isotonic import IsotonicRegression

    origins = [origin for origin in origins if origin.num_rows]
    if len(origins) < 2:
        return ChurnModel(None, None, 0, "the history is too short for a classifier of churn")
    newest, older = origins[0], pa.concat_tables(origins[1:])
    rarest = min(min(int(c.sum()), int((~c).sum())) for c in (churned(newest), churned(older)))
    if rarest < FEWEST:
        return ChurnModel(None, None, 0, f"only {rarest} customers churned, or did not: fewer than {FEWEST}")
    chance = np.random.default_rng(seed)
    if older.num_rows > MOST_ROWS:
        older = older.take(pa.array(np.sort(chance.choice(older.num_rows, MOST_ROWS, replace=False))))
    classifier = HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=150,
        max_leaf_nodes=15,
        min_samples_leaf=max(20, older.num_rows // 2_000),
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    calibrated = CalibratedClassifierCV(FrozenEstimator(classifier), method="sigmoid")
    with one_thread():
        classifier.fit(churn_features(older), churned(older))
        calibrated.fit(churn_features(newest), churned(newest))
    everyone = pa.concat_tables([newest, older])
    by_recency = IsotonicRegression(y_min=0.0, y_max=1.0, increasing=True, out_of_bounds="clip")
    by_recency.fit(churn_features(everyone)[:, 0], churned(everyone))
    return ChurnModel(calibrated, by_recency, everyone.num_rows)


_COLUMNS = (
    "x",
    "t_x",
    "observed_days",
    "occasions_30",
    "occasions_90",
    "occasions_365",
    "amount",
    "amount_90",
    "amount_365",
)
