"""UCI Online Retail and CDNOW: what a run foretells of real customers, and that it says where a naive guess is as good.

Neither shop does the models a favour: the one ends in the only Christmas weeks it ever saw, and the other gained all of
its customers in one quarter. So what is tested is that the verdict is the truth, not that it is a victory.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.end_to_end import doors

DECISIVE = {
    "orders": {"mean_absolute_error", "root_mean_squared_error"},
    "value": {"mean_absolute_error", "root_mean_squared_error"},
    "churn": {"area_under_curve", "brier_score"},
    "daily_revenue": {"mean_absolute_error"},
    "daily_orders": {"mean_absolute_error"},
    "daily_active_customers": {"mean_absolute_error"},
    "season": {"root_mean_squared_error"},
}
MORE_IS_BETTER = {"area_under_curve", "gini", "top_decile_share"}
# What is published is rounded to six decimals.
ROUNDING = 1e-6

# What each customer did in the days before a cut-off and in those after it, from the orders as they are published.
BEFORE_AND_AFTER = """
    select
        count(*) filter (where is_before)::double as orders_before,
        count(*) filter (where is_after)::double as orders_after,
        coalesce(sum(amount) filter (where is_before), 0)::double as value_before,
        coalesce(sum(amount) filter (where is_after), 0)::double as value_after
    from (
        select
            customer_id, order_date, sum(amount) as amount,
            order_date >= date '{cut_off}' - {days} and order_date < date '{cut_off}' as is_before,
            order_date >= date '{cut_off}' and order_date < date '{cut_off}' + {days} as is_after
        from marts.fct_orders where is_valid and customer_id is not null group by customer_id, order_date
    )
    group by customer_id having min(order_date) < date '{cut_off}'
"""
WORDS = """
    select regexp_extract_all(line, '[^\\s]+') as words
    from read_csv('{file}', columns = {{'line': 'varchar'}}, delim = '\n', header = true)
"""


@dataclass(frozen=True)
class Verdict:
    """What model_validation says of a model at a horizon: value, baseline's value and comparison of each metric."""

    is_validated: bool
    cut_off: Any
    customers: int
    note: str
    measures: dict[str, tuple[float, float | None, bool | None]]


