"""What people decide restates all of history, and taking it back restores it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end import doors, growing
from tests.end_to_end.growing import GrowingShop
from tests.end_to_end.test_restated_history import QUERIES

from regulars.engines.base import open_engine

SAME, OTHER = "c030", "c131"
TOGETHER, APART = growing.TOLD_APART
HISTORY = QUERIES["customer_rfm_history"]
Rows = list[tuple[Any, ...]]


@dataclass
class Decided:
    """A shop before, with and without decisions."""

    shop: GrowingShop
    ids: dict[str, int]
    history: Rows
    ids_decided: dict[str, int]
    history_decided: Rows
    words: str


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    shop = GrowingShop(tmp_path_factory.mktemp("decided"))
    growing.first_delivery(shop)
    shop.run()
    ids, history = shop.ids(), shop.ask(HISTORY)
    said = [
        shop.command("identity", "merge", f"{ids[SAME]}", f"customers:{OTHER}", "--reason", "the same door"),
        shop.command("identity", "split", f"customers:{APART}", f"{ids[TOGETHER]}"),
        shop.command("identity", "never", "c050@post.example", "c051@post.example"),
    ]
    assert [outcome.exit_code for outcome in said] == [0, 0, 0], [outcome.errors for outcome in said]
    shop.run()
    return Decided(shop, ids, history, shop.ids(), shop.ask(HISTORY), said[0].output)


def test_a_decision_is_told_and_takes_hold(decided: Decided) -> None:
    ids = decided.ids
    assert f"are one person: {ids[SAME]}; {ids[OTHER]} is redirected to it." in decided.words
    assert ids[TOGETHER] == ids[APART]
    moved = {key: customer_id for key, customer_id in decided.ids_decided.items() if ids[key] != customer_id}
    assert moved == {OTHER: ids[SAME], APART: max(ids.values()) + 1}
    found = decided.shop.command("customer", f"{ids[OTHER]}", "--json")
    assert f'"customer_id": {ids[SAME]}' in found.output


def test_history_is_that_of_a_fresh_warehouse_with_the_same_decisions(decided: Decided, tmp_path: Path) -> None:
    durable = decided.shop.warehouse / "durable.duckdb"
    rows = doors.ask(durable, "select * from ops.identity_decisions order by decided_at")
    fresh = GrowingShop(tmp_path)
    growing.first_delivery(fresh)
    engine = open_engine(fresh.settings())
    engine.prepare()
    with engine.durable() as session:
        for row in rows:
            session.execute("insert into ops.identity_decisions values ($1, $2, $3, $4, $5)", row)
    fresh.run()
    assert decided.history_decided != decided.history
    assert fresh.ask(HISTORY) == decided.history_decided
    assert fresh.ids() != decided.ids_decided


def test_what_is_taken_back_is_as_it_was(decided: Decided) -> None:
    shop, ids = decided.shop, decided.ids
    assert [row["decision"] for row in shop.command("identity", "decisions", "--json").rows] == [
        *("never", "split", "merge"),
    ]
    refused = shop.command("identity", "merge", f"customers:{APART}", f"{ids[TOGETHER]}")
    assert refused.exit_code == 2
    assert f"split `{APART}` and `{TOGETHER}`" in refused.errors
    for left, right in ((f"{ids[SAME]}", f"{ids[OTHER]}"), (APART, TOGETHER), ("c051", "c050")):
        assert shop.command("identity", "undo", left, right).exit_code == 0
    assert shop.command("identity", "decisions").output == "No decision about people stands.\n"
    shop.run()
    assert shop.ids() == ids
    assert shop.ask(HISTORY) == decided.history
