"""Customers' columns made comparable for a model: logged, winsorised, centred and scaled.

Only the model sees these numbers; the golden record keeps its own. Days, orders and money have no common unit and long
tails, so distances between customers mean something only after the logarithm and a scale that outliers cannot stretch.
That scale is the robust one, about the median; the others are for those who compare with other tools.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Scaler = Literal["robust", "standard", "minmax", "none"]

# Widths of the normal distribution between its 25 and 75, 5 and 95, and 1 and 99 % points, in standard deviations.
_NORMAL_WIDTHS = ((25.0, 75.0, 1.349), (5.0, 95.0, 3.290), (1.0, 99.0, 4.653))


@dataclass(frozen=True)
class Feature:
    """A column of the customers, and whether its logarithm is taken: amounts and counts are skewed, ages are not."""

    column: str
    is_logged: bool = True


RFM_FEATURES = (Feature("recency"), Feature("frequency"), Feature("monetary"))


def feature_values(customers: pa.Table, features: Sequence[Feature]) -> Floats:
    """The features' columns as they are: one row per customer, one column per feature, missing values as NaN."""
    columns = [customers[feature.column].cast(pa.float64()).to_numpy() for feature in features]
    return np.column_stack(columns) if columns else np.empty((customers.num_rows, 0))


@dataclass(frozen=True)
class FeatureScaling:
    """The yardstick of a model: for each feature, in logs where they are taken, the limits, the middle and the spread.

    Attributes:
        features: The features, in the order of the columns.
        lower: Values below this count as this (the 1st percentile).
        upper: Values above this count as this (the 99th percentile).
        centre: What becomes 0: the median, the mean, the lower limit or 0, by the scaler.
        scale: What becomes 1: the spread in units of a standard deviation were the values normal, the standard
            deviation, the width between the limits or 1, by the scaler.
        median: What a missing value counts as.
        scaler: robust, standard, minmax or none.
    """

    features: tuple[Feature, ...]
    lower: Floats
    upper: Floats
    centre: Floats
    scale: Floats
    median: Floats
    scaler: Scaler = "robust"

    @classmethod
    def fit(
        cls,
        values: Floats,
        features: Sequence[Feature],
        limits: tuple[float, float] = (0.01, 0.99),
        scaler: Scaler = "robust",
    ) -> FeatureScaling:
        """Takes the measures.

        Args:
            values: Values of the customers who are the measure, shape (customers, features); NaN where missing.
            features: What the columns are.
            limits: The shares of customers below which and above which values are winsorised; (0, 1) for not at all.
            scaler: How the winsorised values are centred and scaled.
        """
        measures = [_measures(_logged(values[:, i], feature), limits, scaler) for i, feature in enumerate(features)]
        lower, upper, centre, scale, median = np.array(measures, dtype=np.float64).reshape(-1, 5).T
        return cls(tuple(features), lower, upper, centre, scale, median, scaler)

    def transform(self, values: Floats, *, winsorise: bool = True) -> Floats:
        """Places customers among those who were the measure.

        Args:
            values: Shape (customers, features); a missing value takes the median.
            winsorise: Whether values beyond the limits count as the limits.

        Returns:
            Shape (customers, features): 0 is the centre, 1 is one spread above it.
        """
        points = np.empty(values.shape, dtype=np.float64)
        missing = self.missing
        for i, feature in enumerate(self.features):
            column = _logged(values[:, i], feature)
            if winsorise:
                column = np.clip(column, self.lower[i], self.upper[i])
            points[:, i] = np.nan_to_num((column - self.centre[i]) / self.scale[i], nan=missing[i])
        return points

    @property
    def missing(self) -> Floats:
        """Where a missing value of each feature stands: at the median."""
        return (self.median - self.centre) / self.scale

    def only(self, columns: Sequence[str]) -> FeatureScaling:
        """The same yardstick for some of the features, in the order asked for."""
        places = self.places(columns)
        features = tuple(self.features[place] for place in places)
        return FeatureScaling(
            features,
            self.lower[places],
            self.upper[places],
            self.centre[places],
            self.scale[places],
            self.median[places],
            self.scaler,
        )

    def places(self, columns: Sequence[str]) -> list[int]:
        """Where the columns stand among the features."""
        names = [feature.column for feature in self.features]
        return [names.index(column) for column in columns]

    def content(self) -> dict[str, Any]:
        """Arrays and plain values that say all, for saving."""
        return {
            "columns": [feature.column for feature in self.features],
            "is_logged": [feature.is_logged for feature in self.features],
            "lower": self.lower,
            "upper": self.upper,
            "centre": self.centre,
            "scale": self.scale,
            "median": self.median,
            "scaler": self.scaler,
        }

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> FeatureScaling:
        """The scaling that `content` was made of."""
        features = tuple(map(Feature, content["columns"], content["is_logged"]))
        own = {name: value for name, value in content.items() if name not in ("columns", "is_logged")}
        return cls(features, **own)


def _logged(column: Floats, feature: Feature) -> Floats:
    # A customer whose refunds exceed the purchases is worth nothing; how far below nothing says little about them.
    return np.log1p(np.clip(column, 0.0, None)) if feature.is_logged else column


def _measures(column: Floats, limits: tuple[float, float], scaler: Scaler) -> tuple[float, float, float, float, float]:
    """The lower and upper limit, the centre, the scale and the median of the values that are known."""
    known = column[~np.isnan(column)]
    if not known.size:
        return 0.0, 0.0, 0.0, 1.0, 0.0
    spans = [point for low, high, _ in _NORMAL_WIDTHS for point in (low, high)]
    lower, upper, median, *ends = map(float, np.percentile(known, [100 * limits[0], 100 * limits[1], 50.0, *spans]))
    if scaler == "robust":
        # Many one-time buyers leave no room between the quartiles; wider points then give the spread.
        widths = [(ends[2 * i + 1] - ends[2 * i]) / normal for i, (_, _, normal) in enumerate(_NORMAL_WIDTHS)]
        centre, scale = median, next((width for width in widths if width > 0), upper - lower)
    elif scaler == "standard":
        within = np.clip(known, lower, upper)
        centre, scale = float(within.mean()), float(within.std())
    else:
        centre, scale = (lower, upper - lower) if scaler == "minmax" else (0.0, 1.0)
    # A feature in which all are alike has no spread, or one that is a rounding error of its mean.
    return lower, upper, centre, scale if scale > 1e-12 * max(abs(centre), 1.0) else 1.0, median
