"""A collection over MongoDB's own protocol: what is new, what changed, and nothing twice."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pymongo", reason="pymongo is not installed: pip install 'regulars[mongo]'")
from tests.end_to_end import doors
from tests.servers_stream import Mongo, mongo

from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.source_settings import MongoSettings
from regulars.sources.mongo import look, open_feed

__all__ = ["mongo"]
DAY = dt.datetime(2025, 1, 3, 10)


def _order(number: int, at: dt.datetime = DAY, **more: Any) -> dict[str, Any]:
    order = {"_id": f"o{number}", "order_id": f"o{number}", "customer_id": "c1", "ordered_at": DAY, "amount": 5}
    return {**order, "updated_at": at, "status": "completed", **more}


def _collection(request: pytest.FixtureRequest) -> str:
    return re.sub(r"\W", "_", request.node.name)


@pytest.fixture
def orders(mongo: Mongo, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A collection of this test's own."""
    from pymongo import MongoClient

    with MongoClient(mongo.url) as client:
        yield client["shop"][_collection(request)]


@pytest.fixture
def settings(mongo: Mongo, request: pytest.FixtureRequest) -> MongoSettings:
    return MongoSettings(url=mongo.url, database="shop", collection=_collection(request), watermark="updated_at")


def _read(settings: MongoSettings, since: str | None = None) -> tuple[list[str], str | None]:
    with open_feed("shop", settings, since) as delivery:
        found = [row for batch in delivery.batches() for row in batch.column("_id").to_pylist()]
        return sorted(found), delivery.watermark()


def test_what_is_new_and_what_changed_is_landed_once(tmp_path: Path, mongo: Mongo, orders: Any) -> None:
    (tmp_path / "regulars.toml").write_text(
        f'[sources.shop]\nentity = "orders"\n[sources.shop.mongo]\nurl = "{mongo.url}"\ndatabase = "shop"\n'
        f'collection = "{orders.name}"\nwatermark = "updated_at"\n'
    )

    def land() -> None:
        outcome = doors.command("land", folder=tmp_path)
        assert outcome.exit_code == 0, outcome.errors

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return doors.ask(tmp_path / "warehouse" / "durable.duckdb", sql)

    orders.insert_many([_order(n, items=[{"sku": "a", "at": DAY}], where={"city": "Oslo"}) for n in range(5)])
    land()
    later = DAY + dt.timedelta(hours=1)
    orders.insert_one(_order(5, later))
    # Replaced, not updated: nx-27017 makes text of dates that are set by an update.
    orders.replace_one({"_id": "o1"}, _order(1, later, status="cancelled"))
    land()
    land()
    assert ask("select rows from ops.loads order by load_id") == [(5,), (2,)]
    [(nested, where, at)] = ask("select items, \"where\", updated_at from raw.shop where order_id = 'o0'")
    assert (json.loads(nested), json.loads(where)) == ([{"sku": "a", "at": "2025-01-03T10:00:00Z"}], {"city": "Oslo"})
    assert at == "2025-01-03T10:00:00Z"
    newest = "select arg_max(status, _load_id) from staging.orders group by order_id order by order_id"
    assert ask(newest) == [(status,) for status in ("completed", "cancelled", *["completed"] * 4)]


def test_records_on_the_watermark_are_neither_lost_nor_repeated(settings: MongoSettings, orders: Any) -> None:
    orders.insert_many([_order(1, DAY - dt.timedelta(days=1)), _order(2), _order(3)])
    found, since = _read(settings)
    assert found == ["o1", "o2", "o3"]
    assert _opens_empty(settings, since)
    orders.insert_one(_order(4))
    orders.update_one({"_id": "o2"}, {"$set": {"amount": 9}})
    found, since = _read(settings, since)
    assert found == ["o2", "o4"]
    assert _opens_empty(settings, since)
    again = settings.model_copy(update={"look_back": "2 days"})
    assert _read(again, since)[0] == ["o1"]


