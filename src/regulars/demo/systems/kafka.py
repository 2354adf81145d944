"""The events of the demo shop in a topic of Kafka.

A topic only grows, so what it holds already is read first: it must be the beginning of the events, as a run that broke
off leaves it, and only the rest is sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from regulars.demo.systems.names import KAFKA_TOPIC
from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.source_settings import secret

_PARTITIONS = 3
_SECONDS = 30.0
# What librdkafka says of its connections is told in our errors, not on the terminal.
_SILENT = logging.Logger("regulars.kafka", logging.CRITICAL + 1)


def put_events(servers: str, options: Mapping[str, str], documents: Iterable[dict[str, Any]]) -> None:
    """Makes the topic hold these events and nothing else, each once.

    Args:
        servers: Bootstrap servers.
        options: Further settings of librdkafka; a value env:NAME is read from a variable.
        documents: The events, oldest first.

    Raises:
        SettingsError: librdkafka refuses the options.
        SourceUnreachable: The brokers do not answer, or break off.
        InputError: The topic holds something else.
    """
    connection: dict[str, Any] = {
        **{key: secret(value) for key, value in options.items()},
        "bootstrap.servers": servers,
    }
    try:
        admin = AdminClient(connection, logger=_SILENT)
    except KafkaException as error:
        words = error.args[0].str().rstrip(". ")
        for value in connection.values():
            words = words.replace(str(value), "…")
        raise SettingsError(f"librdkafka refuses --kafka-option: {words}. Mend them.") from None
    try:
        parts: list[list[bytes]] = [[] for _ in range(_made(admin))]
        for number, document in enumerate(documents):
            parts[number % len(parts)].append(json.dumps(document, ensure_ascii=False).encode())
        _send(connection, [part[held:] for part, held in zip(parts, _held(connection, parts), strict=True)])
    except KafkaException as error:
        raise _unreachable(servers, error.args[0]) from None


def _made(admin: AdminClient) -> int:
    """The number of partitions of the topic, which is made if it is not there."""
    known = admin.list_topics(timeout=_SECONDS).topics
    if KAFKA_TOPIC in known:
        return len(known[KAFKA_TOPIC].partitions)
    topic = NewTopic(KAFKA_TOPIC, _PARTITIONS)
    admin.create_topics([topic], request_timeout=_SECONDS)[KAFKA_TOPIC].result(_SECONDS)
    return _PARTITIONS


def _held(connection: Mapping[str, Any], parts: list[list[bytes]]) -> list[int]:
    """How many of the messages of each partition the topic holds already, or held before it deleted them."""
    consumer = Consumer(
        {"group.id": "regulars", **connection, "enable.auto.commit": False, "enable.partition.eof": True},
        logger=_SILENT,
    )
    try:
        counts = []
        for partition, messages in enumerate(parts):
            low, high = consumer.get_watermark_offsets(TopicPartition(KAFKA_TOPIC, partition), _SECONDS)
            found = _from(consumer, TopicPartition(KAFKA_TOPIC, partition, low)) if high > low else {}
            count = max([high, *(offset + 1 for offset in found)])
            if count > len(messages) or found != {at: messages[at] for at in range(low, count)}:
                raise InputError(
                    f"Topic {KAFKA_TOPIC} on {connection['bootstrap.servers']} holds events of another shop, and a"
                    " topic takes nothing back. Delete the topic, or ask for the shop of before."
                )
            counts.append(count)
        return counts
    finally:
        consumer.close()


def _from(consumer: Consumer, start: TopicPartition) -> dict[int, bytes | None]:
    """The messages of a partition up to its end, by their offsets."""
    found: dict[int, bytes | None] = {}
    consumer.assign([start])
    while True:
        message = consumer.poll(_SECONDS)
        if message is None:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        error = message.error()
        if error is None:
            found[message.offset() or 0] = message.value()
        elif error.code() == KafkaError._PARTITION_EOF:
            return found
        else:
            raise KafkaException(error)


def _send(connection: Mapping[str, Any], parts: list[list[bytes]]) -> None:
    failures: list[KafkaError] = []

    def on_delivery(error: KafkaError | None, message: object) -> None:
        if error is not None:
            failures.append(error)

    # Idempotent: whatever is sent anew after a broken connection is kept once, and in its order.
    producer = Producer({**connection, "enable.idempotence": True}, logger=_SILENT)
    for partition, messages in enumerate(parts):
        for value in messages:
            while True:
                try:
                    producer.produce(KAFKA_TOPIC, value=value, partition=partition, on_delivery=on_delivery)
                    break
                except BufferError:
                    producer.poll(1.0)
    if producer.flush(_SECONDS) or failures:
        raise KafkaException(failures[0] if failures else KafkaError(KafkaError._TIMED_OUT))


def _unreachable(servers: str, error: KafkaError) -> SourceUnreachable:
    return SourceUnreachable(
        f"The events cannot be written to topic {KAFKA_TOPIC} on {servers}: {error.str().rstrip('. ')}."
        " Check --kafka and the brokers, then run again; what the topic holds already is not sent twice."
    )
