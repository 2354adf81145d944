"""The sample of CDNOW through the warehouse: its summary is that of the papers, and so is what a model makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.learn.buyers import Buyers, by_frequency, read_cdnow
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.learn.bgnbd import BGNBD
from regulars.learn.buying_model import BuyingModel
from regulars.learn.holdout import mean_absolute_error, root_mean_squared_error
from regulars.learn.leakage import leaking_rows
from regulars.learn.learning_dates import CutOff, LearningDates
from regulars.learn.mbgnbd import MBGNBD
from regulars.learn.paretonbd import ParetoNBD
from regulars.prediction_settings import ChurnSettings
from regulars.settings import RfmSettings, Settings

WEEKS = 39  # of the holdout


@pytest.fixture(scope="module")
def cdnow(engine: Opener, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The 2,357 customers as of the day after the last, with a test that stands 39 weeks before it."""
    # An order of nothing is no purchase to a shop, but one to the papers: each costs a cent more here.
    orders = f"""
        select
            'o' || row_number() over () as order_id, words[1] as customer_key,
            strptime(words[3], '%Y%m%d') as order_date, cast(words[5] as decimal(18, 2)) + 0.01 as amount
        from (
            select regexp_extract_all(line, '[^\\s]+') as words
            from read_csv(
                '{shared_data / "CDNOW_sample.txt"}', columns = {{'line': 'varchar'}}, delim = '\\n', header = false
            )
        )"""
    settings = Settings(rfm=RfmSettings.model_validate({"as_of": "1998-07-01"}), churn=ChurnSettings(horizon=7 * WEEKS))
    return Shop(tmp_path_factory.mktemp("cdnow"), settings, engine=engine, orders=orders)


@pytest.fixture(scope="module")
def dates(cdnow: Shop) -> Iterator[LearningDates]:
    with cdnow.engine.build() as build:
        assert leaking_rows(build) == 0
        yield LearningDates(build)


@pytest.fixture(scope="module")
def holdout(dates: LearningDates) -> CutOff:
    found = dates.holdout(7 * WEEKS)
    assert found is not None
    assert found.cut_off.isoformat() == "1997-10-01"
    return found


@pytest.fixture(scope="module")
def summary(dates: LearningDates, holdout: CutOff) -> pa.Table:
    return dates.summary(holdout)


def in_weeks(summary: pa.Table) -> Buyers:
    x, t_x, observed, ahead = (
        summary[name].to_numpy().astype(float) for name in ("x", "t_x", "observed_days", "occasions_ahead")
    )
    return Buyers(x, t_x / 7, observed / 7, ahead)


def fitted(kind: type[BuyingModel], dates: LearningDates, holdout: CutOff) -> BuyingModel:
    """As the stage fits it, in days and on distinct rows."""
    kinds = dates.kinds(holdout)
    columns = (kinds[name].to_numpy() for name in ("x", "t_x", "observed_days"))
    return kind().fit(*columns, weight=kinds["customers"].to_numpy())


def log_likelihood_in_weeks(model: BuyingModel, buyers: Buyers) -> float:
    """The density of an order is per day here and per week in the papers."""
    return float(model.log_likelihood_ + buyers.x.sum() * np.log(7))


def expected_in_holdout(model: BuyingModel, buyers: Buyers) -> np.ndarray:
    return np.asarray(model.expected_orders(7 * WEEKS, buyers.x, 7 * buyers.t_x, 7 * buyers.T))


def test_the_summary_is_that_of_the_papers_customer_by_customer(summary: pa.Table, shared_data: Path) -> None:
    found, published = in_weeks(summary), read_cdnow(shared_data)
    rows = [np.sort(np.column_stack([*b.history, b.later]).view("f8,f8,f8,f8"), axis=0) for b in (found, published)]
    assert summary.num_rows == 2357
    assert np.array_equal(*rows)


@pytest.mark.parametrize(
    ("kind", "log_likelihood", "foretold"),
    [
        (BGNBD, -9582.43, [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]),
        (ParetoNBD, -9594.98, [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403]),
    ],
)
def test_likelihood_and_holdout_are_those_published(
    dates: LearningDates,
    holdout: CutOff,
    summary: pa.Table,
    kind: type[BuyingModel],
    log_likelihood: float,
    foretold: list[float],
) -> None:
    model, buyers = fitted(kind, dates, holdout), in_weeks(summary)
    assert log_likelihood_in_weeks(model, buyers) == pytest.approx(log_likelihood, abs=0.01)
    assert by_frequency(buyers, buyers.later) == [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
    assert by_frequency(buyers, expected_in_holdout(model, buyers)) == pytest.approx(foretold, abs=0.0011)


def test_the_default_model_has_its_published_likelihood_and_foretells_better_than_the_customers_own_rate(
    dates: LearningDates, holdout: CutOff, summary: pa.Table
) -> None:
    model, buyers = fitted(MBGNBD, dates, holdout), in_weeks(summary)
    assert log_likelihood_in_weeks(model, buyers) == pytest.approx(-9582.14, abs=0.01)
    expected, naive = expected_in_holdout(model, buyers), WEEKS * buyers.x / buyers.T
    for error in (mean_absolute_error, root_mean_squared_error):
        assert error(expected, buyers.later) < 0.8 * error(naive, buyers.later)
