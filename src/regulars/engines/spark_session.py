"""The one Spark session of this process: on this machine, on a cluster, or on a server by Spark Connect.

Spark allows one context per process and starts it in seconds, so it is started when first needed and kept. What
numbers depend on is set here, whatever the cluster says otherwise: ANSI rules, UTC, times without a zone.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import socket
import threading
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from regulars.errors import SettingsError, WarehouseError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_RULES = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
}
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
_LOG = Path(__file__).with_name("spark_log4j2.properties")
_JAVA_OPTIONS = "spark.driver.extraJavaOptions"
_CONNECT_SECONDS = 10
_lock = threading.Lock()
_open: dict[tuple[str, tuple[tuple[str, str], ...]], SparkSession] = {}


def spark_session(master: str, conf: Mapping[str, str], start_seconds: int = 60) -> SparkSession:
    """The session on this master, started if there is none.

    Args:
        master: `local[2]`, `spark://host:port` or `sc://host:port`.
        conf: What Spark is told besides.
        start_seconds: How long to wait until Spark takes up work.

    Raises:
        SettingsError: pyspark is not installed.
        WarehouseError: No Java, nobody at the address, or no worker that takes up work.
    """
    key = (master, tuple(sorted(conf.items())))
    with _lock:
        session = _open.get(key)
        if session is None or _has_ended(session):
            # Spark allows one at a time.
            for other in list(_open):
                _open.pop(other).stop()
            session = _open[key] = _started(master, conf, start_seconds)
        return session


def stop_spark() -> None:
    """Ends the session of this process, if there is one, and frees what it holds."""
    with _lock:
        for key in list(_open):
            _open.pop(key).stop()


def _leave() -> None:
    """Stops Spark and its gateway's threads: one that outlives Python keeps DuckDB's module alive, which complains."""
    from pyspark import SparkContext

    stop_spark()
    if SparkContext._gateway is not None:
        SparkContext._gateway.shutdown()
    for thread in threading.enumerate():
        if type(thread).__name__ == "FinalizerWorker":
            thread.join(timeout=5)


def require_spark(master: str) -> None:
    """Looks, without starting anything, whether Spark could be started on this master or asked there.

    Raises:
        SettingsError: pyspark or dbt-spark is not installed.
        WarehouseError: No Java, or nobody at the address.
    """
    _require_installed()
    if _is_remote(master) or master.startswith("spark://"):
        _require_reachable(master)
    if not _is_remote(master):
        _require_java()


def _started(master: str, conf: Mapping[str, str], start_seconds: int) -> SparkSession:
    require_spark(master)
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    # It prints every error as JSON, which is raised as well.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    builder = SparkSession.builder
    try:
        if _is_remote(master):
            session = builder.remote(master).getOrCreate()
        else:
            options = {
                "spark.app.name": "regulars",
                "spark.sql.catalogImplementation": "in-memory",
                "spark.sql.shuffle.partitions": "32",
                "spark.driver.memory": "2g",
                **_QUIET,
            }
            if master.startswith("local"):
                # Nobody else needs to reach the driver, whatever the name of this machine resolves to.
                options |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
            options |= conf
            options[_JAVA_OPTIONS] = f"{conf.get(_JAVA_OPTIONS, '')} -Dlog4j2.configurationFile={_LOG.as_uri()}".strip()
            for name, value in options.items():
                builder = builder.config(name, value)
            session = builder.master(master).getOrCreate()
            atexit.register(_leave)
        for name, value in {**(conf if _is_remote(master) else {}), **_RULES}.items():
            session.conf.set(name, value)
        _require_work(session, master, start_seconds)
    except (PySparkException, OSError, RuntimeError) as error:
        words = str(error).strip().splitlines()
        raise WarehouseError(
            f"Spark at {master} did not start: {words[0].rstrip('.') if words else type(error).__name__}."
            " Look at its log, or mend [spark.conf]."
        ) from error
    return session


def _require_installed() -> None:
    missing = [name for name in ("pyspark", "dbt.adapters.spark") if not _is_installed(name)]
    if missing:
        raise SettingsError(
            f'A warehouse on Spark needs {" and ".join(missing)}. Install them: pip install "regulars[spark]".'
        )


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of a package above it
        return False


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and shutil.which("java", path=os.path.join(home, "bin")))):
        raise WarehouseError(
            "Spark needs Java 17 or 21, and there is none. Install it, or set JAVA_HOME to where it is."
        )


def _require_reachable(master: str) -> None:
    # A cluster of several masters is spark://one:7077,two:7077; one that answers is enough.
    problems = []
    for place in urlsplit(master).netloc.split(","):
        host, _, port = place.partition(":")
        try:
            default = "15002" if _is_remote(master) else "7077"
            socket.create_connection((host, int(port or default)), timeout=_CONNECT_SECONDS).close()
            return
        except (OSError, ValueError) as error:
            problems.append(f"{place}: {error}")
    raise WarehouseError(
        f"Nobody answers at {master} ({'; '.join(problems)}). Start it, or mend `warehouse` in regulars.toml."
    )


def _require_work(session: Any, master: str, seconds: int) -> None:
    """A master without workers accepts an application and never runs it, so it is asked for a row."""
    outcome: list[BaseException | int] = []

    def ask() -> None:
        try:
            outcome.append(session.range(1).count())
        except BaseException as error:
            outcome.append(error)

    asking = threading.Thread(target=ask, name="spark", daemon=True)
    asking.start()
    asking.join(seconds)
    if not outcome:
        session.stop()
        raise WarehouseError(
            f"Spark at {master} took up no work in {seconds} s: there is no worker, or none has what is asked for."
            " Start one, or lower spark.executor.memory and spark.executor.cores under [spark.conf]."
        )
    if isinstance(outcome[0], BaseException):
        raise outcome[0]


def _has_ended(session: Any) -> bool:
    if hasattr(session, "is_stopped"):  # of Spark Connect
        return bool(session.is_stopped)
    return session.sparkContext._jsc is None


def _is_remote(master: str) -> bool:
    return master.startswith("sc://")
