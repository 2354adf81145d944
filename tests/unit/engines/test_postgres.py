"""The warehouse of a team: publications that readers of every kind see whole, one run at a time, and what is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import adbc_driver_manager as adbc
import pyarrow as pa
import pytest
from tests.servers import Postgres

from regulars import catalog, marts
from regulars.engines.base import open_engine
from regulars.engines.postgres import PostgresEngine
from regulars.engines.postgres_address import Address
from regulars.engines.postgres_session import PostgresSession, connected
from regulars.errors import LockedError, WarehouseError
from regulars.parameters import write_parameters
from regulars.settings import Settings


@pytest.fixture
def engine(warehouse_url: str) -> PostgresEngine:
    return PostgresEngine(warehouse_url)


def _publish(engine: PostgresEngine, number: int) -> None:
    """Publishes two tables and a view that hold one number."""
    with engine.build(fresh=True) as build:
        write_parameters(build, Settings())
        for table in (marts.CUSTOMER_360, marts.SEGMENT_METRICS):
            made = {"number": [number] * 50, "segment": ["Loyal"] * 50, "customer_id": list(range(50))}
            build.replace(table, pa.table(made))
        build.execute(f"create view marts.looking as select * from {marts.CUSTOMER_360}")
        engine.complete(build)
    engine.publish()


def _number(session: PostgresSession) -> int:
    both = "customer_360 join segment_metrics using (number) join looking using (number)"
    return int(session.query(f"select min(number) as n from {both}").column(0)[0].as_py())


@contextmanager
def _outside(engine: PostgresEngine) -> Iterator[PostgresSession]:
    """A reader that has never heard of Regulars."""
    with connected(engine.address, settings=("set search_path = marts, learned, live",)) as session:
        yield session


def test_what_is_published_is_found_by_every_reader_with_and_without_schemas(engine: PostgresEngine) -> None:
    assert not engine.has_build()
    with pytest.raises(WarehouseError, match=r"Nothing is published in .*`regulars run"), engine.live():
        pass
    _publish(engine, 1)
    assert engine.has_live()
    assert not engine.has_build()
    with engine.live() as live, _outside(engine) as outside:
        assert _number(live) == _number(outside) == 1
        assert live.query("select count(*) as n from marts.customer_360").to_pylist() == [{"n": 50}]
        assert (
            live.query("select * from ops.row_counts where table_name = 'customer_360'").column("rows")[0].as_py() == 50
        )
        assert (
            outside.query("select * from live.row_counts").num_rows == live.query("select * from row_counts").num_rows
        )


def test_a_session_reads_one_publication_to_its_end_and_it_goes_when_nobody_reads_it(engine: PostgresEngine) -> None:
    _publish(engine, 1)
    with engine.live() as old:
        assert _number(old) == 1
        _publish(engine, 2)
        _publish(engine, 3)
        assert _number(old) == 1
        with engine.live() as new:
            assert _number(new) == 3
    _publish(engine, 4)
    with connected(engine.address) as session:
        found = session.query("select nspname::text from pg_namespace where nspname ~ '__' order by 1").column(0)
    assert sorted({name.rpartition("__")[2] for name in found.to_pylist()}) == ["g4"]


def test_no_reader_ever_sees_an_error_or_two_publications_at_once(engine: PostgresEngine) -> None:
    _publish(engine, 1)
    done, trouble, seen = threading.Event(), [], set[int]()

    def read(session_of: object) -> None:
        try:
            while not done.is_set():
                with session_of() as session:  # type: ignore[operator]
                    # A join of three tables that hold different numbers is empty.
                    seen.add(_number(session))
        except Exception as error:
            trouble.append(error)

    readers = [threading.Thread(target=read, args=(way,)) for way in (engine.live, lambda: _outside(engine)) * 2]
    for reader in readers:
        reader.start()
    for number in range(2, 12):
        _publish(engine, number)
    done.set()
    for reader in readers:
        reader.join()
    assert trouble == []
    assert len(seen) > 2


def test_a_reader_who_stays_is_neither_cut_off_nor_waited_for_without_end(
    engine: PostgresEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.engines.postgres_publishing._ATTEMPTS", 3)
    _publish(engine, 1)
    with _outside(engine) as stays:
        stays.execute("begin")
        rows = stays.stream("select number from customer_360", (), 1)
        _publish(engine, 2)
        assert rows.read_all().num_rows == 50
        with _outside(engine) as other:
            assert _number(other) == 2
        stays.execute("commit")
        assert _number(stays) == 2


def test_a_live_warehouse_cannot_be_written(engine: PostgresEngine) -> None:
    _publish(engine, 1)
    with engine.live() as live, pytest.raises(engine.query_errors, match="read-only"):
        live.execute("delete from customer_360")


def test_a_second_run_is_told_who_holds_the_warehouse(engine: PostgresEngine, warehouse_url: str) -> None:
    with engine.lock():
        run_id = engine.journal.start_run("run")
        who = rf"held by run {run_id} .*server process \d+"
        with pytest.raises(LockedError, match=who) as told, PostgresEngine(warehouse_url).lock():
            pass
        assert told.value.exit_code == 4
    with PostgresEngine(warehouse_url).lock():
        pass


def test_a_run_that_lost_its_lock_commits_nothing_and_publishes_nothing(
    engine: PostgresEngine, server: Postgres
) -> None:
    _publish(engine, 1)
    with engine.lock():
        with engine.build(fresh=True) as build:
            write_parameters(build, Settings())
        (holder,) = server.run(
            "select pid from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and granted"
        )
        server.run(f"select pg_terminate_backend({holder[0]})")
        with engine.durable() as durable:
            with pytest.raises(WarehouseError, match="lost"), durable.transaction():
                durable.append("staging.orders", pa.table({"order_id": ["o1"]}))
            assert durable.query("select * from staging.orders").num_rows == 0
        with pytest.raises(WarehouseError, match="broke off"):
            engine.publish()
    with engine.live() as live:
        assert _number(live) == 1


def test_views_of_the_durable_side_go_before_readers_come(engine: PostgresEngine) -> None:
    with engine.build(fresh=True) as build:
        write_parameters(build, Settings())
        build.execute("create view intermediate.lines as select * from durable.staging.order_lines")
        build.execute("create view intermediate.above as select * from intermediate.lines")
        build.replace(marts.CUSTOMER_360, pa.table({"customer_id": [1], "segment": ["Loyal"]}))
        build.execute(f"create view marts.stays as select * from {marts.CUSTOMER_360}")
        engine.complete(build)
        engine.complete(build)
        views = [row["table_name"] for row in build.tables().to_pylist() if row["schema"] in ("intermediate", "marts")]
    assert views == ["customer_360", "stays"]


def test_a_database_with_such_schemas_of_its_own_is_left_alone(engine: PostgresEngine) -> None:
    with connected(engine.address) as session:
        session.execute("create schema marts")
    with pytest.raises(WarehouseError, match="schemas of its own called marts"):
        _publish(engine, 1)


def test_models_are_reached_from_other_machines(
    engine: PostgresEngine, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    saved = engine.models_folder / "clusters" / "run-1" / "model.skops"
    saved.parent.mkdir(parents=True, exist_ok=True)
    saved.write_bytes(b"\x00model")
    engine.keep_models("run-1")
    with engine.build(fresh=True) as build:
        write_parameters(build, Settings())
        build.replace(catalog.MODELS.name, pa.table({"kind": ["clusters"], "run_id": ["run-1"], "is_live": [True]}))
        engine.complete(build)
    engine.publish()
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}/elsewhere")
    other = PostgresEngine(warehouse_url)
    folder = other.model("clusters/run-1")
    assert folder != saved.parent
    assert (folder / "model.skops").read_bytes() == b"\x00model"


@pytest.mark.parametrize("known", [["clusters/run-2"], ["clusters/run-1", "clusters/run-2"], []])
def test_models_that_nobody_knows_any_more_leave_the_database(engine: PostgresEngine, known: list[str]) -> None:
    for run_id in ("run-1", "run-2"):
        saved = engine.models_folder / "clusters" / run_id / "model.skops"
        saved.parent.mkdir(parents=True, exist_ok=True)
        saved.write_bytes(b"model")
        engine.keep_models(run_id)
    engine.forget_models(known)
    with engine.durable() as session:
        paths = session.query("select path from ops.model_files order by path").column(0).to_pylist()
    assert paths == [f"{folder}/model.skops" for folder in known]


def test_a_newer_database_is_refused_and_an_older_one_is_brought_up(database: str) -> None:
    engine = PostgresEngine(database)
    engine.prepare()
    with engine.durable() as durable:
        for table in catalog.DURABLE_TABLES:
            assert set(table.column_names) <= set(durable.columns(table.name)), f"{table.name} lacks a migration"
        durable.execute("insert into ops.migrations values (99, 'of the future', timestamp '2030-01-01')")
    with pytest.raises(WarehouseError, match=r"newer version: it is at migration 99"):
        engine.prepare()


def test_the_url_may_stand_in_a_variable_and_the_password_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_WAREHOUSE", "postgresql://ann:s%C3%A9same@db.example.org:5433/shop?sslmode=require")
    engine = open_engine(Settings(warehouse="env:SHOP_WAREHOUSE"))
    assert isinstance(engine, PostgresEngine)
    assert engine.location == "postgresql://db.example.org:5433/shop"
    assert "sésame" not in repr(engine.address) + repr(vars(engine))
    assert engine.address == Address.of("postgresql://ann:s%C3%A9same@db.example.org:5433/shop?sslmode=require")


def test_a_statement_that_is_wrong_is_one_of_the_engines_query_errors(engine: PostgresEngine) -> None:
    _publish(engine, 1)
    for sql in ("select nothing from customer_360", "selct", "select 1 / 0", "delete from customer_360"):
        with engine.live() as live, pytest.raises(engine.query_errors):
            live.query(sql)
    assert adbc.ProgrammingError in engine.query_errors
