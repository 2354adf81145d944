"""Who may do what in a database, tried as users who have one role each."""

from __future__ import annotations

import datetime as dt
import subprocess

import pyarrow as pa
import pytest
from tests.servers import Postgres

from regulars.engines.access_records import AccessRow, KeyRecord
from regulars.engines.postgres import PostgresEngine
from regulars.engines.postgres_address import Address
from regulars.engines.postgres_session import connected
from regulars.errors import WarehouseError
from regulars.parameters import write_parameters
from regulars.settings import Settings

ORDER = pa.table({"source": ["web"], "order_id": ["o1"]})
USERS = ("loader", "builder", "reader", "server")


@pytest.fixture
def engines(server: Postgres, database: str) -> dict[str, PostgresEngine]:
    """A published warehouse as its owner sees it and as each of three users does."""
    owner = PostgresEngine(database)
    assert any("made role" in done or "gave" in done for done in owner.set_up())
    for user in USERS:
        server.run(
            f"do $$ begin create user {user} password 'secret'; exception when duplicate_object then null; end $$",
            f"grant regulars_{user} to {user}",
        )
    engines = {user: PostgresEngine(database.replace("shop:hunter2-secret", f"{user}:secret")) for user in USERS}
    with engines["builder"].lock(), engines["builder"].build(fresh=True) as build:
        write_parameters(build, Settings())
        build.replace("marts.customer_360", pa.table({"customer_id": [1], "segment": ["Loyal"]}))
        engines["builder"].complete(build)
        engines["builder"].publish()
    return {"owner": owner, **engines}


def test_setting_up_again_changes_nothing(engines: dict[str, PostgresEngine]) -> None:
    assert engines["owner"].set_up() == [
        "gave regulars_loader, regulars_builder, regulars_reader, regulars_server their rights in"
        f" {engines['owner'].location}"
    ]


def test_the_loader_writes_what_lands_and_sees_no_mart(engines: dict[str, PostgresEngine]) -> None:
    engine = engines["loader"]
    engine.prepare()
    run = engine.journal.start_run("land")
    engine.journal.finish_run(run, "done")
    with engine.durable() as durable, durable.transaction():
        durable.append("staging.orders", ORDER)
        durable.replace('raw."web"', pa.table({"id": ["1"]}))
        durable.execute("create index on staging.orders (order_id)")
        durable.execute("update identity.resolution set people = 'x'")
    for sql in ("select * from marts.customer_360", "select * from marts__g1.customer_360"):
        with connected(engine.address) as session, pytest.raises(WarehouseError, match="may not do this"):
            session.query(sql)
    for sql in ("create schema marts__next", "delete from ops.migrations", "insert into ops.publications values (9)"):
        with connected(engine.address) as session, pytest.raises(WarehouseError, match="regulars init"):
            session.execute(sql)


def test_the_builder_reads_what_landed_and_writes_no_row_of_it(engines: dict[str, PostgresEngine]) -> None:
    with engines["loader"].durable() as durable:
        durable.append("staging.orders", ORDER)
        durable.replace('raw."new"', pa.table({"id": ["1"]}))
    engine = engines["builder"]
    engine.prepare()
    with engine.build(fresh=True) as build:
        assert build.query("select count(*) as n from durable.staging.orders").to_pylist() == [{"n": 1}]
        assert build.query("select id from durable.raw.new").num_rows == 1
        build.replace("marts.customer_360", pa.table({"customer_id": [2], "segment": ["Loyal"]}))
    for sql in ("delete from staging.orders", "insert into raw.new values ('2')", "drop table identity.records"):
        with engine.durable() as durable, pytest.raises(WarehouseError, match="may not do this"):
            durable.execute(sql)
    engine.publish()
    with engines["reader"].live() as live:
        assert live.query("select customer_id from customer_360").to_pylist() == [{"customer_id": 2}]


def test_the_reader_reads_what_is_published_and_nothing_else(engines: dict[str, PostgresEngine]) -> None:
    engine = engines["reader"]
    with engine.live() as live:
        assert live.query("select customer_id from customer_360").num_rows == 1
        assert live.tables().num_rows > 5
    with connected(engine.address) as session:
        assert session.query("select customer_id from marts.customer_360").num_rows == 1
        assert session.query("select table_name from live.row_counts").num_rows > 5
    assert engine.journal.latest() is None
    refused = (
        "select * from staging.orders",
        "select * from raw.web",
        "select * from ops.loads",
        "insert into marts.customer_360 values (3)",
        "insert into marts__g1.customer_360 values (3)",
        "create table marts.mine (n bigint)",
        "create schema mine",
        "drop schema marts cascade",
    )
    for sql in refused:
        with connected(engine.address) as session, pytest.raises(WarehouseError, match=r"may not|must be owner"):
            session.execute(sql)


