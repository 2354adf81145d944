"""One dirty and one clean demo shop, made once for all tests of the demo, and a way to ask SQL of their files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.unit.demo.asking import Ask, asking

from regulars.demo.generator import generate
from regulars.demo.options import GeneratedShop, ShopOptions


@pytest.fixture(scope="session")
def dirty_shop(tmp_path_factory: pytest.TempPathFactory) -> GeneratedShop:
    return generate(ShopOptions(customers=3_000, seed=7), tmp_path_factory.mktemp("shops") / "dirty")


@pytest.fixture(scope="session")
def clean_shop(tmp_path_factory: pytest.TempPathFactory) -> GeneratedShop:
    options = ShopOptions(customers=20_000, orders=120_000, seed=11, dirt=False)
    return generate(options, tmp_path_factory.mktemp("shops") / "clean")


@pytest.fixture(scope="session")
def ask_dirty(dirty_shop: GeneratedShop) -> Iterator[Ask]:
    yield from asking(dirty_shop, as_text=True)


@pytest.fixture(scope="session")
def ask_clean(clean_shop: GeneratedShop) -> Iterator[Ask]:
    yield from asking(clean_shop, as_text=False)
