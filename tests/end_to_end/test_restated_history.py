"""What comes late restates the past: the history is the same as if everything had been known from the beginning."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from tests.end_to_end import growing
from tests.end_to_end.growing import GrowingShop

from regulars.engines.base import open_engine
from regulars.serve.time_machine import opened_as_of

PUBLISHED = growing.DELIVERED + dt.timedelta(days=1)
# Golden ids go by who came first, so people are known here by their smallest key.
NAMED = """
with names as (
    select customer_id, min(customer_key) as name from marts.customer_identity_map group by customer_id
)
select names.name, {columns} from {table} left join names using (customer_id) order by all
"""
QUERIES = {
    "customer_rfm_history": NAMED.format(table="marts.customer_rfm_history", columns="* exclude (customer_id, name)"),
    "rfm_thresholds": "select * from marts.rfm_thresholds order by all",
    "segment_migration": "select * from marts.segment_migration order by all",
    "customer_segments": NAMED.format(
        table="marts.customer_segments",
        columns="rfm_score, segment, segment_rule, previous_segment, segment_since, as_of",
    ),
    "moves": NAMED.format(
        table="(select * from marts.segment_events where not is_restatement)",
        columns="event, cause, from_segment, to_segment, from_as_of, as_of",
    ),
}
OF_A_DAY = "select customer_id, segment, recency, frequency, monetary, is_single_order from marts.fct_customer_rfm"
Rows = list[tuple[Any, ...]]


@dataclass
class Corrected:
    """The large shop after its second delivery, and what it had said after the first."""

    shop: GrowingShop
    ids_before: dict[str, int]
    segments_before: Rows
    before: dict[str, Rows]
    run_id: str


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Corrected:
    shop = GrowingShop(tmp_path_factory.mktemp("corrected"))
    growing.first_delivery(shop)
    shop.run()
    ids, segments, before = shop.ids(), shop.ask(OF_A_DAY), {name: shop.ask(sql) for name, sql in QUERIES.items()}
    growing.second_delivery(shop)
    growing.decide(shop)
    return Corrected(shop, ids, segments, before, shop.run().run_id)


@pytest.mark.parametrize("table", QUERIES)
def test_what_came_late_has_always_been_there(corrected: Corrected, whole_shop: GrowingShop, table: str) -> None:
    expected = whole_shop.ask(QUERIES[table])
    assert len(expected) > 200
    assert corrected.shop.ask(QUERIES[table]) == expected
    assert corrected.before[table] != expected


def test_golden_ids_are_kept_by_who_came_first(corrected: Corrected, whole_shop: GrowingShop) -> None:
    ids = corrected.shop.ids()
    assert {key: ids[key] for key in corrected.ids_before if ids[key] != corrected.ids_before[key]} == {
        loser: corrected.ids_before[winner]
        for winner, loser in [*map(sorted, growing.SAME_EMAIL), *map(sorted, growing.DECIDED)]
    } | {growing.TOLD_APART[1]: ids[growing.TOLD_APART[1]]}
    # Otherwise this proves nothing about the names.
    assert ids != whole_shop.ids()
    assert corrected.shop.names().keys() != whole_shop.names().keys()


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("c015", "an order came late"),
        ("c003", "an order was refunded"),
        ("c025", "an order was cancelled"),
        ("c010", "an e-mail linked two"),
        ("c030", "a decision linked two"),
        ("c040", "one was told apart"),
    ],
)
def test_each_kind_of_news_reaches_months_that_were_over(corrected: Corrected, key: str, what: str) -> None:
    """Each kind has changed the row of a month end of its customer, so the comparison of the whole is about it too."""

    def months(rows: Rows) -> Rows:
        return [row for row in rows if row[0] == key and row[-1] < PUBLISHED]

    was, now = (
        months(corrected.before["customer_rfm_history"]),
        months(corrected.shop.ask(QUERIES["customer_rfm_history"])),
    )
    assert was and now and was != now, what


def test_whatever_was_published_and_is_otherwise_now_is_listed_with_its_cause(corrected: Corrected) -> None:
    """Held against both states directly: the one that was published, and the time machine's for the same day."""
    shop = corrected.shop
    was = {customer_id: values for customer_id, *values in corrected.segments_before}
    with opened_as_of(open_engine(shop.settings()), PUBLISHED) as session:
        now = {row["customer_id"]: [*row.values()][1:] for row in session.query(OF_A_DAY).to_pylist()}
    ids = shop.ids()
    others = {(corrected.ids_before[key], ids[key]) for key in corrected.ids_before}
    relinked = {customer_id for old, new in others if old != new for customer_id in (old, new)}
    expected = []
    for customer_id in was.keys() | now.keys():
        (before, *old_values), (after, *new_values) = was.get(customer_id, [None]), now.get(customer_id, [None])
        came_later = customer_id == ids[growing.LATE_SIGN_UP]
        if before == after or came_later:
            continue
        event = "entered" if before is None else "left" if after is None else "moved"
        corrected_cause = "identity merge" if customer_id in relinked else "data correction"
        cause = "threshold drift" if old_values == new_values else corrected_cause
        expected.append((customer_id, event, cause, before, after, PUBLISHED, PUBLISHED, corrected.run_id))
    found = shop.ask(
        "select customer_id, event, cause, from_segment, to_segment, from_as_of, as_of, restated_by"
        " from marts.segment_events where is_restatement"
    )
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert {(event, cause) for _, event, cause, *_ in found} >= {
        ("moved", "threshold drift"),
        ("moved", "data correction"),
        ("moved", "identity merge"),
        ("entered", "data correction"),
        ("left", "identity merge"),
    }


def test_all_five_causes_are_met_in_the_life_of_one_shop(corrected: Corrected) -> None:
    causes = corrected.shop.ask("select distinct is_restatement, cause from marts.segment_events order by all")
    assert causes == [
        (False, "own behaviour"),
        (False, "passing of time"),
        (False, "threshold drift"),
        (True, "data correction"),
        (True, "identity merge"),
        (True, "threshold drift"),
    ]


def test_a_day_that_was_published_and_ends_no_month_stays_out_of_the_history(corrected: Corrected) -> None:
    assert PUBLISHED.day != 1
    for table in ("customer_rfm_history", "rfm_thresholds", "segment_migration"):
        assert corrected.shop.ask(f"select count(*) from marts.{table} where as_of = '{PUBLISHED}'") == [(0,)], table


def test_a_shop_that_knew_everything_has_restated_nothing(whole_shop: GrowingShop) -> None:
    assert whole_shop.ask("select count(*) from marts.segment_events where is_restatement") == [(0,)]


def test_every_published_table_can_be_read_from_the_live_file_alone(corrected: Corrected) -> None:
    tables = corrected.shop.ask(
        "select table_schema, table_name from information_schema.tables where table_catalog = 'live' order by all"
    )
    assert ("marts", "customer_rfm_history") in tables
    for schema, table in tables:
        corrected.shop.ask(f'select * from "{schema}"."{table}" limit 1')
