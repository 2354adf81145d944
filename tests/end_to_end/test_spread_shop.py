"""The demo shop in a real PostgreSQL, MongoDB, Kafka topic and API at once: all of it lands once, and the extract of it
is what the generated files say, counted another way.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

pytest.importorskip("pymongo", reason="pymongo is not installed: pip install 'regulars[mongo]'")
pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed: pip install 'regulars[kafka]'")
pytest.importorskip("adbc_driver_postgresql", reason="ADBC is not installed: pip install 'regulars[sql]'")
from tests import servers
from tests.end_to_end import doors, serving
from tests.servers_stream import Broker, Mongo, broker, mongo

from regulars.demo.purchases import shop_purchases
from regulars.demo.spread import spread_shop

__all__ = ["broker", "mongo"]
SHOP = ("--customers", str(serving.CUSTOMERS), "--seed", str(serving.SEED))
SOURCES = {"crm", "app", "web_shop", "tills", "site"}


@dataclass(frozen=True)
class Place:
    """The servers of a shop, and the words that name them to `regulars demo-sources`."""

    postgres: servers.Postgres
    mongo: Mongo
    broker: Broker
    api_port: int

    @property
    def words(self) -> list[str]:
        return [
            *("--postgres", "env:SHOP_POSTGRES"),
            *("--mongo", f"{self.mongo.url}/?serverSelectionTimeoutMS=500"),
            *("--kafka", self.broker.servers, "--kafka-option", "batch.num.messages=1"),
            *("--api", f"http://127.0.0.1:{self.api_port}"),
        ]

    def contents(self) -> tuple[Any, ...]:
        """What the servers hold, row for row."""
        from confluent_kafka import Consumer, TopicPartition
        from pymongo import MongoClient

        with MongoClient(self.mongo.url) as client:
            documents = sorted(map(str, client["regulars_demo"]["customers"].find()))
        consumer = Consumer({"bootstrap.servers": self.broker.servers, "group.id": "test"})
        try:
            ends = [
                consumer.get_watermark_offsets(TopicPartition("regulars_demo_events", partition), 10)
                for partition in range(3)
            ]
        finally:
            consumer.close()
        orders = self.postgres.run("select order_id, amount::text, updated_at from regulars_demo.orders order by 1")
        return documents, ends, orders


@pytest.fixture(scope="module")
def place(mongo: Mongo, broker: Broker) -> Iterator[Place]:
    with servers.postgres() as postgres:
        yield Place(postgres, mongo, broker, serving.free_port())


@pytest.fixture(autouse=True)
def surroundings(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_POSTGRES", place.postgres.url)
    # What the extract should say is worked out from the files by equal keys.
    monkeypatch.setenv("REGULARS_IDENTITY__PROBABILISTIC", "false")
    monkeypatch.setattr("regulars.sources.http_asking.FIRST_PAUSE_SECONDS", 0.001)


def _ask(folder: Path, sql: str, file: str = "durable") -> list[tuple[Any, ...]]:
    return doors.ask(folder / "warehouse" / f"{file}.duckdb", sql)


def _done(*words: str, folder: Path) -> doors.Outcome:
    outcome = doors.command(*words, folder=folder)
    assert outcome.exit_code == 0, outcome.errors
    return outcome


def _spread(folder: Path, *more: str) -> Path:
    _done("demo-sources", str(folder), *SHOP, *more, folder=folder.parent)
    return folder


def test_all_systems_land_once_through_servers_that_go_and_come_back(
    tmp_path: Path, place: Place, shop_files: Path
) -> None:
    folder = _spread(tmp_path / "shop", *place.words)
    first = place.contents()
    _spread(folder, *place.words)
    assert place.contents() == first
    assert sorted(file.name for file in folder.iterdir()) == ["crm_customers.csv", "regulars.toml"]
    assert servers.PASSWORD not in (folder / "regulars.toml").read_text()

    place.mongo.kill()
    _fails(folder, "app", "Collection regulars_demo.customers cannot be read", landed={"crm"})
    place.mongo.start()
    place.postgres.run("checkpoint")
    place.postgres.stop()
    _fails(folder, "web_shop", "Connection refused", landed={"crm", "app"})
    place.postgres.start()
    _fails(folder, "tills", f"127.0.0.1:{place.api_port}", landed=SOURCES - {"tills"})
    assert not (folder / "warehouse" / "live.duckdb").exists()
    with serving.served(place.api_port):
        _done("run", folder=folder)
        _has_landed_what_was_generated(folder, shop_files)
        loads = "select count(*) from ops.loads"
        before, marts = _ask(folder, loads), doors.marts(folder / "warehouse")
        assert "nothing new" in _done("run", folder=folder).errors
    assert _ask(folder, loads) == before
    assert doors.different(doors.marts(folder / "warehouse"), marts) == []
    assert doors.unaccounted(folder / "warehouse") == []

    strangers = _extract_is_that_of_the_files(folder, shop_files, asked_by_mobile=True)
    assert strangers, "someone nobody knows bought in a store"
    # The API is asked by the customers' mobiles, so it never tells of these; the web shop tells of its own.
    shown = _ask(
        folder, "select mobile, source from marts.customer_purchase_extract where found_in = 'purchases'", "live"
    )
    assert {source for _, source in shown} == {"web_shop"}
    alone = _ask(
        folder, "select phone from staging.orders where source = 'web_shop' and email is null and phone is not null"
    )
    assert {mobile for mobile, _ in shown} & {phone for (phone,) in alone}


def _fails(folder: Path, source: str, words: str, landed: set[str]) -> None:
    outcome = doors.command("run", folder=folder)
    assert (outcome.exit_code, words in " ".join(outcome.errors.split())) == (3, True), outcome.errors
    loads = _ask(folder, "select source, status from ops.loads")
    assert {name for name, status in loads if status == "landed"} == landed
    assert {name for name, status in loads if status == "failed"} >= {source}


def _has_landed_what_was_generated(folder: Path, shop_files: Path) -> None:
    rows = "select source, sum(rows), sum(staged), count(*) from ops.loads where status = 'landed' group by all"
    counts = {source: (rows, staged, loads) for source, rows, staged, loads in _ask(folder, rows)}
    shop = spread_shop(serving.CUSTOMERS, serving.SEED)
    customers, orders = _rows(shop_files / "customers.csv"), _rows(shop_files / "orders.csv")
    # Each customer and each order of the generated files is in one system, and as it is there.
    known = {source: {id for (id,) in _ask(folder, f"select {key} from raw.{source}")} for source, key in _IDS.items()}
    assert known["crm"] | known["app"] == {row["customer_id"] for row in customers}
    assert not known["crm"] & known["app"]
    plain = folder.parent / "plain"
    plain.mkdir()
    _done("land", str(shop_files / "customers.csv"), folder=plain)
    # The file spells some times as days; the app has them all in full.
    kept = "* exclude (source, created_at, _load_id, _row), cast(created_at as date)"
    same = f"select {kept} from staging.customer_records order by all"
    assert _ask(folder, same) == _ask(plain, same)
    online = [row for row in orders if row["store"] == "Online" or row["status"] != "completed"]
    landed = _ask(
        folder,
        "select order_id, order_date, amount, status, store, refunded_amount from staging.orders"
        " where source = 'web_shop' order by 1",
    )
    assert landed == [
        (
            row["order_id"],
            _day(row["ordered_at"]),
            Decimal(row["amount"]),
            row["status"],
            row["store"],
            Decimal(row["refunded_amount"]) if row["refunded_amount"] else None,
        )
        for row in online
    ]
    assert known["site"] == set(shop.events.column("event_id").to_pylist())
    types = "select event_type, count(*) from staging.events group by all"
    assert dict(_ask(folder, types)) == Counter(shop.events.column("event_type").to_pylist())
    told = len(_ask(folder, "select 1 from staging.orders where source = 'tills'"))
    assert told == len(_told_by_mobile(customers))
    assert counts == {
        "crm": (len(known["crm"]), len(known["crm"]), 1),
        "app": (len(known["app"]), len(known["app"]), 1),
        "web_shop": (len(online), len(online), 1),
        "tills": (told, told, 1),
        "site": (shop.events.num_rows, shop.events.num_rows, 1),
    }


_IDS = {"crm": "customer_id", "app": "_id", "site": "event_id"}


def _extract_is_that_of_the_files(folder: Path, shop_files: Path, *, asked_by_mobile: bool) -> set[str]:
    """Compares the extract with one that is made of the generated files; gives mobiles that bought and nobody has."""
    customers, orders = _rows(shop_files / "customers.csv"), _rows(shop_files / "orders.csv")
    bought: list[tuple[set[str], Decimal]] = [
        (_names(row), Decimal(row["amount"]))
        for row in orders
        if row["status"] == "completed" and row["store"] == "Online"
    ]
    in_stores = shop_purchases(serving.CUSTOMERS, serving.SEED).in_stores()
    told = _told_by_mobile(customers) if asked_by_mobile else in_stores.rows
    bought += [({row["mobile"]}, Decimal(str(row["amount"]))) for row in told]

    # Whoever shares a customer id, an e-mail or a phone is one person, and so is whoever is one with one of them.
    every_order = [_names(row) for row in orders if row["store"] == "Online" or row["status"] != "completed"]
    person = _merged([*map(_names, customers), *every_order, *(names for names, _ in bought)])
    recorded = {person[min(_names(row))] for row in customers}
    sides: dict[str, list[Any]] = {"both": [set(), 0, Decimal()], "customers": [set(), 0, Decimal()]}
    sides["purchases"] = [set(), 0, Decimal()]
    for names, amount in bought:
        buyer = person[min(names)]
        side = sides["both" if buyer in recorded else "purchases"]
        side[0].add(buyer)
        side[1] += 1
        side[2] += amount
    sides["customers"][0] = recorded - sides["both"][0]
    expected = {name: (len(people), purchases, amount) for name, (people, purchases, amount) in sides.items()}
    assert min(people for people, _, _ in expected.values()) > 0

    rows = _done("extract", "extract.csv", "--json", folder=folder).rows
    found = {row["found_in"]: (row["people"], row["purchases"], Decimal(str(row["amount"]))) for row in rows}
    assert found == expected
    written = _rows(folder / "extract.csv")
    assert Counter(row["found_in"] for row in written) == {
        "both": expected["both"][1],
        "customers": expected["customers"][0],
        "purchases": expected["purchases"][1],
    }
    assert len({row["extract_key"] for row in written}) == len(written)
    return in_stores.by_mobile.keys() - {name for row in customers for name in _names(row)}


def _merged(groups: list[set[str]]) -> dict[str, str]:
    """The smallest name of the component that each name is in."""
    near: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for name in group:
            near[name] |= group
    found: dict[str, str] = {}
    for start in sorted(near):
        waiting = [] if start in found else [start]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = start
                waiting += near[name] - found.keys()
    return found


def _names(row: dict[str, str]) -> set[str]:
    """What a row of the files names a person by: customer id, e-mail and phone, where they are any."""
    email = row["email"].strip().lower()
    name, at, host = email.partition("@")
    is_address = bool(name and at) and "." in host and "@" not in host and " " not in email
    return {
        found
        for found in (row["customer_id"] and f"id {row['customer_id']}", is_address and email, _mobile(row))
        if found
    }


def _mobile(row: dict[str, str]) -> str | None:
    if not row["phone"]:
        return None
    number = phonenumbers.parse(
        row["phone"].replace("00", "+", 1) if row["phone"].startswith("00") else row["phone"],
        row.get("country") or "GB",
    )
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _told_by_mobile(customers: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The purchases in stores of everyone whose mobile a customer record bears."""
    mobiles = {mobile for row in customers if (mobile := _mobile(row))}
    return [row for row in shop_purchases(serving.CUSTOMERS, serving.SEED).in_stores().rows if row["mobile"] in mobiles]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _day(text: str) -> dt.date:
    """A day in one of the four styles of the files."""
    day = text.partition(" ")[0]
    if day[2] == "/":
        return dt.datetime.strptime(day, "%d/%m/%Y").date()
    if day[2] == "-":
        return dt.datetime.strptime(day, "%m-%d-%Y").date()
    return dt.date.fromisoformat(day.replace("/", "-"))