def _opens_empty(settings: MongoSettings, since: str | None) -> bool:
    with open_feed("shop", settings, since) as delivery:
        return not delivery.columns


@pytest.mark.parametrize("kind", ["object id", "int", "text"])
def test_watermarks_come_back_as_what_they_were(settings: MongoSettings, orders: Any, kind: str) -> None:
    from bson import ObjectId

    values: list[Any] = {
        "object id": [ObjectId(f"{n:024x}") for n in range(1, 5)],
        "int": [9, 10, 99, 100],
        "text": ["a", "b", "c", "d"],
    }[kind]
    # nx-27017 compares ObjectIds in _id alone.
    mark = "_id" if kind == "object id" else "mark"
    settings = settings.model_copy(update={"watermark": mark})
    orders.insert_many([_order(n, **{mark: value}) for n, value in enumerate(values[:2])])
    found, since = _read(settings)
    assert len(found) == 2
    orders.insert_many([_order(n + 2, **{mark: value}) for n, value in enumerate(values[2:])])
    expected = [str(value) for value in values[2:]] if mark == "_id" else ["o2", "o3"]
    assert _read(settings, since)[0] == expected


def test_what_cannot_be_read_is_named_without_the_password(settings: MongoSettings, orders: Any) -> None:
    orders.insert_one(_order(1))
    with pytest.raises(InputError, match=r"There is no collection nowhere in shop .*Its collections: "):
        _read(settings.model_copy(update={"collection": "nowhere"}))
    for url in (
        "mongodb://me:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=300",
        "mongodb://me:hunter2@127.0.0.1:x",
        "mongodb://me:hun@ter2@127.0.0.1:1",
    ):
        with pytest.raises((SourceUnreachable, SettingsError)) as caught:
            _read(settings.model_copy(update={"url": url}))
        assert "ter2" not in str(caught.value)
    with pytest.raises(SettingsError, match="no time such as 2 days"):
        _read(settings.model_copy(update={"look_back": "soon"}), _read(settings)[1])


def test_a_server_that_dies_in_the_middle_is_unreachable_and_nothing_is_kept(tmp_path: Path) -> None:
    from pymongo import MongoClient

    from regulars.sources.mongo import _client, _lines
    from regulars.sources.ties import Ties

    dying = Mongo(tmp_path)
    dying.start()
    try:
        with MongoClient(dying.url) as client:
            client["shop"]["orders"].insert_many([_order(n) for n in range(500)])
        url = f"{dying.url}/?serverSelectionTimeoutMS=500"
        settings = MongoSettings(url=url, database="shop", collection="orders", watermark="updated_at")
        servers, client = _client(settings)
        with client:
            lines = _lines(client, settings, servers, Ties(None, ()))
            next(lines)
            dying.kill()
            with pytest.raises(SourceUnreachable, match=r"Collection shop.orders cannot be read"):
                list(lines)
        dying.start()
        assert len(_read(settings)[0]) == 500
    finally:
        dying.kill()


def test_a_look_counts_what_a_reading_would_bring(settings: MongoSettings, orders: Any) -> None:
    orders.insert_many([_order(1, DAY - dt.timedelta(days=1)), _order(2), _order(3)])
    first = look("shop", settings, None)
    assert (first["new_records"], first["newest"]) == (3, "2025-01-03T10:00:00Z")
    assert {"_id", "order_id", "updated_at"} <= set(first["columns"])
    _, since = _read(settings)
    assert look("shop", settings, since)["new_records"] == 0
    orders.insert_many([_order(4), _order(5, DAY + dt.timedelta(hours=1))])  # one exactly on the watermark
    again = look("shop", settings, since)
    assert (again["new_records"], again["newest"]) == (2, "2025-01-03T11:00:00Z")
    assert len(_read(settings, since)[0]) == 2
    with pytest.raises(InputError, match="There is no collection"):
        look("shop", settings.model_copy(update={"collection": "nowhere"}), None)
