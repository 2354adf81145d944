"""Whom a list is for: the same customers whoever asks and however the rows lie, and nothing of it is SQL."""

from __future__ import annotations

import hashlib
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.activate.conftest import CUSTOMERS, shop
from tests.unit.conftest import Published

from regulars.errors import InputError
from regulars.serve.selection import (
    NO_CONTACT,
    REFUSED,
    UNKNOWN,
    Control,
    Reach,
    Selection,
    selected_customers,
)

__all__ = ["shop"]


def chosen(shop: Published, *asked: Any, columns: tuple[str, ...] = ()) -> tuple[dict[str, int], pa.Table]:
    """Why customers were left out, and the others."""
    asked = (*asked, *(Selection(), Reach(), Control())[len(asked) :])
    with selected_customers(shop.queries, *asked, columns) as found:
        table = found.reader.read_all()
        assert found.customers == table.num_rows + sum(found.left_out.values())
        assert found.run_id and found.as_of
        return dict(found.left_out), table


def test_everybody_is_selected_in_the_order_of_their_ids(shop: Published) -> None:
    left_out, table = chosen(shop)
    ids = table["customer_id"].to_pylist()
    assert (left_out, len(ids)) == ({}, CUSTOMERS)
    assert ids == sorted(set(ids))
    assert table["is_held_back"].to_pylist() == [False] * CUSTOMERS


def test_only_who_agreed_gets_mail_unless_one_says_otherwise(shop: Published) -> None:
    left_out, table = chosen(shop, Selection(), Reach("explicit", ("email",)))
    assert set(table["consent"].to_pylist()) == {True}
    assert left_out[REFUSED] == left_out[UNKNOWN] == CUSTOMERS // 6
    left_out, table = chosen(shop, Selection(), Reach("unless_refused", ("email",)))
    assert set(table["consent"].to_pylist()) == {True, None}
    assert UNKNOWN not in left_out and left_out[REFUSED] == CUSTOMERS // 6


def test_who_cannot_be_reached_is_left_out_and_counted(shop: Published) -> None:
    left_out, table = chosen(shop, Selection(), Reach("all", ("email", "phone")))
    assert left_out == {NO_CONTACT: CUSTOMERS // 30}
    assert all(row["email"] or row["phone"] for row in table.to_pylist())
    left_out, table = chosen(shop, Selection(), Reach("all", ("email",)))
    assert left_out == {NO_CONTACT: CUSTOMERS // 10}
    assert table["email"].null_count == 0


def test_filters_are_of_one_mind_with_the_rows(shop: Published) -> None:
    _, everyone = chosen(shop)
    rows = everyone.to_pylist()
    segment = rows[0]["segment"]
    cluster = next(row["cluster_id"] for row in rows if row["cluster_id"] is not None)
    health = next(row["health"] for row in rows if row["health"] is not None)
    inside = sorted(row["churn_probability"] for row in rows if row["segment"] == segment)
    middle = float(inside[len(inside) // 2])
    for selection, holds in (
        (Selection(segments=(segment,)), lambda row: row["segment"] == segment),
        (Selection(clusters=(str(cluster),)), lambda row: row["cluster_id"] == cluster),
        (Selection(health=(health,)), lambda row: row["health"] == health),
        (Selection(churn_above=0.8), lambda row: row["churn_probability"] > 0.8),
        (Selection(value_above=20), lambda row: row["clv"] and row["clv"] > 20),
        (
            Selection((segment,), churn_above=middle),
            lambda row: row["segment"] == segment and float(row["churn_probability"]) > middle,
        ),
    ):
        expected = [row["customer_id"] for row in rows if holds(row)]
        assert chosen(shop, selection)[1]["customer_id"].to_pylist() == expected
        assert 0 < len(expected) < CUSTOMERS


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection(segments=("Nobodies",)), "There is no segment `Nobodies`. The segments are: Champions"),
        (Selection(clusters=("9",)), "There is no cluster `9`"),
        (Selection(health=("Well",)), "There is no health `Well`. The states of health are"),
        (Selection(segments=("x' or '1'='1",)), "There is no segment `x' or '1'='1`"),
        (Selection(clusters=("1) or (1=1",)), "There is no cluster"),
    ],
)
def test_what_is_not_there_is_refused_and_never_run(shop: Published, selection: Selection, message: str) -> None:
    with pytest.raises(InputError) as refused:
        chosen(shop, selection)
    assert message in str(refused.value)


@pytest.mark.parametrize("share", [-0.1, 1.0, 3.0])
def test_a_share_that_is_none_is_refused(shop: Published, share: float) -> None:
    with pytest.raises(InputError, match="A control group is a share"):
        chosen(shop, Selection(), Reach(), Control(share, "s"))


def held_back(shop: Published, share: float, seed: str, selection: Selection | None = None) -> set[int]:
    rows = chosen(shop, selection or Selection(), Reach(), Control(share, seed))[1].to_pylist()
    return {row["customer_id"] for row in rows if row["is_held_back"]}


def test_the_control_group_is_the_rule_that_is_written_down(shop: Published) -> None:
    ids = chosen(shop)[1]["customer_id"].to_pylist()
    expected = {one for one in ids if int(hashlib.md5(f"spring:{one}".encode()).hexdigest()[:8], 16) < 0.25 * 16**8}
    assert held_back(shop, 0.25, "spring") == expected
    assert 0.15 * CUSTOMERS < len(expected) < 0.35 * CUSTOMERS


def test_a_larger_share_only_adds_and_another_seed_draws_anew(shop: Published) -> None:
    small, large, other = held_back(shop, 0.1, "a"), held_back(shop, 0.4, "a"), held_back(shop, 0.4, "b")
    assert small < large
    assert large != other and large & other
    assert held_back(shop, 0.0, "a") == set()


def test_whom_else_the_list_is_for_changes_nobodys_group(shop: Published) -> None:
    everyone = held_back(shop, 0.3, "a")
    part = held_back(shop, 0.3, "a", Selection(churn_above=0.8))
    ids = set(chosen(shop, Selection(churn_above=0.8))[1]["customer_id"].to_pylist())
    assert part == everyone & ids


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("seed", ["spring", "2026-01"])
def test_of_many_customers_the_share_is_held_back(share: float, seed: str) -> None:
    control = Control(share, seed)
    [[found]] = duckdb.sql(
        "select avg(cast(substr(md5($1 || ':' || cast(100000000 + n as varchar)), 1, 8) < $2 as integer))"
        " from range(400000) as ids(n)",
        params=[control.seed, control.threshold],
    ).fetchall()
    # Four standard deviations of chance.
    assert found == pytest.approx(share, abs=4 * (share * (1 - share) / 400_000) ** 0.5)


@given(st.floats(0, 0.999999, allow_nan=False))
def test_the_threshold_is_a_text_that_compares_as_the_number_does(share: float) -> None:
    text = Control(share).threshold
    assert len(text) == 8
    assert int(text, 16) == min(round(share * 16**8), 16**8 - 1)