def test_without_servers_the_shop_is_files_and_strangers_of_the_stores_are_seen(
    tmp_path: Path, shop_files: Path
) -> None:
    folder = _spread(tmp_path / "shop")
    _done("run", folder=folder)
    strangers = _extract_is_that_of_the_files(folder, shop_files, asked_by_mobile=False)
    shown = _ask(
        folder,
        "select mobile from marts.customer_purchase_extract where found_in = 'purchases' and source = 'tills'",
        "live",
    )
    assert {mobile for (mobile,) in shown} <= strangers
    assert shown


def test_a_topic_that_was_filled_in_part_is_filled_to_the_end_and_a_foreign_one_is_left_alone(tmp_path: Path) -> None:
    from confluent_kafka import Producer

    own = Broker(tmp_path)
    own.start()
    try:
        kafka = ("--kafka", own.servers, "--kafka-option", "batch.num.messages=1")
        own.make("regulars_demo_events", 2)
        events = [json.dumps(event, ensure_ascii=False) for event in spread_shop(60, 3).event_documents()]
        own.send("regulars_demo_events", [(number % 2, event.encode()) for number, event in enumerate(events[:101])])
        _done("demo-sources", "shop", "--customers", "60", "--seed", "3", *kafka, folder=tmp_path)
        _done("run", folder=tmp_path / "shop")
        landed = _ask(tmp_path / "shop", "select event_id, _kafka_partition, _kafka_offset from raw.site")
        assert sorted(landed) == sorted(
            (json.loads(e)["event_id"], str(n % 2), str(n // 2)) for n, e in enumerate(events)
        )

        producer = Producer({"bootstrap.servers": own.servers})
        producer.produce("regulars_demo_events", b"{}", partition=1)
        assert producer.flush(30) == 0
        refused = doors.command("demo-sources", "shop", "--customers", "60", "--seed", "3", *kafka, folder=tmp_path)
        assert refused.exit_code == 2
        assert "holds events of another shop" in " ".join(refused.errors.split())
    finally:
        own.kill()


def test_systems_that_do_not_answer_are_named_without_their_password(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.demo.systems.kafka._SECONDS", 1.0)
    nobody = servers.free_port()
    for system, address, words in (
        ("postgres", place.postgres.address(password="wrong-hunter2"), "does not answer"),
        ("postgres", place.postgres.address(database="nowhere"), "does not exist"),
        ("mongo", f"mongodb://me:hunter2@127.0.0.1:{nobody}/?serverSelectionTimeoutMS=300", "cannot be written"),
        ("kafka", f"127.0.0.1:{nobody}", "cannot be written"),
    ):
        monkeypatch.setenv("SHOP_SYSTEM", address)
        given = address if system == "kafka" else "env:SHOP_SYSTEM"
        outcome = doors.command("demo-sources", "shop", *SHOP, f"--{system}", given, folder=tmp_path)
        said = " ".join(outcome.errors.split())
        assert (outcome.exit_code, words in said, "hunter2" in said) == (3, True, False), said
        assert not (tmp_path / "shop").exists()
