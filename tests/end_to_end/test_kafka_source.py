"""A topic over Kafka's own protocol: every message once, whatever is in it and whoever dies."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("confluent_kafka", reason="confluent-kafka is not installed: pip install 'regulars[kafka]'")
from confluent_kafka import Consumer
from tests.end_to_end import doors
from tests.servers_stream import Broker, broker, until

from regulars.engines.base import open_engine
from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.pipeline import Request, run_pipeline
from regulars.settings import load_settings
from regulars.source_settings import KafkaSettings
from regulars.sources.kafka import _Reading, look, open_feed

__all__ = ["broker"]
POISON = [
    b"\xff\xfe",
    b"{broken",
    b"[1]",
    None,
    b"",
    b"{\r\n",
    b'"\x00\x01"',
    b'{"order_id": NaN}',
    b'{"order_id": "\\ud800"}',
    b"[" * 100_000,
    b'{"_kafka_offset": 3}',
]


def _order(number: int, **more: Any) -> bytes:
    order = {"order_id": f"o{number}", "customer_id": "c1", "ordered_at": "2025-01-03", "amount": 5}
    return json.dumps(order | more).encode()


@pytest.fixture
def shop(tmp_path: Path, broker: Broker, request: pytest.FixtureRequest) -> Path:
    """A folder whose settings name a topic of this test's own, with three partitions."""
    topic = request.node.name
    broker.make(topic, 3)
    (tmp_path / "regulars.toml").write_text(
        f'[sources.shop]\nentity = "orders"\n[sources.shop.kafka]\nservers = "{broker.servers}"\ntopic = "{topic}"\n'
    )
    return tmp_path


def _ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    return doors.ask(folder / "warehouse" / "durable.duckdb", sql)


def _land(folder: Path, *words: str) -> doors.Outcome:
    outcome = doors.command("land", *words, folder=folder)
    assert outcome.exit_code == 0, outcome.errors
    return outcome


def test_increments_of_all_partitions_with_their_places(shop: Path, broker: Broker, request: Any) -> None:
    topic = request.node.name
    broker.send(topic, [(number % 3, _order(number, who={"n": [1.10]})) for number in range(7)])
    _land(shop)
    broker.send(topic, [(1, _order(7, new="column"))])
    _land(shop)
    _land(shop)
    marks = _ask(shop, "select rows, watermark from ops.loads order by load_id")
    assert [(rows, json.loads(mark)) for rows, mark in marks] == [
        (7, {"0": 3, "1": 2, "2": 2}),
        (1, {"0": 3, "1": 3, "2": 2}),
    ]
    assert _ask(
        shop, "select _kafka_partition, _kafka_offset, _kafka_key, new from raw.shop where order_id = 'o7'"
    ) == [("1", "2", "key", "column")]
    assert _ask(shop, "select count(*), count(distinct order_id) from staging.orders") == [(8, 8)]
    assert _ask(shop, "select count(*) from raw.shop where _kafka_timestamp not like '20__-__-__T__:__:__.___Z'") == [
        (0,)
    ]


def test_poisoned_messages_are_set_aside_with_their_place(shop: Path, broker: Broker, request: Any) -> None:
    topic = request.node.name
    broker.send(topic, [(1, _order(1)), *((1, poison) for poison in POISON), (1, _order(2))])
    _land(shop)
    assert _ask(shop, "select rows, staged, rejected from ops.loads") == [(len(POISON) + 2, 2, len(POISON))]
    payloads = "\n".join(row[0] for row in _ask(shop, "select payload from staging.rejected_rows"))
    for offset in range(1, len(POISON) + 1):
        assert re.search(rf'_kafka_offset": ?"?{offset}\b', payloads), offset
    assert "it has no value" in payloads


def test_nothing_but_poison_waits_for_the_next_record_and_is_spoken_of(
    shop: Path, broker: Broker, request: Any
) -> None:
    topic = request.node.name
    broker.send(topic, [(0, _order(1))])
    _land(shop)
    broker.send(topic, [(0, b"{broken"), (0, None)])
    assert "2 new messages" in _land(shop).errors
    broker.send(topic, [(2, _order(2))])
    _land(shop)
    assert _ask(shop, "select rows, staged, rejected from ops.loads order by load_id") == [(1, 1, 0), (3, 1, 2)]


