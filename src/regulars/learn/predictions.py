"""The part of `learn` that foretells: customers' value and churn, the shop's days ahead, and what all of it is worth.

It fills customer_value, customer_churn, sales_forecast, sales_anomalies, model_validation and model_calibration of the
schema `learned` on every run, and saves the models of customers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.learn.foretelling import Foretold, foretell
from regulars.learn.lifetime_value import LifetimeValue
from regulars.learn.registration import register
from regulars.learn.registry import registered, save_model
from regulars.learn.sales import SalesLearned, learn_sales
from regulars.learn.saved_predictions import CHURN_KIND, VALUE_KIND, PublishedChurn, value_content
from regulars.learn.validation import Test, validation_table
from regulars.settings import Settings


@dataclass(frozen=True)
class PredictionReport:
    """What was foretold.

    Attributes:
        customers: Whose value and churn are.
        tests: One per model and horizon.
        notes: What the user should know of.
    """

    customers: int
    tests: tuple[Test, ...]
    notes: tuple[str, ...]

    @property
    def summary(self) -> str:
        """A few words for the person who waits."""
        tested = [test for test in self.tests if test.measures]
        validated = sum(test.is_validated for test in tested)
        if not tested:
            return "predictions, none of which the history is long enough to test"
        return f"predictions, {validated} of {len(tested)} validated"

    @property
    def alarms(self) -> tuple[str, ...]:
        """What is too good to be true, and so is not validated."""
        return tuple(
            f"The test of {test.model} {test.horizon} days ahead is not trusted: {test.note}."
            for test in self.tests
            if test.alarm
        )


def predict(
    build: Session, settings: Settings, models_folder: Path, run_id: str, progress: Callable[[str], None]
) -> PredictionReport:
    """Foretells, tests, and writes the tables and the models.

    Args:
        build: The build in flight, with the core marts made.
        settings: Which models, and how far ahead.
        models_folder: The models go to `value/<run_id>` and `churn/<run_id>` in it.
        run_id: The run that is going on.
        progress: Told what is being done.
    """
    found = foretell(build, settings, progress)
    progress(f"sales of the next {settings.forecast.days} days")
    sales = learn_sales(build, settings.forecast.days)
    tests = (*found.tests, *sales.tests)
    _write(build, found, sales, tests)
    _save(build, found, settings, models_folder, run_id)
    return PredictionReport(found.value.num_rows if found.value else 0, tests, tuple(found.notes))


def _write(build: Session, found: Foretold, sales: SalesLearned, tests: tuple[Test, ...]) -> None:
    tables = {
        catalog.CUSTOMER_VALUE: found.value,
        catalog.CUSTOMER_CHURN: found.churn,
        catalog.SALES_FORECAST: sales.forecast,
        catalog.SALES_ANOMALIES: sales.anomalies,
        catalog.MODEL_VALIDATION: validation_table(tests),
        catalog.MODEL_CALIBRATION: pa.concat_tables(found.calibration) if found.calibration else None,
    }
    with build.transaction():
        for table, rows in tables.items():
            build.execute(f"delete from {table.name}")
            if rows is not None and rows.num_rows:
                build.append(table.name, rows)


def _save(build: Session, found: Foretold, settings: Settings, models_folder: Path, run_id: str) -> None:
    saved: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    if found.lifetime_value is not None and found.churn is not None:
        customers, name = found.churn.num_rows, str(found.churn["model"][0])
        churn = PublishedChurn(name, settings.churn.horizon, found.churn_model)
        saved[VALUE_KIND] = value_content(found.lifetime_value), _value_card(found.lifetime_value, customers)
        saved[CHURN_KIND] = churn.content(), {"algorithm": name, "customers": customers, "horizon": churn.horizon}
    for kind in (VALUE_KIND, CHURN_KIND):
        if kind not in saved:
            register(build, kind, None)
            continue
        content, card = saved[kind]
        tests = [test for test in found.tests if (test.model == "churn") == (kind == CHURN_KIND)]
        card["validated"] = sorted(f"{test.model} {test.horizon}" for test in tests if test.is_validated)
        folder = save_model(models_folder / kind / run_id, kind, run_id, content, card)
        register(build, kind, registered(folder, models_folder))


def _value_card(model: LifetimeValue, customers: int) -> dict[str, Any]:
    return {
        "algorithm": model.name,
        "customers": customers,
        "parameters": _plain(model.orders.params_),
        "standard_errors": _plain(model.orders.standard_errors_),
        "log_likelihood": model.orders.log_likelihood_,
        "converged": model.orders.converged_,
        "value_model": {"kind": type(model.values.model).__name__, **_plain(model.values.model.params_)},
        "why_not_gamma_gamma": model.values.why_not_gamma_gamma,
        "net_share": model.net_share,
        "season": None if model.clock.is_calendar else [float(length) for length in model.clock.index],
        "cut_off": model.clock.cut_off.isoformat(),
    }


def _plain(numbers: dict[str, float]) -> dict[str, float]:
    return {name: float(number) for name, number in numbers.items()}
