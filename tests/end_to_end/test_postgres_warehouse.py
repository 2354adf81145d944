"""A warehouse in PostgreSQL gives what the embedded one gives, for the same files and by the same commands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.end_to_end import doors
from tests.end_to_end.parity import differences, run_on
from tests.end_to_end.receiver import SECRET
from tests.end_to_end.receiving import received, receiving
from tests.servers import PASSWORD, Postgres
from tests.warehouse.test_models import PUBLISHED_STATEMENTS

from regulars.engines.base import open_engine
from regulars.engines.outbox_records import OutboxRecords
from regulars.pipeline import Request, run_pipeline
from regulars.serve.queries import Queries
from regulars.serve.time_machine import segments_as_of
from regulars.settings import Settings, overridden
from regulars.webhook_settings import WebhookSettings


@pytest.fixture(scope="module")
def files(shop_files: Path) -> list[str]:
    return [str(shop_files / "customers.csv"), str(shop_files / "orders.csv")]


@pytest.fixture(scope="module")
def embedded(files: list[str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return run_on(str(tmp_path_factory.mktemp("embedded") / "warehouse"), files)


@pytest.fixture(scope="module")
def database(files: list[str], server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return run_on(server.new_database(), files)


def test_every_published_table_of_the_demo_shop_is_the_same(embedded: Settings, database: Settings) -> None:
    assert differences(embedded, database) == {}


def test_the_base_as_of_a_past_day_is_the_same(embedded: Settings, database: Settings) -> None:
    day = dt.date(2025, 3, 1)
    (_, one), (_, other) = (segments_as_of(open_engine(settings), day) for settings in (embedded, database))
    assert one.num_rows > 5
    assert [list(map(str, row.values())) for row in one.to_pylist()] == [
        list(map(str, row.values())) for row in other.to_pylist()
    ]


def test_customers_are_found_by_id_e_mail_and_phone(database: Settings) -> None:
    queries = Queries(open_engine(database), database.shop)
    known = queries.sql(
        "select customer_id, email, phone from dim_customers where phone is not null and email is not null"
    )
    row = known.slice(0, 1).to_pylist()[0]
    assert queries.customer(str(row["customer_id"])) == row["customer_id"]
    assert row["customer_id"] in queries.find_customers(row["email"])
    assert row["customer_id"] in queries.find_customers(row["phone"])
    with queries.customers_stream(["Champions"], ["customer_id", "rfm_score"]) as rows:
        assert rows.read_all().num_rows > 0


@pytest.mark.parametrize("statement", PUBLISHED_STATEMENTS)
def test_the_statements_of_the_product_run(database: Settings, statement: str, tmp_path: Path) -> None:
    done = doors.command("sql", statement, "-w", database.warehouse, "--json", folder=tmp_path)
    assert done.exit_code == 0, done.errors
    assert done.rows


def test_commands_show_what_is_live_and_never_the_password(database: Settings, tmp_path: Path) -> None:
    for words in (("status",), ("segments",), ("customer", "100000001"), ("why", "100000001"), ("clusters", "show")):
        done = doors.command(*words, "-w", database.warehouse, folder=tmp_path)
        assert done.exit_code == 0, done.errors
        assert PASSWORD not in done.output + done.errors


def test_nothing_that_dbt_leaves_behind_holds_the_password(database: Settings, tmp_path: Path) -> None:
    folder = open_engine(database).dbt_folder
    assert all(PASSWORD.encode() not in file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_database_that_is_not_there_ends_with_code_3(tmp_path: Path) -> None:
    done = doors.command("run", "x.csv", "-w", "postgresql://shop:sesame@127.0.0.1:1/shop", folder=tmp_path)
    assert done.exit_code == 3
    assert "127.0.0.1:1/shop does not answer" in done.errors
    assert "sesame" not in done.errors


def test_a_run_with_a_webhook_sends_who_moved(
    database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs on what the tests above have looked at: what is live changes, so it stands behind them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CRM_SECRET", SECRET)
    queries, sql = Queries(open_engine(database), database.shop), "select customer_id, segment from customer_segments"
    before = {row["customer_id"]: row["segment"] for row in queries.sql(sql).to_pylist()}
    with receiving(tmp_path) as url:
        webhook = {"url": url, "secret": "env:CRM_SECRET", "allow_private": True, "batch_size": 3}
        settings = database.model_copy(update={"webhooks": {"crm": WebhookSettings.model_validate(webhook)}})
        later = dt.date.fromisoformat(str(queries.basis().as_of)) + dt.timedelta(days=9)
        # Nine days without an order are a source that stopped, unless somebody says that it did not.
        report = run_pipeline(overridden(settings, rfm={"as_of": later}), Request(allow=("drift",)))
    after = {row["customer_id"]: row["segment"] for row in queries.sql(sql).to_pylist()}
    posts = received(tmp_path)
    assert all(post["signed"] and post["body"]["data"]["run_id"] == report.run_id for post in posts)
    events = [event for post in posts for event in post["body"]["data"]["events"]]
    told = {event["customer_id"]: (event["from_segment"], event["to_segment"]) for event in events}
    moved = {one for one in {*before, *after} if before.get(one) != after.get(one)}
    assert told == {one: (before.get(one), after.get(one)) for one in moved} and len(events) == len(told) > 3
    assert OutboxRecords(open_engine(settings).journal).counts()["status"].to_pylist() == ["delivered"]


@pytest.mark.slow
def test_every_published_table_of_online_retail_is_the_same(
    shared_data: Path, server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = [str(shared_data / "online_retail.parquet")]
    embedded = run_on(str(tmp_path / "warehouse"), files)
    assert differences(embedded, run_on(server.new_database(), files)) == {}
