"""A Kafka topic of JSON events. The offsets are the ledger's watermark; no consumer group keeps any."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from typing import Any

from confluent_kafka import (
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from regulars.errors import InputError, RegularsError, SettingsError, SourceUnreachable
from regulars.source_settings import KafkaSettings, secret
from regulars.sources.delivery import Delivery
from regulars.sources.feed import nothing_new, spooled

_CONNECT_SECONDS = 10.0
_PAGE = 10_000
_OURS = ("_kafka_partition", "_kafka_offset", "_kafka_timestamp", "_kafka_key")
_DROPPED = (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._RESOLVE, KafkaError._TIMED_OUT)
_EPOCH = dt.datetime(1970, 1, 1)
# What librdkafka says of its connections is told in our errors, not on the terminal.
_SILENT = logging.Logger("regulars.kafka", logging.CRITICAL + 1)


def open_feed(name: str, settings: KafkaSettings, since: str | None) -> AbstractContextManager[Delivery]:
    """A delivery of the messages from the offsets in `since` to the topic's present end.

    Raises:
        SettingsError: The options do not fit.
        SourceUnreachable: The brokers do not answer.
        InputError: There is no such topic.
    """
    return _opened(name, settings, since)


def look(name: str, settings: KafkaSettings, since: str | None) -> dict[str, Any]:
    """The fields and the time of the newest messages, one of each partition, and how many wait to be landed.

    Raises:
        SettingsError: The options do not fit.
        SourceUnreachable: The brokers do not answer.
        InputError: There is no such topic.
    """
    with closing(_Reading(settings, since)) as reading:
        waiting = reading.waiting
        newest = [json.loads(line) for line in reading.newest()]
    records = [record for record in newest if isinstance(record, dict)]
    times = [record["_kafka_timestamp"] for record in records if record["_kafka_timestamp"]]
    columns = list(dict.fromkeys(key for record in records for key in record))
    return {"columns": columns, "newest": max(times, default=None), "new_records": waiting}


@contextmanager
def _opened(name: str, settings: KafkaSettings, since: str | None) -> Iterator[Delivery]:
    uri = f"kafka://{settings.servers}/{settings.topic}"
    with closing(_Reading(settings, since)) as reading, ExitStack() as spool:
        try:
            delivery = spool.enter_context(spooled(name, uri, reading.lines(), reading.watermark))
        except InputError:
            # No record shows the columns that a load needs; until one comes, the others wait in the topic.
            reading.notes.append(
                f"the {reading.read:,} new messages of topic {settings.topic} hold no record; they are set aside with"
                " the next one that comes."
            )
            delivery = nothing_new(name, uri)
        delivery.warnings += reading.notes
        yield delivery


class _Reading:
    """One reading of a topic: from where each partition starts to where it ended when the reading began."""

    def __init__(self, settings: KafkaSettings, since: str | None) -> None:
        self.notes: list[str] = []
        self.read = self.good = 0
        self._settings = settings
        self._trouble: KafkaError | None = None
        self._consumer = self._connected()
        try:
            self._next = {int(partition): offset for partition, offset in json.loads(since or "{}").items()}
            self._ends = self._bounds()
        except KafkaException as error:
            self.close()
            raise self._unreachable(error.args[0]) from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of the brokers."""
        self._consumer.close()

    def watermark(self) -> str:
        """The next offset of every partition."""
        return json.dumps({str(partition): offset for partition, offset in sorted(self._next.items())})

    @property
    def waiting(self) -> int:
        """How many messages lie between where the partitions start and where they end."""
        return sum(end - self._next[partition] for partition, end in self._ends.items())

    def newest(self) -> Iterator[bytes]:
        """The last message of each partition that has any."""
        self._next = {p: max(end - 1, 0) for p, end in self._ends.items()}
        yield from self.lines()

    def lines(self) -> Iterator[bytes]:
        """Every message up to the ends, as a JSON object with its place; what is no object as a list, to be set aside.

        Raises:
            SourceUnreachable: The brokers broke off.
        """
        open_ends = {p: end for p, end in self._ends.items() if self._next[p] < end}
        if not open_ends:
            return
        topic, most = self._settings.topic, self._settings.max_messages
        self._consumer.assign([TopicPartition(topic, p, self._next[p]) for p in open_ends])
        # The first wait is also one for connections.
        patience = max(_CONNECT_SECONDS, self._settings.max_wait_seconds)
        while open_ends:
            first = self._consumer.poll(patience)
            patience = self._settings.max_wait_seconds
            if first is None:
                return self._gave_up(open_ends)
            for message in (first, *self._consumer.consume(_PAGE, 0)):
                partition, offset, error = _place(message)
                if error is not None:
                    if self._is_end(error) and partition in open_ends:
                        self._next[partition] = max(self._next[partition], min(offset, open_ends.pop(partition)))
                    continue
                end = open_ends.get(partition)
                if end is None:
                    continue
                if offset < end:
                    yield self._line(message)
                    self._next[partition] = offset + 1
                if offset + 1 >= end:
                    self._next[partition] = open_ends.pop(partition)
                    self._consumer.pause([TopicPartition(topic, partition)])
                # As long as nothing shows the columns, poisoned messages do not use up the number.
                if most is not None and self.good and self.read >= most:
                    return

    def _line(self, message: Message) -> bytes:
        (partition, offset, _), value = _place(message), message.value()
        self.read += 1
        problem = _problem(value)
        if problem:
            text = None if value is None else value.decode(errors="replace")
            place = {"_kafka_partition": partition, "_kafka_offset": offset, "problem": problem, "value": text}
            return json.dumps([place]).encode()
        assert value is not None
        self.good += 1
        kind, milliseconds = message.timestamp()
        at = "null"
        if kind != TIMESTAMP_NOT_AVAILABLE:
            at = f'"{(_EPOCH + dt.timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")}Z"'
        key = message.key()
        key_text = "null" if key is None else json.dumps(key.decode(errors="replace"))
        place_text = (
            f'"_kafka_partition":{partition},"_kafka_offset":{offset},"_kafka_timestamp":{at},"_kafka_key":{key_text}}}'
        ).encode()
        body = value.replace(b"\r", b" ").rstrip()[:-1].rstrip()
        return body + (place_text if body == b"{" else b"," + place_text)

    def _is_end(self, error: KafkaError) -> bool:
        """Whether a message only says that its partition ends here; a dropped connection is tried again meanwhile."""
        code = error.code()
        if code == KafkaError._PARTITION_EOF:
            return True
        if code in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
            raise SourceUnreachable(
                f"Topic {self._settings.topic} deleted messages while they were read. Nothing was kept; run again."
            )
        if code not in _DROPPED:
            raise self._unreachable(error)
        self._trouble = error
        return False

    def _gave_up(self, open_ends: dict[int, int]) -> None:
        """Nothing came for so long: a broken connection loses this reading, a slow one only ends it."""
        try:
            # A dropped connection is not always told, so the brokers are asked whether they are there.
            self._consumer.list_topics(self._settings.topic, _CONNECT_SECONDS)
        except KafkaException as error:
            raise self._unreachable(error.args[0]) from None
        missing = sum(end - self._next[partition] for partition, end in open_ends.items())
        self.notes.append(
            f"nothing came from topic {self._settings.topic} for {self._settings.max_wait_seconds:g} seconds, up to"
            f" {missing:,} messages before its end; the next reading goes on there."
        )

    def _connected(self) -> Consumer:
        options = {key: secret(value) for key, value in self._settings.options.items()}
        try:
            return Consumer(
                {
                    "group.id": "regulars",
                    **options,
                    "bootstrap.servers": self._settings.servers,
                    "enable.auto.commit": False,
                    "enable.auto.offset.store": False,
                    "enable.partition.eof": True,
                    "auto.offset.reset": "error",
                    "error_cb": self._on_error,
                },
                logger=_SILENT,
            )
        except KafkaException as error:
            words = error.args[0].str()
            for value in filter(None, options.values()):
                words = words.replace(value, "…")
            raise SettingsError(
                f"librdkafka refuses the options of topic {self._settings.topic}: {words.rstrip('. ')}. Mend them."
            ) from None

    def _on_error(self, error: KafkaError) -> None:
        self._trouble = error

    def _bounds(self) -> dict[int, int]:
        """Sets where each partition starts, and gives where it ends now."""
        topic = self._settings.topic
        known = self._consumer.list_topics(timeout=_CONNECT_SECONDS).topics
        # Asked of all topics, so that a broker that makes topics on demand makes none.
        if topic not in known:
            names = ", ".join(sorted(name for name in known if not name.startswith("__"))) or "none"
            raise InputError(
                f"There is no topic {topic} on {self._settings.servers}. Its topics: {names}. Mend `topic`."
            )
        self._trouble = None
        ends = {}
        for partition in sorted(known[topic].partitions):
            low, high = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), _CONNECT_SECONDS)
            start = self._next.get(partition, low)
            if start < low and partition in self._next:
                self.notes.append(
                    f"partition {partition} of topic {topic} no longer has offsets {start:,} to {low - 1:,}, which were"
                    " never landed: the topic deleted them. Land more often, or keep its messages longer."
                )
            if start > high:
                self.notes.append(
                    f"partition {partition} of topic {topic} ends at offset {high:,} and was landed up to {start:,}:"
                    " it was made anew, and is read from its beginning."
                )
            self._next[partition] = start if low <= start <= high else low
            ends[partition] = high
        return ends

    def _unreachable(self, error: KafkaError) -> RegularsError:
        said = (self._trouble or error).str().rstrip(". ")
        return SourceUnreachable(
            f"Topic {self._settings.topic} cannot be read from {self._settings.servers}: {said}."
            " Check `servers`, the network and the options, then run again."
        )


def _place(message: Message) -> tuple[int, int, KafkaError | None]:
    partition, offset = message.partition(), message.offset()
    return -1 if partition is None else partition, -1 if offset is None else offset, message.error()


def _problem(value: bytes | None) -> str:
    """Why a message is no record; empty when it is one."""
    if value is None:
        return "it has no value"
    try:
        found = json.loads(value.decode())
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except (ValueError, RecursionError):
        return "it is not JSON"
    if not isinstance(found, dict):
        return "it is no JSON object"
    taken = [name for name in _OURS if name in found]
    return f"it has a field {taken[0]}, as Regulars names the place of a message" if taken else ""
