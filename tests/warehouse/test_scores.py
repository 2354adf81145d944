"""Scores come from the thresholds: published cut points, one-time buyers, ties, order of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from random import Random
from typing import TypeAlias

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.engines.base import Session
from regulars.settings import RfmSettings, Settings

# The thresholds of the run's own date, not those of the history.
OF_NOW = "from marts.rfm_thresholds where as_of = (select as_of from intermediate.int_run_parameters)"
# 72 customers with one order, 14 with two, 7 with three, 7 with four.
ONE_TIME_BUYERS = """
    select 'o' || row_number() over () as order_id, 'c' || lpad(cast(customer as varchar), 3, '0') as customer_key,
        date '2024-01-01' + cast(customer as integer) as order_date, 10 + customer as amount
    from range(100) as customers (customer), range(4) as orders (place)
    where place < case when customer < 72 then 1 when customer < 86 then 2 when customer < 93 then 3 else 4 end"""


@pytest.fixture(scope="module")
def one_time_buyers(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("one_time_buyers"), engine=engine, orders=ONE_TIME_BUYERS)


@pytest.mark.parametrize(
    ("customer", "recency", "frequency", "monetary", "score"),
    [
        ("Abbey O'Reilly", 205, 6, 472, "343"),
        ("Add Senger", 140, 3, 340, "412"),
        ("Aden Lesch", 194, 4, 405, "323"),
        ("Aden Murphy", 98, 7, 596, "544"),
        ("Admiral Senger", 132, 5, 448, "433"),
    ],
)
def test_the_cut_points_of_r_give_the_scores_of_r(
    r_rfm: Shop, customer: str, recency: int, frequency: int, monetary: int, score: str
) -> None:
    found = r_rfm.rows(
        "select recency, frequency, monetary, rfm_score from marts.fct_customer_rfm"
        " inner join durable.identity.customer_keys using (customer_id) where customer_key = $1",
        (customer,),
    )
    assert found == [(recency, frequency, monetary, score)]


def test_the_thresholds_show_the_cut_points_of_r(r_rfm: Shop) -> None:
    bands = r_rfm.rows(
        f"select score, cast(value_from as double), cast(value_to as double) {OF_NOW}"
        " and metric = 'recency' order by score"
    )
    assert bands == [(1, 482, None), (2, 297.4, 482), (3, 181, 297.4), (4, 115, 181), (5, None, 115)]
    assert r_rfm.value(f"select sum(customers) {OF_NOW} and metric = 'frequency'") == 995


def test_one_time_buyers_score_one_and_the_others_are_spread_over_the_rest(one_time_buyers: Shop) -> None:
    found = one_time_buyers.rows(
        "select frequency, f_score, count(*) from marts.fct_customer_rfm group by all order by all"
    )
    assert found == [(1, 1, 72), (2, 2, 14), (3, 4, 7), (4, 5, 7)]


def test_the_crowd_of_one_time_buyers_and_the_empty_score_are_warned_of(one_time_buyers: Shop) -> None:
    warnings = one_time_buyers.rows(
        f"select score, customers, warning {OF_NOW} and metric = 'frequency' order by score"
    )
    assert warnings == [
        (1, 72, "72.0 % of the customers have the same value, 1.00: more than a score should hold."),
        (2, 14, None),
        (3, 0, "No customer has this score."),
        (4, 7, None),
        (5, 7, None),
    ]


def test_ntile_fills_every_score_evenly_and_breaks_ties_by_customer(one_time_buyers: Shop) -> None:
    rfm = RfmSettings.model_validate({"frequency": {"method": "ntile"}})
    one_time_buyers.build(Settings(rfm=rfm))
    try:
        sizes = one_time_buyers.rows("select f_score, count(*) from marts.fct_customer_rfm group by all order by all")
        assert sizes == [(score, 20) for score in range(1, 6)]
        one_order = "select min(customer_id), max(customer_id), f_score from marts.fct_customer_rfm where frequency = 1"
        ranges = one_time_buyers.rows(f"{one_order} group by f_score order by f_score desc")
        assert ranges == [
            (100_000_001, 100_000_012, 4),
            (100_000_013, 100_000_032, 3),
            (100_000_033, 100_000_052, 2),
            (100_000_053, 100_000_072, 1),
        ]
        edges = f"select score, cast(value_from as integer), cast(value_to as integer) {OF_NOW}"
        assert one_time_buyers.rows(f"{edges} and metric = 'frequency' order by score") == [
            (1, 1, 1), (2, 1, 1), (3, 1, 1), (4, 1, 2), (5, 2, 4),
        ]  # fmt: skip
    finally:
        one_time_buyers.build(Settings())


@pytest.mark.parametrize(("map_name", "bins"), [("seven", 4), ("six", 3), ("eight", 5)])
def test_every_shipped_map_puts_every_customer_in_one_of_its_segments(
    engine: Opener, tmp_path: Path, map_name: str, bins: int
) -> None:
    shop = Shop(tmp_path, Settings(rfm=RfmSettings(map=map_name)), engine=engine, orders=ONE_TIME_BUYERS)
    assert shop.value("select max(score) from marts.rfm_thresholds") == bins
    assert shop.value("select count(*) from marts.customer_segments where segment is null") == 0
    assert shop.findings() == []


Customer: TypeAlias = tuple[int, int, int]
# Those of one date; many dates are scored at once, for a lake takes a second or more to be asked.
Customers = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(-3, 12)), min_size=1, max_size=25)


@pytest.fixture(scope="module")
def scoring(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The views that score, over a table of values that is changed under them."""
    shop = Shop(
        tmp_path_factory.mktemp("scoring"),
        Settings(rfm=RfmSettings.model_validate({"as_of": "2024-01-01"})),
        engine=engine,
    )
    with shop.engine.build() as session:
        yield session


