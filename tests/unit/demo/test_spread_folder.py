"""The folder of a spread shop takes nobody else's place, and can be written again."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.demo.spread import SpreadShop, spread_shop
from regulars.demo.spread_folder import refuse_foreign, write_folder
from regulars.demo.systems.addresses import Addresses
from regulars.errors import InputError

CUSTOMERS, SEED = 40, 2


@pytest.fixture(scope="module")
def shop() -> SpreadShop:
    return spread_shop(CUSTOMERS, SEED)


def _contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_written_twice_it_is_the_same_and_files_that_became_systems_go(shop: SpreadShop, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "shop"
    write_folder(folder, shop, Addresses(), CUSTOMERS, SEED)
    first = _contents(folder)
    assert sorted(first) == [
        "app_customers.jsonl", "crm_customers.csv", "events.jsonl", "orders.csv", "purchases.csv", "regulars.toml",
    ]  # fmt: skip
    refuse_foreign(folder, CUSTOMERS, SEED)
    write_folder(folder, shop, Addresses(), CUSTOMERS, SEED)
    assert _contents(folder) == first
    write_folder(folder, shop, Addresses(mongo="mongodb://h", kafka="h:9092"), CUSTOMERS, SEED)
    assert sorted(_contents(folder)) == ["crm_customers.csv", "orders.csv", "purchases.csv", "regulars.toml"]


def test_another_shop_and_foreign_files_are_left_alone(shop: SpreadShop, tmp_path: Path) -> None:
    write_folder(tmp_path / "shop", shop, Addresses(), CUSTOMERS, SEED)
    with pytest.raises(InputError, match=r"is not that of the demo shop of 40 people, seed 3\. Name another folder"):
        refuse_foreign(tmp_path / "shop", CUSTOMERS, SEED + 1)
    mine = tmp_path / "mine"
    mine.mkdir()
    refuse_foreign(mine, CUSTOMERS, SEED)
    (mine / "orders.csv").write_text("my own")
    with pytest.raises(InputError, match=r"holds orders\.csv already\. Name another folder"):
        refuse_foreign(mine, CUSTOMERS, SEED)


def test_a_place_that_cannot_be_written_is_named(shop: SpreadShop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"Cannot write in .*Choose another folder"):
        write_folder(tmp_path / "file" / "shop", shop, Addresses(), CUSTOMERS, SEED)