class RealShop:
    """A shop that was run whole, and what is published of it.

    Args:
        folder: An empty folder.
        orders: A file of its orders.
    """

    def __init__(self, folder: Path, orders: Path) -> None:
        self.folder = folder
        self.run(str(orders))

    def run(self, *words: str) -> None:
        """Runs all of the pipeline, or the stages that are named."""
        done = doors.command("run", *words, "--quiet", folder=self.folder)
        assert done.exit_code == 0, done.errors

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query on what is live."""
        return doors.ask(self.folder / "warehouse" / "live.duckdb", sql)

    def verdicts(self) -> dict[tuple[str, int], Verdict]:
        """What is published of every prediction."""
        found: dict[tuple[str, int], Verdict] = {}
        for model, horizon, metric, value, baseline, is_better, is_validated, customers, cut_off, note in self.ask(
            "select model, horizon, metric, value::double, baseline_value::double, is_better, is_validated, customers,"
            " cut_off, note from marts.model_validation order by all"
        ):
            verdict = found.setdefault((model, horizon), Verdict(is_validated, cut_off, customers, note or "", {}))
            assert is_validated == verdict.is_validated, "a prediction has one verdict"
            if metric != "not tested":
                verdict.measures[metric] = (value, baseline, is_better)
        return found


@pytest.fixture(scope="module")
def online_retail(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    """UCI Online Retail: 374 days, 4,338 customers."""
    return RealShop(tmp_path_factory.mktemp("online_retail"), shared_data / "online_retail.parquet")


@pytest.fixture(scope="module")
def cdnow(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    """The master data set of CDNOW: 546 days, 23,570 customers, all of whom came in the first quarter of 1997."""
    folder = tmp_path_factory.mktemp("cdnow")
    words = WORDS.format(file=shared_data / "CDNOW_master.txt")
    duckdb.execute(
        "copy (select row_number() over () as order_id, words[1] as customer_id,"
        " strptime(words[2], '%Y%m%d')::date as order_date, words[4] as amount"
        f" from ({words})) to '{folder / 'orders.csv'}' (header)"
    )
    return RealShop(folder, folder / "orders.csv")


@pytest.fixture(params=["online_retail", "cdnow"])
def shop(request: pytest.FixtureRequest) -> RealShop:
    """Each of them."""
    found: RealShop = request.getfixturevalue(request.param)
    return found


def test_both_are_there_whole(online_retail: RealShop, cdnow: RealShop) -> None:
    assert online_retail.ask("select count(*) from marts.customer_clv") == [(4_338,)]
    assert cdnow.ask("select count(*), sum(amount)::varchar from marts.fct_orders") == [(69_659, "2500315.63")]
    # 68 customers of CDNOW only ever had orders of nothing, which are no purchases.
    assert cdnow.ask("select count(*) from marts.customer_clv") == [(23_570 - 68,)]


def test_every_prediction_is_tested_or_says_why_not(shop: RealShop) -> None:
    verdicts = shop.verdicts()
    # Whether time is counted by the season can be tried where a year lies before the holdout.
    assert set(verdicts) - {("season", 30), ("season", 90)} == {
        *((model, days) for model in ("orders", "value") for days in (30, 90, 365)),
        ("churn", 90),
        *((model, 30) for model in DECISIVE if model.startswith("daily_")),
    }
    for (model, horizon), verdict in verdicts.items():
        if horizon == 365:
            assert not verdict.measures and not verdict.is_validated
            assert verdict.note == "the history is shorter than twice 365 days"
        else:
            assert set(verdict.measures) >= DECISIVE[model]
            assert verdict.customers > 0 and verdict.cut_off is not None


def test_it_is_validated_exactly_when_it_beats_the_naive_forecast(shop: RealShop) -> None:
    for (model, horizon), verdict in shop.verdicts().items():
        for metric, (value, baseline, is_better) in verdict.measures.items():
            if baseline is None:
                assert is_better is None
                continue
            ahead = value - baseline if metric in MORE_IS_BETTER else abs(baseline) - abs(value)
            assert is_better == (ahead > 0) or abs(ahead) <= ROUNDING, (model, horizon, metric)
        decided = [verdict.measures[metric][2] for metric in DECISIVE[model] if metric in verdict.measures]
        assert verdict.is_validated == (bool(decided) and all(decided)), (model, horizon)


def test_the_real_shops_have_both_kinds_of_verdict(online_retail: RealShop, cdnow: RealShop) -> None:
    for shop in (online_retail, cdnow):
        tested = [verdict.is_validated for verdict in shop.verdicts().values() if verdict.measures]
        assert True in tested and False in tested


def test_who_reads_a_prediction_reads_its_verdict_beside_it(shop: RealShop) -> None:
    is_validated = {key: verdict.is_validated for key, verdict in shop.verdicts().items()}
    assert shop.ask("select distinct is_validated_30, is_validated_90, is_validated_365 from marts.customer_clv") == [
        tuple(is_validated["value", days] for days in (30, 90, 365))
    ]
    assert shop.ask("select distinct is_clv_validated from marts.customer_360 where clv is not null") == [
        (is_validated["value", 365],)
    ]
    for table in ("customer_health", "customer_360"):
        assert shop.ask(
            f"select distinct is_churn_validated from marts.{table} where churn_probability is not null"
        ) == [(is_validated["churn", 90],)]
    assert dict(shop.ask("select distinct metric, is_validated from marts.sales_forecast")) == {
        metric: is_validated[f"daily_{metric}", 30] for metric in ("revenue", "orders", "active_customers")
    }


@pytest.mark.parametrize("days", [30, 90])
def test_the_naive_forecast_is_what_the_orders_say(shop: RealShop, days: int) -> None:
    verdicts = shop.verdicts()
    cut_off = verdicts["orders", days].cut_off
    known = BEFORE_AND_AFTER.format(cut_off=cut_off, days=days)
    for model in ("orders", "value"):
        verdict = verdicts[model, days]
        error = f"{model}_before - {model}_after"
        [(customers, absolute, squared, came)] = shop.ask(
            f"select count(*), avg(abs({error})), sqrt(avg(({error}) * ({error}))), sum({model}_after) from ({known})"
        )
        assert verdict.customers == customers
        assert verdict.measures["mean_absolute_error"][1] == pytest.approx(absolute, abs=ROUNDING)
        assert verdict.measures["root_mean_squared_error"][1] == pytest.approx(squared, abs=ROUNDING)
        [(counted, summed)] = shop.ask(
            "select sum(customers), sum(actual::double * customers) from marts.model_calibration"
            f" where model = '{model}' and horizon = {days}"
        )
        assert counted == customers
        assert summed == pytest.approx(came, abs=customers * ROUNDING)


def test_churn_is_told_better_than_by_chance_and_by_the_last_order(shop: RealShop) -> None:
    verdict = shop.verdicts()["churn", 90]
    area, by_recency, _ = verdict.measures["area_under_curve"]
    assert 0.5 < by_recency < area < 0.98
    brier, by_recency, _ = verdict.measures["brier_score"]
    assert verdict.is_validated
    assert brier < by_recency < 0.25


def test_the_intervals_hold_about_what_they_say(shop: RealShop) -> None:
    for (model, horizon), verdict in shop.verdicts().items():
        if model == "orders" and verdict.measures:
            assert 0.74 <= verdict.measures["interval_coverage"][0] <= 0.86, horizon
        if model.startswith("daily_"):
            # Three standard deviations of the share of thirty days.
            assert verdict.measures["interval_coverage"][0] >= 0.8 - 3 * (0.8 * 0.2 / 30) ** 0.5, model


def test_of_whom_much_more_was_foretold_more_came(shop: RealShop) -> None:
    groups = shop.ask(
        "select model, horizon, list(predicted::double order by group_number),"
        " list(actual::double order by group_number) from marts.model_calibration group by all order by all"
    )
    assert {(model, horizon) for model, horizon, *_ in groups} == {
        ("churn", 90),
        *((model, days) for model in ("orders", "value") for days in (30, 90)),
    }
    for model, horizon, predicted, actual in groups:
        assert predicted == sorted(predicted)
        assert statistics.correlation(predicted, actual) > 0.9, (model, horizon)
        # One order of 168,469.60 pounds, of whose customer nothing was to be expected, moves the mean of its group.
        for low, high in combinations(range(len(predicted)), 2) if model != "value" else ():
            if predicted[high] > 3 * predicted[low]:
                assert actual[high] > actual[low], (model, horizon, low + 1, high + 1)


def test_the_same_orders_teach_the_same_again(shop: RealShop) -> None:
    live = shop.folder / "warehouse" / "live.duckdb"
    first = doors.contents(live, "learned", "marts")
    assert first["learned.customer_value"][0] and first["learned.customer_churn"][0]
    shop.run(*(word for stage in ("build", "learn", "finish", "publish") for word in ("--stage", stage)))
    assert doors.different(first, doors.contents(live, "learned", "marts")) == []
