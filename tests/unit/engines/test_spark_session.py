"""What keeps Spark from working is told at once, with the repair, and before anything is started."""

from __future__ import annotations

import importlib.util
import shutil
import socket

import pytest

from regulars.engines import spark_session
from regulars.engines.spark_session import require_spark
from regulars.errors import SettingsError, WarehouseError


@pytest.mark.parametrize("scheme", ["spark", "sc"])
def test_nobody_at_the_address(scheme: str) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # not listening, so whoever comes is turned away
        url = f"{scheme}://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(WarehouseError, match=rf"Nobody answers at {url} .*Start it, or mend `warehouse`") as caught:
            require_spark(url)
    assert caught.value.exit_code == 3


def test_one_master_of_several_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as standing:
        require_spark(f"spark://127.0.0.1:9,127.0.0.1:{standing.getsockname()[1]}")


def test_no_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(WarehouseError, match="Spark needs Java 17 or 21, and there is none"):
        require_spark("local[1]")


def test_no_java_is_needed_here_for_a_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with socket.create_server(("127.0.0.1", 0)) as standing:
        require_spark(f"sc://127.0.0.1:{standing.getsockname()[1]}")


def test_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(spark_session, "find_spec", lambda name: None if name == "pyspark" else found(name))
    with pytest.raises(SettingsError, match=r'A warehouse on Spark needs pyspark\. .*pip install "regulars\[spark\]"'):
        require_spark("local[1]")
