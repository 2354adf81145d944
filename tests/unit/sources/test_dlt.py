"""Resources of dlt and plain generators are read alike, and from the watermark on."""

from __future__ import annotations

import datetime as dt
import sys
import types
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.source_settings import DltSettings
from regulars.sources.dlt import open_feed


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    module = types.ModuleType("a_shop")
    monkeypatch.setitem(sys.modules, "a_shop", module)
    return module


def _read(since: str | None = None, **more: Any) -> tuple[list[str], str | None]:
    with open_feed("shop", DltSettings(resource="a_shop:orders", **more), since) as delivery:
        found = (
            [cell for batch in delivery.batches() for cell in batch.column("id").to_pylist()]
            if delivery.columns
            else []
        )
        return found, delivery.watermark()


def test_pages_of_records_and_arrow(shop: Any) -> None:
    def orders(country: str) -> Iterator[Any]:
        yield {"id": country, "nested": {"at": dt.datetime(2025, 1, 1)}, "odd": float("nan")}
        yield [{"id": "2"}, {"id": "3"}]
        yield pa.table({"id": ["4", "5"]})
        yield pa.record_batch({"id": [6]})

    shop.orders = orders
    assert _read(arguments={"country": "no"})[0] == ["no", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("day", [dt.datetime(2025, 1, 1, tzinfo=dt.UTC), dt.date(2025, 1, 1)])
def test_what_gives_everything_is_cut_at_the_watermark(shop: Any, day: Any) -> None:
    rows = [{"id": "1", "at": day}, {"id": "2", "at": day + dt.timedelta(days=1)}]
    shop.orders = lambda: iter(rows)
    found, since = _read(watermark="at")
    assert (found, _read(since, watermark="at")[0]) == (["1", "2"], [])
    rows += [{"id": "3", "at": rows[1]["at"]}, {"id": "late", "at": day}]
    assert _read(since, watermark="at")[0] == ["3"]


def test_what_takes_since_is_told_it(shop: Any) -> None:
    asked: list[Any] = []

    def orders(since: int | None = None) -> Iterator[dict[str, Any]]:
        asked.append(since)
        yield from ({"id": str(n), "n": n} for n in range(since or 0, 4))

    shop.orders = orders
    found, since = _read(watermark="n")
    assert (found, _read(since, watermark="n")[0], asked) == (["0", "1", "2", "3"], [], [None, 3])


def test_resources_and_sources_of_dlt(shop: Any) -> None:
    dlt = pytest.importorskip("dlt", reason="dlt is not installed: pip install 'regulars[dlt]'")

    @dlt.resource  # type: ignore[untyped-decorator, unused-ignore]
    def orders(first: int = 1, since: int | None = None) -> Iterator[Any]:
        yield [{"id": str(n), "n": n} for n in range(max(first, since or 0), 4)]

    @dlt.source  # type: ignore[untyped-decorator, unused-ignore]
    def everything() -> Any:
        return orders

    shop.orders = orders
    found, since = _read(watermark="n", arguments={"first": 2})
    assert (found, _read(since, watermark="n")[0]) == (["2", "3"], [])
    assert _read()[0] == ["1", "2", "3"]
    shop.orders = everything
    assert _read()[0] == ["1", "2", "3"]


def test_what_fails_is_named_without_secrets(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "hunter2")

    def orders(key: str) -> Iterator[Any]:
        raise raised(f"no {key}")
        yield

    shop.orders = orders
    raised: type[Exception] = ConnectionError
    with pytest.raises(SourceUnreachable, match="broke off with ConnectionError: no …"):
        _read(arguments={"key": "env:SHOP_KEY"})
    raised = KeyError
    with pytest.raises(InputError, match="failed with KeyError: 'no …'"):
        _read(arguments={"key": "env:SHOP_KEY"})
    with pytest.raises(SettingsError, match="does not take these arguments: missing a required argument: 'key'"):
        _read()
    shop.orders = [3]
    with pytest.raises(InputError, match="gave a int"):
        _read()
    del shop.orders
    with pytest.raises(SettingsError, match="cannot be imported: module 'a_shop' has no attribute 'orders'"):
        _read()
    for path, words in (("a_shop", "names no attribute"), ("no_such_shop:x", "there is no module no_such_shop")):
        with pytest.raises(SettingsError, match=words), open_feed("shop", DltSettings(resource=path), None):
            pass
