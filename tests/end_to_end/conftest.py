"""Small shops that several tests look at, made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from tests.end_to_end import erasing, growing

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions


@pytest.fixture(scope="session")
def shop_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """customers.csv and orders.csv of a made-up shop of 240 people, dirt and all."""
    folder = tmp_path_factory.mktemp("files") / "shop"
    generate(ShopOptions(customers=240, seed=11), folder)
    return folder


@pytest.fixture(scope="session")
def whole_shop(tmp_path_factory: pytest.TempPathFactory) -> growing.GrowingShop:
    """The large growing shop, published in one run that knew everything from the beginning."""
    shop = growing.GrowingShop(tmp_path_factory.mktemp("whole"))
    growing.first_delivery(shop)
    growing.second_delivery(shop)
    growing.decide(shop)
    shop.run()
    return shop


@pytest.fixture(scope="module")
def shop_to_erase_from(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published shop with somebody who will be erased, made once for all who test at the same time; a copy of it."""
    own = tmp_path_factory.getbasetemp()
    made = (own.parent if own.name.startswith("popen-") else own) / "to-erase-from"
    with FileLock(made.with_suffix(".lock")):
        if not made.exists():
            erasing.publish_shop(made)
    return shutil.copytree(made, tmp_path_factory.mktemp("shop") / "shop")
