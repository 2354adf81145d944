"""What `why` promises comes true: the advised order, run through the pipeline, leads into the announced segment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.engines.base import open_engine
from regulars.pipeline import Request, run_pipeline
from regulars.segments.outlook import Effort
from regulars.serve.queries import Queries
from regulars.serve.why import Why, explain
from regulars.settings import MetricScoring, RfmSettings, Settings

# Given cut points do not drift, so what is promised with them held fixed must happen to the letter.
CUTS = {"frequency": (2, 4), "monetary": (100, 300)}
ORDERS = (
    ("1", "2011-12-20", "110"),
    ("1", "2011-10-24", "110"),
    ("1", "2011-04-06", "60.50"),
    ("2", "2011-12-30", "20"),
    ("3", "2011-08-01", "500"),
)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Shop:
    """A small shop whose orders can be run as of any day, with more orders or without."""

    folder: Path

    def run(self, name: str, as_of: dt.date, more: tuple[tuple[str, dt.date, Decimal], ...] = ()) -> Queries:
        rows = [*ORDERS, *((who, day.isoformat(), str(amount)) for who, day, amount in more)]
        lines = [f"o{number},{who},{day},{amount}" for number, (who, day, amount) in enumerate(rows)]
        file = self.folder / f"{name}.csv"
        file.write_text("order_id,customer_id,ordered_at,amount\n" + "\n".join(lines) + "\n", encoding="utf-8")
        scoring = {
            metric: MetricScoring(method="cuts", cuts=tuple(map(Decimal, cuts))) for metric, cuts in CUTS.items()
        }
        settings = Settings(
            warehouse=str(self.folder / name),
            rfm=RfmSettings(as_of=as_of, map="six", recency=MetricScoring(method="cuts", cuts=(30, 180)), **scoring),
        )
        run_pipeline(settings, Request(files=[str(file)]))
        return Queries(open_engine(settings), settings.shop)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("why"))


@pytest.fixture(scope="module")
def told(shop: Shop) -> dict[str, Why]:
    queries = shop.run("now", dt.date(2012, 1, 1))
    return {who: explain(queries, who) for who in ("1", "2", "3")}


def _efforts(why: Why) -> list[tuple[str, Effort]]:
    assert why.outlook is not None
    return [(way.segment, effort) for way in why.outlook.ways for effort in way.efforts]


def test_the_advice_comes_true_when_it_is_followed_on_its_last_day(shop: Shop, told: dict[str, Why]) -> None:
    # 3 orders of 280.50, the last 12 days ago: 322, Loyal. A fourth order of any amount makes 332, Champions, while the
    # order of April is still in the window.
    assert told["1"].segment == "Loyal"
    [(segment, effort)] = _efforts(told["1"])
    assert (segment, effort.orders, effort.spend_from) == ("Champions", 1, Decimal("0.00"))
    assert effort.last_day is not None
    for name, day, expected in (
        ("in-time", effort.last_day, True),
        ("too-late", effort.last_day + DAY, False),
    ):
        queries = shop.run(name, day + DAY, (("1", day, Decimal("0.01")),))
        assert (explain(queries, "1").segment == segment) is expected


def test_what_time_alone_is_said_to_do_it_does_on_that_day(shop: Shop, told: dict[str, Why]) -> None:
    look = told["1"].outlook
    assert look is not None and look.turns
    turn = look.turns[0]
    assert explain(shop.run("day-before", turn.day - DAY), "1").segment == told["1"].segment
    after = explain(shop.run("that-day", turn.day), "1")
    assert (after.segment, after.rfm_score) == (turn.segment, turn.code.digits)


def test_every_customer_of_a_shop_with_dirt_is_measured_as_published(
    shop_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(warehouse=str(tmp_path_factory.mktemp("dirt") / "warehouse"))
    run_pipeline(settings, Request(files=[str(shop_files / "customers.csv"), str(shop_files / "orders.csv")]))
    queries = Queries(open_engine(settings), settings.shop)
    with queries.pinned() as pinned:
        ids = pinned.sql("select customer_id from customer_segments order by 1").column(0).to_pylist()
        told = [explain(pinned, str(customer_id)) for customer_id in ids]
    assert [(why.customer_id, why.no_outlook_because) for why in told if why.no_outlook_because] == []
    assert {why.outlook is not None and bool(why.outlook.ways) for why in told} == {True, False}


def test_a_shop_without_a_valid_order_says_that_there_is_nothing_to_measure_by(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,customer_id,ordered_at,amount,status\n1,7,2011-12-01,20,cancelled\n", encoding="utf-8")
    settings = Settings(warehouse=str(tmp_path / "warehouse"))
    run_pipeline(settings, Request(files=[str(file)]))
    why = explain(Queries(open_engine(settings), settings.shop), "7")
    assert (why.segment, why.as_of, why.not_counted) == ("Prospect", None, {"cancelled": 1})
    assert "There is no valid order yet" in str(why.no_outlook_because)
