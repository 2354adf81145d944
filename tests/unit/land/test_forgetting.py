"""Rows of erased persons leave every place of a source, the ledger still reconciles, and others keep theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.land.conftest import Land

from regulars import catalog
from regulars.engines.base import Session
from regulars.land import ledger, raw
from regulars.land.forgetting import ForgottenRows, find_rows, forget_found, received_rows
from regulars.land.load import Target
from regulars.land.tombstones import Kind, remember
from regulars.settings import ShopSettings
from regulars.source_settings import Entity, SourceSettings

Forget = Callable[..., ForgottenRows]


def _target(entity: Entity, fields: list[str]) -> Target:
    return Target("shop", entity, {name: f'"{name}"' for name in fields}, SourceSettings(), ShopSettings())


def _forget(durable: Session, target: Target, *identifiers: tuple[Kind, str]) -> ForgottenRows:
    with durable.transaction():
        remember(durable, "e", identifiers)
        find_rows(durable, target)
        return forget_found(durable, target)


def _loads(durable: Session) -> list[tuple[int, int, int, int, int]]:
    loads = ledger.loads_of(durable, "shop")
    assert all(load.difference == 0 for load in loads)
    return [(load.rows, load.staged, load.rejected, load.duplicates, load.forgotten) for load in loads]


def _keys(durable: Session, entity: Entity) -> list[Any]:
    table = catalog.STAGED[entity].name
    return durable.query(f"select customer_key from {table} order by 1")[0].to_pylist()


ORDERS: dict[str, list[str | None]] = {
    "order_id": ["o1", "o2", "o3", "o4", "o1"],
    "customer_id": ["c1", "c2", None, "c1", "c1"],
    "email": [None, None, "Anna@Post.example", None, None],
    "ordered_at": ["2025-01-01", "2025-01-02", "2025-01-03", "no day", "2025-01-01"],
    "amount": ["10", "20", "30", "40", "10"],
}


def test_staged_rejected_and_repeated_rows_go(durable: Session, land_rows: Land) -> None:
    land_rows("orders", ORDERS)
    assert _loads(durable) == [(5, 3, 1, 1, 0)]
    gone = _forget(durable, _target("orders", list(ORDERS)), ("key", "c1"), ("email", "anna@post.example"))
    assert (gone.raw, gone.staged, gone.rejected) == (4, 2, 1)
    assert _loads(durable) == [(5, 1, 0, 0, 4)]
    assert _keys(durable, "orders") == ["c2"]
    assert durable.query(f"select order_id from {raw.raw_table('shop')}")[0].to_pylist() == ["o2"]
    assert durable.query(f"select * from {catalog.REJECTED_ROWS.name}").num_rows == 0


def test_doing_it_again_finds_nothing(durable: Session, land_rows: Land) -> None:
    land_rows("orders", ORDERS)
    target = _target("orders", list(ORDERS))
    _forget(durable, target, ("key", "c1"))
    before = _loads(durable)
    assert _forget(durable, target, ("key", "c1")) == ForgottenRows("shop")
    assert _loads(durable) == before


def test_every_version_goes_with_what_is_noted_of_it(durable: Session, land_rows: Land) -> None:
    customers = {"customer_id": ["c1", "c2"], "email": ["old@post.example", "b@post.example"]}
    land_rows("customers", customers)
    land_rows("customers", {"customer_id": ["c1", "c2"], "email": ["new@post.example", "bb@post.example"]})
    gone = _forget(durable, _target("customers", ["customer_id", "email"]), ("key", "c1"))
    assert (gone.raw, gone.staged, gone.superseded) == (2, 2, 1)
    superseded = durable.query(f"select record_id from {catalog.SUPERSEDED.name}")[0].to_pylist()
    assert superseded == ["c2"]
    assert _loads(durable) == [(2, 1, 0, 0, 1)] * 2


def test_lines_of_an_order_go_with_the_note_of_its_older_version(durable: Session, land_rows: Land) -> None:
    def lines(price: str) -> dict[str, list[str | None]]:
        return {
            "order_id": ["o1", "o1", "o2"], "customer_id": ["c1", "c1", "c2"], "quantity": ["1", "2", "1"],
            "unit_price": [price, price, price], "ordered_at": ["2025-01-01"] * 3,
        }  # fmt: skip

    land_rows("order_lines", lines("5"))
    land_rows("order_lines", lines("6"))
    gone = _forget(durable, _target("order_lines", list(lines("5"))), ("key", "c1"))
    assert (gone.raw, gone.staged, gone.superseded) == (4, 4, 1)
    assert durable.query(f"select record_id from {catalog.SUPERSEDED.name}")[0].to_pylist() == ["o2"]


def test_rows_are_handed_over_as_they_came(durable: Session, land_rows: Land) -> None:
    land_rows("orders", ORDERS)
    with durable.transaction():
        remember(durable, "e", [("email", "anna@post.example")])
        find_rows(durable, _target("orders", list(ORDERS)))
        [row] = received_rows(durable, "shop").read_all().to_pylist()
    assert (row["order_id"], row["email"]) == ("o3", "Anna@Post.example")