def test_a_number_of_messages_at_a_time_loses_none(broker: Broker, request: Any) -> None:
    topic = request.node.name
    broker.make(topic, 2)
    broker.send(topic, [(n % 2, b"{bad") for n in range(6)])
    broker.send(topic, [(n % 2, _order(n)) for n in range(10)])
    settings = KafkaSettings(servers=broker.servers, topic=topic, max_messages=3)
    since, seen = None, []
    for _ in range(20):
        with open_feed("shop", settings, since) as delivery:
            if not delivery.columns:
                break
            seen += _ids(delivery)
            since = delivery.watermark()
    assert sorted(seen) == sorted(f"o{n}" for n in range(10))


def _ids(delivery: Any) -> list[str]:
    return [row for batch in delivery.batches() for row in batch.column("order_id").to_pylist()]


def test_offsets_that_the_topic_no_longer_has_are_spoken_of(broker: Broker, request: Any) -> None:
    topic = request.node.name
    broker.make(topic)
    broker.send(topic, [(0, _order(1))])
    with open_feed("shop", KafkaSettings(servers=broker.servers, topic=topic), '{"0": 50}') as delivery:
        assert _ids(delivery) == ["o1"]
        assert "was made anew" in delivery.warnings[0]


def test_offsets_that_were_deleted_before_they_were_landed_are_named(
    broker: Broker, request: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = request.node.name
    broker.make(topic)
    broker.send(topic, [(0, _order(n)) for n in range(5)])

    class Trimmed(Consumer):  # type: ignore[misc, unused-ignore]
        """tansu deletes nothing, so this one says that it did."""

        def get_watermark_offsets(self, *_: Any, **__: Any) -> tuple[int, int]:
            return 3, 5

    monkeypatch.setattr("regulars.sources.kafka.Consumer", Trimmed)
    settings = KafkaSettings(servers=broker.servers, topic=topic)
    with open_feed("shop", settings, '{"0": 1}') as delivery:
        assert _ids(delivery) == ["o3", "o4"]
        assert "no longer has offsets 1 to 2, which were never landed" in delivery.warnings[0]
    with open_feed("shop", settings, None) as delivery:
        assert (_ids(delivery), delivery.warnings) == (["o3", "o4"], [])


def test_what_cannot_be_read_is_named(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    broker.make("there")
    with pytest.raises(InputError, match=r"There is no topic nowhere.*there"):
        _open(KafkaSettings(servers=broker.servers, topic="nowhere"))
    monkeypatch.setattr("regulars.sources.kafka._CONNECT_SECONDS", 1.0)
    with pytest.raises(SourceUnreachable, match=r"Topic x cannot be read from 127.0.0.1:1: .*run again"):
        _open(KafkaSettings(servers="127.0.0.1:1", topic="x"))
    with pytest.raises(SettingsError, match="No such configuration property"):
        _open(KafkaSettings(servers=broker.servers, topic="x", options={"no.such": "1"}))


def _open(settings: KafkaSettings) -> None:
    with open_feed("shop", settings, None):
        raise AssertionError


def test_a_broker_that_dies_in_the_middle_loses_that_reading_alone(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = Broker(tmp_path)
    dying.start()
    try:
        dying.make("orders")
        dying.send("orders", [(0, _order(n, note="x" * 10_000)) for n in range(500)])
        # Fetched a little at a time, so that most of the topic is still with the broker when it dies.
        options = {"queued.min.messages": "1", "message.max.bytes": "20000"}
        options |= {"fetch.max.bytes": "20000", "fetch.message.max.bytes": "20000"}
        settings = KafkaSettings(servers=dying.servers, topic="orders", max_wait_seconds=1, options=options)
        plain, given = _Reading.lines, []

        def lines(reading: _Reading) -> Iterator[bytes]:
            for line in plain(reading):
                given.append(line)
                yield line
                dying.kill()

        monkeypatch.setattr(_Reading, "lines", lines)
        monkeypatch.setattr("regulars.sources.kafka._CONNECT_SECONDS", 2.0)
        with pytest.raises(SourceUnreachable, match="orders cannot be read"), open_feed("shop", settings, None):
            raise AssertionError(f"{len(given)} messages were read")
        assert 0 < len(given) < 500
        monkeypatch.undo()
        # Its storage died with it: the topic is a new one, in which the old offsets mean nothing.
        dying.start()
        dying.make("orders")
        dying.send("orders", [(0, _order(500))])
        with open_feed("shop", settings, '{"0": 300}') as delivery:
            assert _ids(delivery) == ["o500"]
            assert "was made anew" in delivery.warnings[0]
    finally:
        dying.kill()


@pytest.mark.parametrize("moment", ["uncommitted", "committed"])
def test_a_landing_that_is_killed_and_run_again_has_every_message_once(
    tmp_path: Path, broker: Broker, moment: str
) -> None:
    topic = f"killed_{moment}"
    broker.make(topic, 3)
    (tmp_path / "regulars.toml").write_text(
        f'[sources.shop]\nentity = "orders"\n[sources.shop.kafka]\nservers = "{broker.servers}"\ntopic = "{topic}"\n'
    )
    broker.send(topic, [(number % 3, _order(number)) for number in range(300)])
    words = f"""if True:
        from pathlib import Path
        from tests.end_to_end import killed
        killed.run(Path({str(tmp_path)!r}), "land", "{moment}")"""
    root = Path(__file__).parents[2]
    died = subprocess.run([str(doors.SCRIPT.with_name("python")), "-c", words], cwd=root, check=False, timeout=120)
    assert died.returncode == -signal.SIGKILL
    _land(tmp_path)
    _land(tmp_path)
    assert _ask(tmp_path, "select count(*), count(distinct (_kafka_partition, _kafka_offset)) from raw.shop") == [
        (300, 300)
    ]
    assert _ask(tmp_path, "select watermark from ops.loads") == [('{"0": 100, "1": 100, "2": 100}',)]


def test_following_lands_what_comes_and_stops_cleanly(shop: Path, broker: Broker, request: Any) -> None:
    topic = request.node.name
    words = [str(doors.SCRIPT), "land", "--follow", "--max-wait", "0.2"]
    said = shop / "said"
    with said.open("w") as file:
        following = subprocess.Popen(words, cwd=shop, stderr=file)

    def landed(rows: int) -> Callable[[], bool]:
        def seen() -> bool:
            assert following.poll() is None, said.read_text()
            return sum(map(int, re.findall(r"(\d+) rows, \d+ staged", said.read_text()))) == rows

        return seen

    try:
        broker.send(topic, [(0, _order(1)), (1, _order(2))])
        until(landed(2))
        broker.send(topic, [(2, _order(3))])
        until(landed(3))
        following.send_signal(signal.SIGINT)
        assert following.wait(30) == 0, said.read_text()
    finally:
        following.kill()
    assert "Everything landed so far is kept" in said.read_text()
    assert _ask(shop, "select count(*) from staging.orders") == [(3,)]
    assert set(_ask(shop, "select status from ops.loads")) == {("landed",)}


def test_sources_test_looks_at_offsets_and_the_last_messages_alone(shop: Path, broker: Broker, request: Any) -> None:
    topic = request.node.name

    def tried() -> dict[str, Any]:
        outcome = doors.command("sources", "test", "--json", folder=shop)
        assert outcome.exit_code == 0, outcome.errors
        [trial] = json.loads(outcome.output)
        return trial

    assert (tried()["would_land"], tried()["newest"]) == ("nothing new", None)
    broker.send(topic, [(number % 3, _order(number)) for number in range(7)])
    broker.send(topic, [(0, b"{broken")])
    first = tried()
    assert (first["is_reachable"], first["would_land"]) == (True, "8 record(s)")
    assert {"order_id", "amount", "_kafka_offset"} <= set(first["columns"])
    assert re.fullmatch(r"20..-..-..T..:..:..\....Z", first["newest"])
    seen = look("shop", KafkaSettings(servers=broker.servers, topic=topic), json.dumps({"0": 2, "1": 2, "2": 2}))
    assert seen["new_records"] == 2
    _land(shop)
    assert tried()["would_land"] == "nothing new"
    listed = json.loads(doors.command("sources", "list", "--json", folder=shop).output)
    assert listed[0]["path"] == f"kafka://{broker.servers}/{topic}"


def test_rounds_that_land_nothing_leave_no_entry_in_the_journal(shop: Path, broker: Broker, request: Any) -> None:
    settings = load_settings(shop / "regulars.toml").model_copy(update={"warehouse": str(shop / "warehouse")})
    journal, a_round = open_engine(settings).journal, Request(stages=["land"], may_be_empty=True, command="a round")
    for _ in range(3):
        run_pipeline(settings, a_round)
    assert (journal.runs_table().num_rows, journal.stages_table().num_rows) == (0, 0)
    broker.send(request.node.name, [(0, _order(1))])
    for _ in range(3):
        run_pipeline(settings, a_round)
    assert journal.runs_table().select(["command", "status"]).to_pylist() == [{"command": "a round", "status": "done"}]
    assert journal.stages_table().num_rows == 1
    gone = settings.sources["shop"].model_copy(update={"kafka": KafkaSettings(servers="127.0.0.1:9", topic="x")})
    with pytest.raises(SourceUnreachable):
        run_pipeline(settings.model_copy(update={"sources": {"shop": gone}}), a_round)
    assert journal.runs_table().column("status").to_pylist() == ["failed", "done"]