def test_the_server_checks_keys_and_gives_none_and_nobody_else_sees_them(engines: dict[str, PostgresEngine]) -> None:
    key = KeyRecord("a", "crm", "viewer", "hash", dt.datetime(2026, 3, 1))
    engines["owner"].access.add_key(key)
    server = engines["server"]
    row = AccessRow(dt.datetime(2026, 3, 2), None, "GET", "/health", 200, "local")
    server.access.note([row], {"a": row.happened_at})
    assert [found.last_used_at for found in server.access.all_keys()] == [row.happened_at]
    assert server.access.access_table().num_rows == 1
    server.access.trim(dt.datetime(2026, 3, 3), 10)
    assert server.access.access_table().num_rows == 0
    with server.live() as live:
        assert live.query("select customer_id from customer_360").num_rows == 1
    for change in (lambda: server.access.add_key(key), lambda: server.access.revoke("crm", key.created_at)):
        with pytest.raises(WarehouseError, match="may not do this"):
            change()
    for user in ("loader", "builder", "reader"):
        with connected(engines[user].address) as session, pytest.raises(WarehouseError, match="may not do this"):
            session.query("select secret_hash from ops.api_keys")
    with connected(engines["reader"].address) as session, pytest.raises(WarehouseError, match="may not do this"):
        session.query("select * from ops.access")
    assert engines["builder"].access.access_table().num_rows == 0, "who publishes copies it for readers"
    with engines["reader"].live() as live, pytest.raises(engines["reader"].query_errors):
        live.query("select * from ops.api_keys")


def test_a_session_of_an_administrator_is_no_more_powerful_than_its_work(engines: dict[str, PostgresEngine]) -> None:
    with engines["owner"].live() as live, pytest.raises(WarehouseError):
        live.query("select * from pg_authid")


def test_who_may_not_make_roles_is_told_and_the_script_does_it(server: Postgres) -> None:
    url = server.new_database()
    name = Address.of(url).database
    server.run("create user owner password 'secret'", f"alter database {name} owner to owner")
    engine = PostgresEngine(url.replace("shop:hunter2-secret", "owner:secret"))
    for role in ("regulars_server", "regulars_loader", "regulars_builder", "regulars_reader"):
        server.drop_role(role)
    with pytest.raises(WarehouseError, match=r"may not create roles .*--print-sql"):
        engine.set_up()
    for _ in range(2):
        script = engine.set_up_sql()
        done = subprocess.run(
            [server.binaries / "psql", "-v", "ON_ERROR_STOP=1", "-q", url],
            input=script,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    server.run("grant regulars_loader to owner")
    engine.prepare()
    with engine.durable() as durable:
        durable.append("staging.orders", ORDER)
        assert durable.query("select order_id from staging.orders").num_rows == 1


def test_a_warehouse_that_was_at_work_before_it_had_roles_goes_on_with_them(server: Postgres, database: str) -> None:
    engine = PostgresEngine(database)
    engine.prepare()
    for number, with_roles in ((1, False), (2, True)):
        if with_roles:
            engine.set_up()
            server.run(
                "do $$ begin create user reader password 'secret'; exception when duplicate_object then null; end $$",
                "grant regulars_reader to reader",
            )
            reader = PostgresEngine(database.replace("shop:hunter2-secret", "reader:secret"))
            with reader.live() as live, connected(reader.address) as outside:
                assert live.query("select customer_id from customer_360").to_pylist() == [{"customer_id": 1}]
                assert outside.query("select customer_id from marts.customer_360").num_rows == 1
        with engine.build(fresh=True) as build:
            write_parameters(build, Settings())
            build.replace("marts.customer_360", pa.table({"customer_id": [number], "segment": ["Loyal"]}))
            engine.complete(build)
        engine.publish()
    with reader.live() as live:
        assert live.query("select customer_id from customer_360").to_pylist() == [{"customer_id": 2}]
