"""Models of value and of churn as plain content for a file, and back: what comes back says exactly the same.

This is the one place that knows what such a file holds, beside the models themselves.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.base import BaseEstimator

from regulars.learn.churn import FEATURES, ChurnModel
from regulars.learn.credibility_value import CredibilityValue
from regulars.learn.gamma_gamma import GammaGamma
from regulars.learn.lifetime_value import MODELS, LifetimeValue
from regulars.learn.seasonal_clock import FLAT, SeasonalClock
from regulars.learn.value_independence import IndependenceCheck, ValueModel

VALUE_KIND = "value"
CHURN_KIND = "churn"

# What a calibrated classifier of churn is made of, beyond what skops knows to be harmless.
TRUSTED = {
    VALUE_KIND: (),
    CHURN_KIND: (
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    ),
}
_VALUE_MODELS: dict[str, type[GammaGamma | CredibilityValue]] = {
    "gamma_gamma": GammaGamma,
    "credibility": CredibilityValue,
}


@dataclass(frozen=True)
class PublishedChurn:
    """What gives the published probabilities of churn.

    Attributes:
        name: The classifier, or the model of buying by its name.
        horizon: Churn is no order in so many days.
        classifier: None when the model of buying is the better one.
    """

    name: str
    horizon: int
    classifier: ChurnModel | None

    def probability(self, summary: pa.Table, value: LifetimeValue) -> npt.NDArray[np.float64]:
        """The probability of no order in the horizon, of each row of a purchase summary."""
        if self.classifier is not None:
            return self.classifier.probability(summary)
        return 1 - value.probability_of_order(summary, self.horizon)

    def content(self) -> dict[str, Any]:
        """For saving; the baseline stays out, as only a test needs it."""
        found = self.classifier
        return {
            "name": self.name,
            "horizon": self.horizon,
            "features": list(FEATURES),
            "classifier": found.classifier if found else None,
            "rows": found.rows if found else 0,
        }

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> PublishedChurn:
        """What `content` was made of."""
        if tuple(content["features"]) != FEATURES:
            raise ValueError(f"it was taught by {', '.join(content['features'])}")
        classifier = content["classifier"]
        taught = ChurnModel(classifier, None, content["rows"]) if classifier is not None else None
        return cls(content["name"], content["horizon"], taught)


def value_content(model: LifetimeValue) -> dict[str, Any]:
    """For saving."""
    kind = next(name for name, known in _VALUE_MODELS.items() if type(model.values.model) is known)
    return {
        "name": model.name,
        "orders": _learned(model.orders),
        "values": {
            "kind": kind,
            "model": _learned(model.values.model),
            "check": asdict(model.values.check),
            "why_not_gamma_gamma": model.values.why_not_gamma_gamma,
        },
        "net_share": model.net_share,
        "season": None if model.clock.is_calendar else [float(length) for length in model.clock.index],
        "cut_off": model.clock.cut_off.isoformat(),
    }


def value_from_content(content: dict[str, Any]) -> LifetimeValue:
    """The models that `content` was made of."""
    orders, values = MODELS[content["name"]](), content["values"]
    model = _VALUE_MODELS[values["kind"]]()
    for estimator, learned in ((orders, content["orders"]), (model, values["model"])):
        for name, value in learned.items():
            setattr(estimator, name, value)
    check = IndependenceCheck(**values["check"])
    chosen = ValueModel(model, check, values["why_not_gamma_gamma"])
    clock = SeasonalClock(dt.date.fromisoformat(content["cut_off"]), tuple(content["season"] or FLAT))
    return LifetimeValue(content["name"], orders, chosen, content["net_share"], clock)


def _learned(estimator: BaseEstimator) -> dict[str, Any]:
    """What a fit left, by scikit-learn's convention: every attribute that ends in an underscore."""
    return {name: value for name, value in vars(estimator).items() if name.endswith("_")}
