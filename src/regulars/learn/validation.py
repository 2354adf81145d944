"""The rows of model_validation: each measure of a prediction beside that of its baseline, and the verdict."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

MODEL_VALIDATION = pa.schema(
    [
        ("model", pa.string()),
        ("metric", pa.string()),
        ("horizon", pa.int32()),
        ("value", pa.float64()),
        ("baseline", pa.string()),
        ("baseline_value", pa.float64()),
        ("is_better", pa.bool_()),
        ("is_validated", pa.bool_()),
        ("customers", pa.int64()),
        ("cut_off", pa.date32()),
        ("note", pa.string()),
    ]
)

# Of these, more is better.
_ASCENDING = frozenset({"gini", "top_decile_share", "area_under_curve"})


@dataclass(frozen=True)
class Measure:
    """One number about a prediction: the measure's name, its value, and that of the baseline if it has one."""

    metric: str
    value: float
    baseline_value: float | None = None

    @property
    def is_better(self) -> bool | None:
        """Whether the prediction beats the baseline; None where nothing is compared."""
        if self.baseline_value is None:
            return None
        if self.metric in _ASCENDING:
            return self.value > self.baseline_value
        if self.metric == "bias":
            return abs(self.value) < abs(self.baseline_value)
        return self.value < self.baseline_value


@dataclass(frozen=True)
class Test:
    """A prediction held against what came.

    Attributes:
        model: What is foretold, such as "orders".
        horizon: Days ahead.
        measures: The measures.
        decisive: The metrics in which it must beat the baseline to be validated.
        baseline: The naive forecast that it is compared with.
        customers: How many customers, or days of a forecast, were compared.
        cut_off: The start of the tested part of the history; None when nothing could be tested.
        note: What else must be known, such as why nothing was tested.
        alarm: Whether the result is too good to be true, so that it is not trusted.
    """

    model: str
    horizon: int
    measures: tuple[Measure, ...] = ()
    decisive: tuple[str, ...] = ()
    baseline: str | None = None
    customers: int = 0
    cut_off: dt.date | None = None
    note: str | None = None
    alarm: bool = False

    @property
    def is_validated(self) -> bool:
        """The verdict: tested, no alarm, and better than the baseline by every decisive metric."""
        verdicts = [measure.is_better for measure in self.measures if measure.metric in self.decisive]
        return bool(verdicts) and all(verdicts) and not self.alarm


def validation_table(tests: Iterable[Test]) -> pa.Table:
    """learned.model_validation: one row per measure, and one without a value for a test that could not be made."""
    rows = []
    for test in tests:
        for measure in test.measures or (None,):
            rows.append(
                {
                    "model": test.model,
                    "metric": measure.metric if measure else "not tested",
                    "horizon": test.horizon,
                    "value": _finite(measure.value) if measure else None,
                    "baseline": test.baseline if measure and measure.baseline_value is not None else None,
                    "baseline_value": _finite(measure.baseline_value) if measure else None,
                    "is_better": measure.is_better if measure else None,
                    "is_validated": test.is_validated,
                    "customers": test.customers,
                    "cut_off": test.cut_off,
                    "note": test.note,
                }
            )
    return pa.Table.from_pylist(rows, schema=MODEL_VALIDATION)


def _finite(value: float | None) -> float | None:
    """The number; none for a bias where nothing came, which no number tells."""
    return value if value is not None and math.isfinite(value) else None
