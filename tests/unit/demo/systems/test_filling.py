"""What is missing to fill a system is said before any system is written to."""

from __future__ import annotations

import sys

import pytest

from regulars.demo.spread import spread_shop
from regulars.demo.systems.addresses import Addresses
from regulars.demo.systems.filling import fill
from regulars.errors import SettingsError

DRIVERS = {
    "postgres": ("adbc_driver_postgresql", "sql"),
    "mongo": ("pymongo", "mongo"),
    "kafka": ("confluent_kafka", "kafka"),
}


@pytest.mark.parametrize("system", DRIVERS)
def test_a_driver_that_is_not_installed_is_named_with_its_extra(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, extra = DRIVERS[system]
    monkeypatch.delitem(sys.modules, f"regulars.demo.systems.{system}", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    filled: list[str] = []
    with pytest.raises(SettingsError, match=rf"--{system} needs {module}.* pip install 'regulars\[{extra}\]'"):
        fill(spread_shop(20, 1), Addresses(**{system: "env:NOT_ASKED_FOR"}), filled.append)
    assert filled == []


def test_a_variable_that_is_not_set_is_named_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("adbc_driver_postgresql", reason="ADBC is not installed: pip install 'regulars[sql]'")
    monkeypatch.delenv("SHOP_POSTGRES", raising=False)
    filled: list[str] = []
    with pytest.raises(SettingsError, match="there is no variable SHOP_POSTGRES"):
        fill(spread_shop(20, 1), Addresses(postgres="env:SHOP_POSTGRES"), filled.append)
    assert filled == []


def test_without_addresses_nothing_is_filled() -> None:
    filled: list[str] = []
    fill(spread_shop(20, 1), Addresses(), filled.append)
    assert filled == []
