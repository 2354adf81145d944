"""Spark as others run it: a master with a worker, and a Connect server, each in processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.servers import free_port

_PATIENCE = 180  # seconds; a machine with little to spare starts a JVM slowly
COMPILED = {
    # What a test's few rows need, so that two JVMs fit beside the other tests.
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    # With one tier the JVM keeps 48 MB of compiled code, which a few shops fill; from then on it would compile nothing.
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m",
}
# To compile a query to Java takes longer than to work it out where its rows are few. Two shops on the cluster are
# COMPILED, as those of users are.
SMALL = COMPILED | {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}


@contextmanager
def spark_cluster(folder: Path) -> Iterator[str]:
    """A standalone cluster: a master process and a worker process; gives its URL."""
    port, web = free_port(), free_port()
    url = f"spark://127.0.0.1:{port}"
    master = ("org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port))
    worker = ("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g")
    with _process(folder / "master", "spark-class", *master, "--webui-port", str(web), awaited=port):
        place = ("--work-dir", str(folder / "work"), "--webui-port", "0")
        with _process(folder / "worker", "spark-class", *worker, *place, url):
            yield url


@contextmanager
def spark_connect(folder: Path) -> Iterator[str]:
    """A Spark Connect server with a catalog in memory; gives its URL."""
    port = free_port()
    conf = SMALL | {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "server-warehouse"),
        "spark.ui.enabled": "false",
    }
    options = [word for name, value in conf.items() for word in ("--conf", f"{name}={value}")]
    server = ("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[1]", *options)
    with _process(folder / "connect", "spark-submit", *server, "spark-internal", awaited=port):
        yield f"sc://127.0.0.1:{port}"


@contextmanager
def _process(log: Path, program: str, *words: str, awaited: int | None = None) -> Iterator[None]:
    pyspark = pytest.importorskip("pyspark", reason="pyspark is absent: pip install regulars[spark]")
    home = Path(pyspark.__file__).parent
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"}
    with log.open("wb") as output:
        running = subprocess.Popen(
            [str(home / "bin" / program), *words],
            env=environment,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        if awaited is not None:
            _wait_for(awaited, running, log)
        yield
    finally:
        # The scripts end in the JVM, and the worker starts more: all of the group is ours.
        os.killpg(running.pid, signal.SIGTERM)
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(20)


def _wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if running.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"Nobody listens on {port}: {log.read_text(errors='replace')[-2000:]}")
