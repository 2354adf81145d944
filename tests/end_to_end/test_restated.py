"""What had been published and is otherwise now: listed once, with its cause, for good."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.growing import GrowingShop, Row

from regulars.engines.duckdb import DuckDBEngine
from regulars.pipeline import RunReport
from regulars.settings import MetricScoring

# Given cut points do not drift: whoever is listed had other values of their own.
CUTS = {"recency": (30, 180), "frequency": (2, 4), "monetary": (100, 300)}
RULES: dict[str, Any] = {"map": "six"} | {
    metric: MetricScoring(method="cuts", cuts=tuple(map(Decimal, cuts))) for metric, cuts in CUTS.items()
}
OTHER_RULES = "The rules are others than those of the live state"

# As of 1 July 2024, when `anchor` has bought the day before. Two letters are two source ids of one person.
CUSTOMERS: list[Row] = [
    ("w1", "winner@post.example"),
    ("w2", ""),
    ("s1", "same@post.example"),
    ("s2", ""),
    ("signs-up-later", "later@post.example", "2024-07-03"),
    ("undated", "undated@post.example"),
]
ORDERS: list[Row] = [
    ("anchor-1", "anchor", "2024-06-30", 20),
    # 211 At Risk: one order of 60, 42 days ago.
    ("late-1", "late", "2024-05-20", 60),
    ("later-1", "later", "2024-05-20", 60),
    # 323 Champions: 350 in two orders this month.
    ("returns-1", "returns", "2024-06-09", 150),
    ("returns-2", "returns", "2024-06-10", 200),
    # 211 At Risk.
    ("cancels-1", "cancels", "2024-05-20", 60),
    # 311 Recent, and 222 Recent: together 322 Loyal.
    ("w1-1", "w1", "2024-06-05", 40),
    ("w2-1", "w2", "2024-05-01", 100),
    ("w2-2", "w2", "2024-05-02", 100),
    ("d1-1", "d1", "2024-06-05", 40),
    ("d2-1", "d2", "2024-05-01", 100),
    ("d2-2", "d2", "2024-05-02", 100),
    # 333 Champions with what another id has bought, and without.
    *((f"s1-{turn}", "s1", f"2024-06-{10 + turn}", 100) for turn in range(4)),
    ("s2-1", "s2", "2024-01-20", 10),
    # 311 Recent: buys again, but later than what was published.
    ("goes-on-1", "goes-on", "2024-06-20", 30),
]
NEWS_OF_CUSTOMERS: list[Row] = [("w2", "winner@post.example"), ("s2", "same@post.example")]
NEWS: list[Row] = [
    ("late-2", "late", "2024-06-20", 50),
    ("returns-2", "returns", "2024-06-10", 200, "completed", 200, "2024-06-15"),
    ("cancels-1", "cancels", "2024-05-20", 60, "cancelled"),
    ("unheard-1", "unheard", "2024-03-10", 30),
    ("goes-on-2", "goes-on", "2024-07-04", 300),
    ("comes-1", "comes", "2024-07-05", 30),
]
PUBLISHED, NEXT = dt.date(2024, 7, 1), dt.date(2024, 7, 6)
RESTATED = [
    ("cancels", "moved", "data correction", "At Risk", "Prospect", PUBLISHED, PUBLISHED),
    ("d1", "moved", "identity merge", "Recent", "Loyal", PUBLISHED, PUBLISHED),
    ("d2", "left", "identity merge", "Recent", None, PUBLISHED, PUBLISHED),
    ("late", "moved", "data correction", "At Risk", "Loyal", PUBLISHED, PUBLISHED),
    ("returns", "moved", "data correction", "Champions", "Loyal", PUBLISHED, PUBLISHED),
    ("s2", "left", "identity merge", "At Risk", None, PUBLISHED, PUBLISHED),
    ("unheard", "entered", "data correction", None, "At Risk", PUBLISHED, PUBLISHED),
    ("w1", "moved", "identity merge", "Recent", "Loyal", PUBLISHED, PUBLISHED),
    ("w2", "left", "identity merge", "Recent", None, PUBLISHED, PUBLISHED),
]
RESTATED_LATER = [("later", "moved", "data correction", "At Risk", "Loyal", NEXT, NEXT)]


@dataclass
class Life:
    """What a shop's runs came to, and the restatements that were published after each."""

    shop: GrowingShop
    runs: dict[str, RunReport] = field(default_factory=dict)
    published: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    kept_by_the_failed_run: list[tuple[Any, ...]] = field(default_factory=list)

    def run(self, name: str, **rfm: Any) -> None:
        self.runs[name] = self.shop.run(**rfm)
        # An id that was merged away is known by the name that it had first.
        self.names = self.shop.names() | self.names
        self.published[name] = self.shop.restatements(self.names)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Published, corrected, run again, corrected by a run that fails while publishing, and run by other rules."""
    life = Life(GrowingShop(tmp_path_factory.mktemp("life")))
    shop = life.shop
    shop.deliver(CUSTOMERS, ORDERS)
    life.run("first", **RULES)
    shop.deliver(NEWS_OF_CUSTOMERS, NEWS)
    shop.decide_that_one_are("d1", "d2")
    life.run("corrected", **RULES)
    life.run("again", **RULES)
    shop.deliver(orders=[("later-2", "later", "2024-06-20", 50)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DuckDBEngine, "publish", _break_off)
        with pytest.raises(OSError, match="pulled the plug"):
            shop.run(**RULES)
    life.published["failed"] = shop.restatements(life.names)
    life.kept_by_the_failed_run = life.shop.kept_restatements(life.names)
    life.run("after the failure", **RULES)
    shop.deliver(orders=[("anchor-0", "anchor", "2024-06-10", 500)])
    life.run("other window", **RULES, window_days=200)
    shop.deliver(orders=[("goes-on-0", "goes-on", "2024-06-10", 500)])
    life.run("other map", map="ten", window_days=200)
    return life


def _break_off(_: DuckDBEngine) -> None:
    raise OSError("somebody pulled the plug")


def _by(run: RunReport, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [(*row, run.run_id) for row in rows]


def test_every_kind_of_news_is_listed_with_its_own_cause(life: Life) -> None:
    """Whoever came or bought later, and whoever the news left where they were, has not been corrected."""
    assert life.published["first"] == []
    assert life.published["corrected"] == _by(life.runs["corrected"], RESTATED)


def test_a_move_of_the_history_tells_nothing_of_what_was_published(life: Life) -> None:
    moves = life.shop.ask(
        "select count(*), count(*) filter (where restated_by <> ''), count(*) filter (where cause in"
        " ('identity merge', 'data correction')) from marts.segment_events where not is_restatement"
    )
    assert moves[0][0] > 0 and moves[0][1:] == (0, 0)


def test_a_run_that_learns_nothing_new_adds_nothing(life: Life) -> None:
    assert life.published["again"] == life.published["corrected"]


def test_a_run_that_failed_while_publishing_is_not_counted_twice(life: Life) -> None:
    assert life.published["failed"] == life.published["again"]
    failed = [row for row in life.kept_by_the_failed_run if row not in life.published["again"]]
    assert [row[:-1] for row in failed] == RESTATED_LATER, "it had kept them before it failed"

    after = life.published["after the failure"]

    run = life.runs["after the failure"]
    assert after == sorted(_by(life.runs["corrected"], RESTATED) + _by(run, RESTATED_LATER), key=str)
    assert failed[0][-1] != run.run_id


@pytest.mark.parametrize("run", ["other window", "other map"])
def test_other_rules_restate_nothing_and_the_run_says_so(life: Life, run: str) -> None:
    assert life.published[run] == life.published["after the failure"]
    assert [note for note in life.runs[run].notes if OTHER_RULES in note]
    by_the_same_rules = [note for name in ("corrected", "after the failure") for note in life.runs[name].notes]
    assert not [note for note in by_the_same_rules if OTHER_RULES in note]


def test_what_is_published_of_the_restatements_is_what_is_kept(life: Life) -> None:
    assert life.shop.kept_restatements(life.names) == life.published["other map"]


def test_the_restatements_of_others_have_moved_the_thresholds(tmp_path: Path) -> None:
    """Monetary in thirds of six: 10 20 | 30 40 | 50 60, each with two orders this month; a third Champions, 323.

    First as of a day that was given, which does not see who came after it; then as of the same day by default, which
    shows whoever is known: that corrects nobody, nor does an arrival that nothing dates.
    """
    shop, rules = GrowingShop(tmp_path), RULES | {"monetary": MetricScoring(method="quantile")}
    pairs = [(f"of-{amount}", day, amount // 2) for amount in range(10, 70, 10) for day in (29, 30)]
    shop.deliver(
        [("signs-up-later", "later@post.example", "2024-07-03")],
        [(f"{who}-{day}", who, f"2024-06-{day}", amount) for who, day, amount in pairs],
    )
    shop.run(**rules, as_of=PUBLISHED)
    shop.deliver([("undated", "undated@post.example")], [("late", "of-10", "2024-06-20", 90)])

    # In stages, of which the one that publishes is another run than the one that builds.
    shop.run_stage_by_stage(**rules)

    # Of 20 30 | 40 50 | 60 100, the one of 50 is in the second third now.
    assert shop.ask("select max(as_of), count(*) from marts.customer_segments") == [(PUBLISHED, 8)]
    restated = shop.restatements(shop.names())
    assert [row[:-1] for row in restated] == [
        ("of-10", "moved", "data correction", "Loyal", "Champions", PUBLISHED, PUBLISHED),
        ("of-50", "moved", "threshold drift", "Champions", "Loyal", PUBLISHED, PUBLISHED),
    ]
    assert shop.kept_restatements(shop.names()) == restated
