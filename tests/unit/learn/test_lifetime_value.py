import datetime as dt
import itertools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.unit.learn.summaries import kinds, purchase_summary

from regulars import catalog
from regulars.learn.lifetime_value import MODELS, fit_lifetime_value
from regulars.learn.seasonal_clock import FARTHEST_DAYS, SeasonalClock

AS_OF = dt.date(2026, 1, 1)
CALENDAR = SeasonalClock(AS_OF)


@pytest.fixture(scope="module")
def summary():
    return purchase_summary(3000, seed=2)


@pytest.fixture(scope="module", params=sorted(MODELS))
def model(request, summary):
    return fit_lifetime_value(request.param, kinds(summary), summary, 0.9, CALENDAR)


def test_the_next_ninety_days_are_foretold_in_total(model, summary):
    came = pc.sum(summary["occasions_ahead"]).as_py()
    assert model.expected_orders(summary, 90).sum() == pytest.approx(came, rel=0.1)


def test_values_are_net_of_what_goes_back(model, summary):
    worth = float(pc.sum(summary["amount_ahead"]).as_py())
    foretold = model.foretell(summary, AS_OF)
    assert pc.sum(foretold["expected_value_90"]).as_py() == pytest.approx(0.9 * worth, rel=0.12)


def test_the_table_is_that_of_the_catalogue_and_makes_sense(model, summary):
    foretold = model.foretell(summary, AS_OF)
    assert tuple(foretold.column_names) and set(foretold.column_names) == set(catalog.CUSTOMER_VALUE.column_names)
    alive = foretold["probability_alive"].to_numpy()
    assert ((alive >= 0) & (alive <= 1)).all()
    thirty, year = (foretold[f"expected_orders_{days}"].to_numpy() for days in (30, 365))
    assert (thirty < year).all()
    assert (foretold["fewest_orders_365"].to_numpy() <= foretold["most_orders_365"].to_numpy()).all()
    next_order = foretold["next_order_date"].drop_null().to_pylist()
    assert all(AS_OF <= date <= AS_OF + dt.timedelta(days=FARTHEST_DAYS) for date in next_order)
    assert foretold["customer_id"].equals(summary["customer_id"])


def test_fewer_than_counts_is_a_distribution_whose_mean_is_expected(model, summary):
    some = summary.slice(0, 200)
    below = [model.probability_of_fewer(np.full(200, count), some, 90) for count in range(0, 400)]
    assert (below[0] == 0).all()
    assert all((after >= before - 1e-12).all() for before, after in itertools.pairwise(below))
    assert sum(1 - after for after in below[1:]) == pytest.approx(model.expected_orders(some, 90), rel=1e-3, abs=1e-6)
    assert 1 - below[1] == pytest.approx(model.probability_of_order(some, 90), abs=1e-9)


def test_fewer_than_counts_takes_one_count_per_customer(model, summary):
    some = summary.slice(0, 300)
    counts = np.arange(300) % 7
    together = model.probability_of_fewer(counts, some, 90)
    alone = [model.probability_of_fewer(np.full(300, count), some, 90) for count in range(7)]
    assert together == pytest.approx(np.choose(counts, alone))


def test_values_lie_between_their_ends_as_often_as_these_say(model, summary):
    foretold = model.foretell(summary, AS_OF)
    lowest, expected, highest = (foretold[f"{what}_value_365"].to_numpy() for what in ("lowest", "expected", "highest"))
    assert (lowest <= highest).all() and (lowest >= 0).all()
    assert (expected[highest > 0] > lowest[highest > 0]).all()
    distribution = model.value_distribution(summary, 365)
    # The mean is the integral of what is above, up to the grid that it is read from.
    some, steps = slice(0, 400), np.linspace(0, 40_000, 20_001)
    above = np.array([1 - distribution.probability_of_less(np.full(summary.num_rows, step))[some] for step in steps])
    mean = np.trapezoid(above, steps, axis=0) * model.net_share
    assert mean.sum() == pytest.approx(expected[some].sum(), rel=0.02)


def test_a_busy_time_ahead_holds_more_purchases_than_a_quiet_one(summary):
    busy_winter = SeasonalClock(AS_OF, (1.5, 1.5, *(0.9,) * 10))
    by_calendar = fit_lifetime_value("mbg_nbd", kinds(summary), summary, 0.9, CALENDAR)
    by_season = by_calendar.on(busy_winter, kinds(summary))
    more = by_season.expected_orders(summary, 30).sum() / by_calendar.expected_orders(summary, 30).sum()
    assert 1.4 < more < 1.8
    assert by_season.at(dt.date(2026, 6, 1)).clock.ahead(30) == pytest.approx(27)
    assert by_season.values is by_calendar.values
    sooner = by_season.foretell(summary, AS_OF)["next_order_date"].drop_null().to_pylist()
    assert min(sooner) >= AS_OF


def test_the_likeliest_model_is_taken_when_it_is_left_open(summary):
    chosen = fit_lifetime_value("auto", kinds(summary), summary, 0.9, CALENDAR)
    each = [fit_lifetime_value(name, kinds(summary), summary, 0.9, CALENDAR) for name in MODELS]
    best = max((one for one in each if one.orders.converged_), key=lambda one: one.orders.log_likelihood_)
    assert (chosen.name, chosen.orders.params_) == (best.name, best.orders.params_)


def test_one_customer_is_no_reason_to_fail():
    with pytest.warns(match="did not converge"):
        alone = fit_lifetime_value("mbg_nbd", kinds(purchase_summary(1)), purchase_summary(1), 1.0, CALENDAR)
    assert alone.foretell(purchase_summary(1), AS_OF).num_rows == 1
    assert isinstance(alone.foretell(purchase_summary(1), AS_OF), pa.Table)


ODD = {
    "one who came on the last day": ([0], [0], [0], [10.0]),
    "nobody came back": ([0] * 50, [0] * 50, list(range(50)), [5.0] * 50),
    "identical customers": ([3] * 100, [10] * 100, [20] * 100, [40.0] * 100),
    "a thousand orders each": ([1000] * 20, [1200] * 20, [1300] * 20, [5000.0] * 20),
    "nothing spent, or less": ([1, 0, 2] * 30, [5, 0, 9] * 30, [20] * 90, [-5.0, 0.0, 30.0] * 30),
}


@pytest.mark.filterwarnings("ignore:.*did not converge")
@pytest.mark.parametrize("name", sorted(MODELS))
@pytest.mark.parametrize("case", ODD)
def test_odd_customers_have_a_value_that_is_a_number(name, case):
    x, t_x, observed_days, amount = ODD[case]
    summary = pa.table(
        {
            "customer_id": pa.array(range(len(x)), pa.int64()),
            "x": pa.array(x, pa.int32()),
            "t_x": pa.array(t_x, pa.int32()),
            "observed_days": pa.array(observed_days, pa.int32()),
            "amount": pa.array(amount),
        }
    )
    foretold = fit_lifetime_value(name, kinds(summary), summary, 0.9, CALENDAR).foretell(summary, AS_OF)
    for column in set(foretold.column_names) - {"customer_id", "model", "next_order_date"}:
        values = foretold[column].to_numpy()
        assert np.isfinite(values).all() and (values >= 0).all(), column
