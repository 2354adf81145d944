"""The embedded warehouse: transactions, one writer, an atomic publish, errors that say what to do."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from regulars.engines.base import open_engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import LockedError, SettingsError, WarehouseError
from regulars.settings import Settings

# Another run: it holds the folder until its input ends or it is killed.
HOLD = """
import sys
from pathlib import Path
from regulars.engines.duckdb import DuckDBEngine
engine = DuckDBEngine(Path(sys.argv[1]))
with engine.lock():
    engine.journal.start_run("run")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    return engine


def test_preparing_twice_changes_nothing(engine: DuckDBEngine) -> None:
    with engine.durable() as session:
        session.append("identity.customer_keys", pa.table({"customer_key": ["a"], "customer_id": [1]}))
    engine.prepare()
    with engine.durable() as session:
        assert session.query("select count(*) as n from identity.customer_keys").to_pylist() == [{"n": 1}]


def test_a_warehouse_of_an_earlier_version_gets_the_columns_it_lacks(engine: DuckDBEngine) -> None:
    with engine.durable() as session:
        session.execute("alter table identity.records drop column since_load_id")
        session.execute("insert into identity.records (customer_key) values ('1')")
    engine.prepare()
    with engine.durable() as session:
        rows = session.query("select customer_key, since_load_id from identity.records").to_pylist()
    assert rows == [{"customer_key": "1", "since_load_id": None}]


def test_a_transaction_that_fails_leaves_nothing(engine: DuckDBEngine) -> None:
    with engine.durable() as session:
        with pytest.raises(ZeroDivisionError), session.transaction():
            session.append("identity.customer_keys", pa.table({"customer_key": ["a"], "customer_id": [1]}))
            raise ZeroDivisionError
        assert session.query("select count(*) as n from identity.customer_keys").to_pylist() == [{"n": 0}]


def test_append_matches_columns_by_name_and_streams_a_reader(engine: DuckDBEngine) -> None:
    table = pa.table({"customer_id": [1, 2], "customer_key": ["a", "b"]})
    with engine.durable() as session:
        assert session.append("identity.customer_keys", table.to_reader(max_chunksize=1)) == 2
        batches = list(session.stream("select * from identity.customer_keys order by customer_id", batch_rows=1))
        assert pa.Table.from_batches(batches).column("customer_key").to_pylist() == ["a", "b"]


def test_publishing_replaces_the_live_state_whole_while_an_old_reader_keeps_its_own(engine: DuckDBEngine) -> None:
    for number in (1, 2):
        with engine.build(fresh=True) as build:
            build.replace("marts.numbers", pa.table({"n": [number]}))
        engine.publish()
        assert not engine.has_build()
        with engine.live() as live:
            assert live.query("select n from numbers").to_pylist() == [{"n": number}]


def test_a_live_warehouse_cannot_be_written(engine: DuckDBEngine) -> None:
    with engine.build(fresh=True) as build:
        build.replace("marts.numbers", pa.table({"n": [1]}))
    engine.publish()
    with engine.live() as live, pytest.raises(engine.query_errors):
        live.execute("delete from marts.numbers")


def test_reading_before_anything_is_published_says_how_to_publish(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"Nothing is published .*`regulars run"), DuckDBEngine(tmp_path).live():
        pass


def test_a_damaged_file_is_a_clear_error(engine: DuckDBEngine) -> None:
    (engine.folder / "durable.duckdb").write_bytes(b"this is no database" * 1000)
    with pytest.raises(WarehouseError, match=r"Cannot open .*durable\.duckdb"), engine.durable():
        pass


def test_a_second_run_is_told_who_holds_the_warehouse_and_gets_it_when_that_one_dies(engine: DuckDBEngine) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(engine.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(LockedError, match=rf"held by run .*process {other.pid}"), engine.lock():
                pass
        finally:
            other.kill()
            other.wait()
    with engine.lock():
        pass


def test_a_url_that_no_engine_serves_is_refused() -> None:
    with pytest.raises(SettingsError, match="No engine serves mysql://"):
        open_engine(Settings(warehouse="mysql://somewhere/shop"))
