"""A feed is asked from its watermark on, lands with it in one transaction, and says plainly what it lacks."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import SettingsError, SourceUnreachable
from regulars.land.given import given_sources
from regulars.land.stage import LandReport, land
from regulars.settings import Settings
from regulars.source_settings import SourceSettings, secret
from regulars.sources import Delivery
from regulars.sources.feed import open_feed, spooled

SOURCE = {"entity": "orders", "kafka": {"servers": "nowhere:1", "topic": "orders"}}


class Topic:
    """A reader of a feed whose records are a list; their places are the watermark."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.asked: list[str | None] = []
        self.breaks_after: int | None = None

    def open_feed(self, name: str, feed: object, since: str | None) -> AbstractContextManager[Delivery]:
        self.asked.append(since)
        start = int(since or 0)

        def lines() -> Iterator[bytes]:
            for place, record in enumerate(self.records[start:]):
                if place == self.breaks_after:
                    raise SourceUnreachable("The topic broke off. Start it again.")
                yield record if isinstance(record, bytes) else json.dumps(record).encode()

        return spooled(name, "topic:orders", lines(), lambda: str(len(self.records)))


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    topic = Topic()
    module = types.ModuleType("regulars.sources.kafka")
    module.open_feed = topic.open_feed  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "regulars.sources.kafka", module)
    return topic


def _order(number: int, **more: Any) -> dict[str, Any]:
    return {"order_id": f"o{number}", "customer_id": "c1", "ordered_at": "2025-01-03", "amount": 5, **more}


def _landed(folder: Path, *, full_refresh: bool = False) -> LandReport:
    engine = DuckDBEngine(folder)
    engine.prepare()
    settings = Settings.model_validate({"sources": {"events": SOURCE}})
    with engine.durable() as durable:
        return land(durable, settings, given_sources([], settings), full_refresh=full_refresh)


def _rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with DuckDBEngine(folder).durable() as durable:
        return [tuple(row.values()) for row in durable.query(sql).to_pylist()]


def test_each_time_only_what_is_new_is_landed_and_the_watermark_with_it(tmp_path: Path, topic: Topic) -> None:
    topic.records = [_order(1), _order(2)]
    assert [load.rows for load in _landed(tmp_path).loads] == [2]
    topic.records += [_order(3, channel={"name": "app"})]
    assert [load.rows for load in _landed(tmp_path).loads] == [1]
    quiet = _landed(tmp_path)
    assert (quiet.loads, quiet.known) == ([], ["events"])
    assert topic.asked == [None, "2", "3"]
    assert _rows(tmp_path, "select watermark, rows, uri from ops.loads order by load_id") == [
        ("2", 2, "topic:orders"),
        ("3", 1, "topic:orders"),
    ]
    assert _rows(tmp_path, "select order_id from staging.orders order by 1") == [("o1",), ("o2",), ("o3",)]
    assert _rows(tmp_path, "select channel from raw.events order by order_id") == [
        (None,),
        (None,),
        ('{"name":"app"}',),
    ]


def test_a_full_refresh_asks_from_the_beginning(tmp_path: Path, topic: Topic) -> None:
    topic.records = [_order(1), _order(2)]
    _landed(tmp_path)
    _landed(tmp_path, full_refresh=True)
    assert topic.asked == [None, None]
    assert _rows(tmp_path, "select count(*) from raw.events") == [(2,)]


def test_a_record_that_is_no_json_is_set_aside(tmp_path: Path, topic: Topic) -> None:
    topic.records = [_order(1), b"\xff{poison", _order(2)]
    [load] = _landed(tmp_path).loads
    assert (load.rows, load.staged, load.rejected) == (3, 2, 1)


def test_a_feed_that_breaks_off_leaves_nothing_but_its_entry_and_starts_again(tmp_path: Path, topic: Topic) -> None:
    topic.records, topic.breaks_after = [_order(1), _order(2)], 1
    with pytest.raises(SourceUnreachable, match="broke off"):
        _landed(tmp_path)
    assert _rows(tmp_path, "select source, status, rows, error from ops.loads") == [
        ("events", "failed", 0, "The topic broke off. Start it again.")
    ]
    topic.breaks_after = None
    assert [load.rows for load in _landed(tmp_path).loads] == [2]
    assert topic.asked == [None, None]


def test_a_reader_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    source = SourceSettings.model_validate({"dlt": {"resource": "shop:orders"}})
    monkeypatch.setitem(sys.modules, "regulars.sources.dlt", None)
    with pytest.raises(SettingsError, match=r"pip install 'regulars\[dlt\]'"):
        open_feed("shop", source, None)


def _asked_by_keys(folder: Path, monkeypatch: pytest.MonkeyPatch, field: str) -> list[list[str]]:
    """The batches of keys that a source is asked by, which stands in the settings before its customers."""
    asked: list[list[str]] = []

    def open_rest(name: str, feed: object, since: str | None, keys: Any) -> AbstractContextManager[Delivery]:
        def lines() -> Iterator[bytes]:
            for batch in keys(field, 2):
                asked.append(batch)
                yield from (json.dumps(_order(number)).encode() for number, _ in enumerate(batch))

        return spooled(name, "rest:orders", lines(), lambda: None)

    module = types.ModuleType("regulars.sources.rest")
    module.open_feed = open_rest  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "regulars.sources.rest", module)
    (folder / "customers.csv").write_text(
        "customer_id,phone\n3,+447911123456\n1,+447911123455\n2,+447911123456\n4,\n5,+447911123450\n"
    )
    rest = {"url": "http://nowhere", "batch_field": "mobiles", "batch_keys": field}
    sources = {"shop": {"entity": "orders", "rest": rest}, "customers": {"path": str(folder / "customers.csv")}}
    settings = Settings.model_validate({"sources": sources})
    engine = DuckDBEngine(folder)
    engine.prepare()
    with engine.durable() as durable:
        land(durable, settings, given_sources([], settings))
    return asked


def test_a_source_asked_by_customers_is_asked_after_they_have_landed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _asked_by_keys(tmp_path, monkeypatch, "phone")
    assert asked == [["+447911123450", "+447911123455"], ["+447911123456"]]


def test_customers_can_be_asked_for_by_their_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _asked_by_keys(tmp_path, monkeypatch, "customer_id") == [["1", "2"], ["3", "4"], ["5"]]


def test_keys_of_a_field_that_customers_do_not_have_are_refused_and_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match=r"no field `mobile` for batch_keys. They have: .*phone"):
        _asked_by_keys(tmp_path, monkeypatch, "mobile")
    assert _rows(tmp_path, "select source, status from ops.loads order by load_id") == [
        ("customers", "landed"),
        ("shop", "failed"),
    ]


def test_a_source_has_one_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a source has one place, and this has path, kafka"):
        SourceSettings.model_validate({**SOURCE, "path": "orders.csv"})


def test_a_secret_comes_from_the_variable_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "postgresql://shop")
    assert secret("env:SHOP_URL") == "postgresql://shop"
    assert secret("postgresql://other") == "postgresql://other"
    with pytest.raises(SettingsError, match="there is no variable NO_SUCH"):
        secret("env:NO_SUCH")
