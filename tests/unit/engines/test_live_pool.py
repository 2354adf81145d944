"""The pool of readers: kept open, closed when replaced, never half of two publications."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import duckdb
import pytest
from tests.unit.conftest import Published

from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.live_pool import LivePool
from regulars.errors import BusyError, WarehouseError

RUN = "select run_id from settings.parameters"


@pytest.fixture
def engine(published: Published, tmp_path: Path) -> DuckDBEngine:
    """A warehouse whose live file a test may replace."""
    (tmp_path / "warehouse").mkdir()
    shutil.copy(published.folder / "warehouse" / "live.duckdb", tmp_path / "warehouse" / "live.duckdb")
    return DuckDBEngine(tmp_path / "warehouse")


def publish_again(engine: DuckDBEngine, run_id: str) -> None:
    """Another build, renamed over the live file as publishing does it."""
    copy = engine.folder / "copy.duckdb"
    shutil.copy(engine.folder / "live.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update settings.parameters set run_id = $1", [run_id])
    copy.replace(engine.folder / "live.duckdb")


def test_a_session_is_used_again_and_finds_tables_without_their_schema(engine: DuckDBEngine) -> None:
    pool = LivePool(engine, size=2)
    with pool.lease() as first:
        assert first.session.query("select count(*) as n from customer_360").column(0).to_pylist() == [5]
        assert first.session.query(RUN).column(0).to_pylist() == [first.run_id]
        with pool.lease() as second:
            assert second.session is not first.session
    with pool.lease() as third:
        assert third.session in (first.session, second.session)
    pool.close()


def test_a_lease_stays_on_its_publication_and_the_next_sees_the_new_one(engine: DuckDBEngine) -> None:
    pool = LivePool(engine)
    with pool.lease() as before:
        publish_again(engine, "another")
        with pool.lease() as after:
            assert after.run_id == "another"
            assert after.session.query(RUN).column(0).to_pylist() == ["another"]
        assert before.session.query(RUN).column(0).to_pylist() == [before.run_id] != ["another"]
    with pytest.raises(duckdb.Error):
        before.session.query(RUN)
    pool.close()


def test_readers_go_on_while_one_opens_the_new_publication(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = LivePool(engine)
    with pool.lease() as before:
        old = before.run_id
    publish_again(engine, "another")
    is_opening, may_open = threading.Event(), threading.Event()
    opened = pool._opened

    def slowly(state: str) -> object:
        is_opening.set()
        assert may_open.wait(10)
        return opened(state)

    monkeypatch.setattr(pool, "_opened", slowly)
    seen: list[str] = []

    def read() -> None:
        with pool.lease() as reading:
            seen.append(reading.run_id)

    slow = threading.Thread(target=read)
    slow.start()
    assert is_opening.wait(10)
    read()
    may_open.set()
    slow.join()
    assert seen == [old, "another"]
    pool.close()


def test_who_waits_too_long_is_told_to_come_back(engine: DuckDBEngine) -> None:
    pool = LivePool(engine, size=1, patience=0.05)
    with pool.lease(), pytest.raises(BusyError, match="All 1 readers"), pool.lease():
        pass
    with pool.lease() as reading:
        assert reading.run_id


def test_a_warehouse_that_failed_is_opened_anew(engine: DuckDBEngine) -> None:
    pool = LivePool(engine)
    with pytest.raises(WarehouseError, match="gone"), pool.lease() as first:
        raise WarehouseError("gone")
    with pool.lease() as second:
        assert second.session is not first.session
        assert second.session.query(RUN).num_rows == 1


def test_nothing_published_is_said_and_found_when_it_comes(tmp_path: Path, engine: DuckDBEngine) -> None:
    empty = DuckDBEngine(tmp_path / "empty")
    pool = LivePool(empty)
    with pytest.raises(WarehouseError, match="Nothing is published"), pool.lease():
        pass
    shutil.copytree(engine.folder, empty.folder)
    with pool.lease() as reading:
        assert reading.run_id


def test_no_reader_reaches_files_or_settings(engine: DuckDBEngine) -> None:
    with engine.readers(2) as sessions:
        for session in sessions:
            for statement in ("select * from read_text('/etc/hostname')", "set threads = 4", "create table t (a int)"):
                with pytest.raises(duckdb.Error):
                    session.execute(statement)