@given(dates=st.lists(Customers, min_size=1, max_size=20), bins=st.integers(2, 10), shuffled=st.randoms())
def test_scores_follow_the_definition_whatever_the_order_of_the_customers(
    scoring: Session, dates: list[list[Customer]], bins: int, shuffled: Random
) -> None:
    parameters = scoring.query("select * from intermediate.int_run_parameters")
    place = parameters.schema.get_field_index("bins")
    changed = pa.array([bins], parameters.schema.field(place).type)
    scoring.replace("intermediate.int_run_parameters", parameters.set_column(place, "bins", changed))
    found = _scores(scoring, dates)
    expected = {
        (date, metric, value): score
        for date, customers in enumerate(dates)
        for metric, place, sign in (("recency", 0, -1), ("frequency", 1, 1), ("monetary", 2, 1))
        for value, score in by_definition([c[place] for c in customers], bins, sign).items()
    }
    assert found == expected
    mixed = [list(customers) for customers in dates]
    for customers in mixed:
        shuffled.shuffle(customers)
    assert _scores(scoring, mixed) == expected


def _scores(session: Session, dates: list[list[Customer]]) -> dict[tuple[int, str, int], int]:
    rows = [
        {
            "customer_id": number,
            "as_of_number": date,
            "recency": recency,
            "frequency": frequency,
            "monetary": Decimal(monetary),
            "is_active": True,
        }
        for date, customers in enumerate(dates)
        for number, (recency, frequency, monetary) in enumerate(customers)
    ]
    schema = session.query("select * from intermediate.int_customers__rfm_values").schema
    session.replace("intermediate.int_customers__rfm_values", pa.Table.from_pylist(rows, schema))
    found = session.query(
        "select as_of_number, metric, cast(value as integer) as value, score from intermediate.int_rfm_values__scored"
    ).to_pylist()
    scores = [((row["as_of_number"], row["metric"], row["value"]), row["score"]) for row in found]
    assert len(dict(scores)) == len(scores), "equal values have different scores"
    return dict(scores)


def by_definition(values: list[int], bins: int, sign: int) -> dict[int, int]:
    """The definition of DECISIONS 5, word by word, on all customers rather than on the distribution of their values."""
    worth = [sign * value for value in values]
    lowest = min(worth)
    if Fraction(worth.count(lowest), len(worth)) <= Fraction(1, bins):
        return {sign * w: score for w, score in _spread(worth, bins).items()}
    others = _spread([w for w in worth if w > lowest], bins - 1)
    return {sign * lowest: 1, **{sign * w: score + 1 for w, score in others.items()}}


def _spread(worth: list[int], bins: int) -> dict[int, int]:
    ranks, below = {}, 0
    for value, count in sorted(Counter(worth).items()):
        ranks[value] = Fraction(below, max(len(worth) - 1, 1))
        below += count
    return {value: min(bins, 1 + floor(bins * rank)) for value, rank in ranks.items()}
