"""Readers that ask everything all the time during twenty publications see whole states in their order, and no error."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end import hammering
from tests.servers import Postgres

from regulars.engines.base import open_engine
from regulars.settings import Settings

PUBLICATIONS = 20
THREADS = (3, 1)
PROCESSES = multiprocessing.get_context("spawn")


@pytest.fixture(params=["duckdb", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A warehouse of each engine that can be published to by itself."""
    warehouse = str(tmp_path / "warehouse")
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("server")
        warehouse = server.new_database()
    yield Settings(warehouse=warehouse)


def test_readers_see_whole_states_in_their_order_and_the_newest_in_the_end(settings: Settings, tmp_path: Path) -> None:
    engine = open_engine(settings)
    engine.prepare()
    hammering.publish(engine, 1)
    # Several threads of one process, as a server has them, and another process beside it.
    folders = [tmp_path / "server", tmp_path / "other"]
    readers = []
    for folder, threads in zip(folders, THREADS, strict=True):
        folder.mkdir()
        readers.append(PROCESSES.Process(target=hammering.read, args=(settings, folder, threads), daemon=True))
        readers[-1].start()
    time.sleep(2)
    for number in range(2, PUBLICATIONS + 1):
        hammering.publish(engine, number)
    time.sleep(2)
    for folder, reader in zip(folders, readers, strict=True):
        (folder / "stop").touch()
        reader.join(60)
        assert reader.exitcode == 0
    seen = [reader for folder in folders for reader in json.loads((folder / "seen").read_text())]
    assert len(seen) == sum(THREADS)
    assert [error for reader in seen for error in reader["errors"]] == []
    assert {reader["numbers"][-1] for reader in seen} == {PUBLICATIONS}
    assert len({number for reader in seen for number in reader["numbers"]}) > PUBLICATIONS // 4
    assert all(reader["asked"].keys() == set(hammering.QUESTIONS) for reader in seen)
