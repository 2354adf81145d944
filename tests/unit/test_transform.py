"""dbt in this process: quiet, leaving nothing behind, and telling what failed with the rows that did."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from dbt_common.events.event_manager_client import get_event_manager
from tests.warehouse.shop import Shop

from regulars import transform
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import TransformError
from regulars.settings import Settings
from regulars.transform import PROJECT, Transformer

ORDERS = """
    select 'o' || i as order_id, 'c' || (i % 3) as customer_key, date '2024-01-01' + cast(i as integer) as order_date,
        i as amount
    from range(1, 10) as orders (i)"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("transform"), orders=ORDERS)


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process: the project has not been read yet."""
    monkeypatch.setattr(transform, "_manifests", {})


def test_one_line_says_what_was_built(shop: Shop) -> None:
    assert shop.transformer.build("finish").startswith("12 models in ")


def test_every_model_is_told_when_it_is_done(shop: Shop) -> None:
    words: list[str] = []
    built = shop.transformer.build_models(["customer_segments", "customer_clusters"], words.append)
    assert {model.name for model in built} == {"customer_segments", "customer_clusters"}
    assert words == ["1 of 2: customer_clusters", "2 of 2: customer_segments"]


def test_dbt_says_nothing_and_leaves_the_package_and_the_environment_alone(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    before = sorted(PROJECT.rglob("*")), dict(os.environ)
    shop.transformer.build("finish")
    shop.transformer.test()
    assert (sorted(PROJECT.rglob("*")), dict(os.environ)) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_the_parsed_project_is_kept_in_the_folder(shop: Shop, unread: None, tmp_path: Path) -> None:
    transformer = Transformer(shop.engine.dbt_environment(), shop.engine.dbt_target, tmp_path)
    transformer.warm()
    transformer.build("finish")
    assert (tmp_path / "partial_parse.msgpack").exists()


@pytest.mark.slow
def test_a_second_warehouse_of_this_machine_need_not_read_the_project(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    read = []
    for name in ("one", "other"):
        monkeypatch.setattr(transform, "_manifests", {})
        Transformer(shop.engine.dbt_environment(), shop.engine.dbt_target, tmp_path / name).check_names()
        read.append(json.loads((tmp_path / name / "perf_info.json").read_text())["parsed_path_count"])
    assert read[0] > 100
    assert read[1] == 0


@pytest.mark.slow
def test_where_nothing_can_be_kept_the_project_is_read_all_the_same(
    shop: Shop, unread: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder would be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert Transformer(shop.engine.dbt_environment(), shop.engine.dbt_target, tmp_path / "own").check_names()


def test_a_build_takes_the_threads_and_the_memory_of_the_settings(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path, threads=1, memory_limit="300MB")
    engine.prepare()
    with engine.build(fresh=True):
        pass
    query = "select current_setting('threads') as threads, current_setting('memory_limit') as memory"
    [shown] = Transformer.of(engine)._invoke(["show", "--inline", query])
    assert [str(value) for value in shown.agate_table.rows[0]] == ["1", "286.1 MiB"]


@pytest.mark.slow
def test_the_files_are_free_after_dbt_and_a_second_warehouse_can_be_built(shop: Shop, tmp_path: Path) -> None:
    other = Shop(tmp_path, orders=f"{ORDERS} where i = 1")
    assert other.value("select count(*) from marts.fct_orders") == 1
    with shop.engine.durable() as durable:
        durable.execute("create table ops.written as select 1 as one")
        durable.execute("drop table ops.written")
    shop.build(Settings())
    assert shop.value("select count(*) from marts.fct_orders") == 9


@pytest.mark.slow
def test_a_model_that_fails_is_named_with_the_words_of_the_database(tmp_path: Path) -> None:
    broken = Shop(tmp_path, orders=ORDERS)
    with broken.engine.durable() as durable:
        durable.execute("drop table identity.customer_keys")
    with pytest.raises(TransformError, match=r"1 model\(s\) failed and 1 more were not built") as caught:
        broken.transformer.build_models(["int_customer_records__survived", "dim_customers"])
    assert "int_customer_records__survived: Catalog Error: Table with name customer_keys does not exist" in str(
        caught.value
    )
    with broken.engine.durable() as durable:
        assert durable.query("select count(*) from staging.orders").column(0)[0].as_py() == 9


@pytest.mark.slow
def test_a_check_that_fails_shows_the_rows(shop: Shop) -> None:
    with shop.engine.build() as build:
        build.execute(
            "insert into marts.fct_customer_rfm select * from marts.fct_customer_rfm where customer_id = 100000001"
        )
    try:
        (failed,) = [check for check in shop.transformer.test() if check.model == "fct_customer_rfm"]
    finally:
        shop.build(Settings())
    assert (failed.name, failed.status, failed.severity, failed.failures) == (
        "key_fct_customer_rfm_customer_id",
        "fail",
        "error",
        1,
    )
    assert failed.sample == "customer_id 100000001, occurrences 2"


def test_checks_that_pass_have_no_message_and_no_rows(shop: Shop) -> None:
    told: list[str] = []
    checks = shop.transformer.test(told.append)
    assert len(checks) == len(told) >= 19
    assert {(check.status, check.message, check.sample) for check in checks} == {("pass", "", "")}


def test_a_project_that_cannot_be_read_is_told_by_the_next_call(
    shop: Shop, unread: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "PROJECT", tmp_path)
    transformer = Transformer(shop.engine.dbt_environment(), shop.engine.dbt_target, tmp_path)
    transformer.warm()
    with pytest.raises(TransformError, match=r"cannot be read: No dbt_project\.yml found"):
        transformer.build("core")


def test_an_interruption_is_not_taken_for_a_failure(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.cli.main import dbtRunner, dbtRunnerResult

    def interrupted(*_: Any) -> dbtRunnerResult:
        return dbtRunnerResult(success=False, exception=KeyboardInterrupt())

    monkeypatch.setattr(dbtRunner, "invoke", interrupted)
    with pytest.raises(KeyboardInterrupt):
        shop.transformer.build("core")


@pytest.mark.slow
def test_a_folder_is_meant_from_where_the_run_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shop = Shop(Path("here"), orders=ORDERS)
    assert shop.value("select count(*) from marts.fct_orders") == 9
    assert (tmp_path / "here" / "dbt").is_dir()
    assert not (PROJECT / "here").exists()


def test_of_dbts_events_those_that_nobody_hears_are_not_written_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from dbt_common.events import event_manager

    written: list[Any] = []
    plain = event_manager.msg_from_base_event

    def seen(event: Any, level: Any = None) -> Any:
        written.append(message := plain(event, level=level))
        return message

    monkeypatch.setattr(event_manager, "msg_from_base_event", seen)
    before = get_event_manager()
    with caplog.at_level("DEBUG", "dbt"):
        shop.transformer.build_models(["customer_segments"])
    told = [message.info.name for message in written]
    assert "LogModelResult" in told and "SQLQuery" not in told
    assert "debug" not in {message.info.level for message in written}
    assert [record.details["node"] for record in caplog.records if record.message == "A node is done."] == [
        "customer_segments"
    ]
    assert get_event_manager() is before
