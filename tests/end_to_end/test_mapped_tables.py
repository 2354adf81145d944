"""A table that lies in the warehouse gives exactly what landing its rows gives, and nothing of it is copied."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from tests.end_to_end import doors

STAGES = ("--stage", "land", "--stage", "resolve", "--stage", "build")
LANDED = """
[sources.customers]
path = "customers.csv"
[sources.orders]
path = "orders.csv"
"""
# The list of customers is a folder of Parquet files, the orders are a table of the warehouse with columns of its own.
MAPPED = """
[sources.customers]
kind = "table"
table = "lake/customers"
entity = "customers"
fields = { email = "mail", country = "upper(land)" }
[sources.orders]
kind = "table"
table = "sales.orders"
entity = "orders"
fields = { order_id = "id", customer_id = "buyer", amount = "total" }
"""
CURRENT = """
from {table} as t where not exists (
    from landed.staging.superseded as s
    where s.entity = '{entity}' and s.source = t.source and s.load_id = t._load_id and s.row_number = t._row
)
"""


@pytest.fixture(scope="module")
def landed(shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose files were landed, and built."""
    folder = tmp_path_factory.mktemp("landed")
    for name in ("customers.csv", "orders.csv"):
        (folder / name).write_bytes((shop_files / name).read_bytes())
    (folder / "regulars.toml").write_text(LANDED)
    assert doors.command("run", "-q", *STAGES, folder=folder).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def mapped(landed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same shop, whose rows lie in Parquet files and in a table of the warehouse, typed and one row per record."""
    folder = tmp_path_factory.mktemp("mapped")
    (folder / "lake" / "customers").mkdir(parents=True)
    (folder / "warehouse").mkdir()
    (folder / "regulars.toml").write_text(MAPPED)
    customers = CURRENT.format(table="landed.staging.customer_records", entity="customer_records")
    orders = CURRENT.format(table="landed.staging.orders", entity="orders")
    with closing(duckdb.connect(str(folder / "warehouse" / "durable.duckdb"))) as connection:
        connection.execute(f"attach '{landed / 'warehouse' / 'durable.duckdb'}' as landed (read_only)")
        for part, condition in enumerate(("hash(source_customer_id) % 2 = 0", "hash(source_customer_id) % 2 = 1")):
            connection.execute(
                "copy (select source_customer_id as customer_id, '  ' || upper(coalesce(email, case when"
                " is_email_malformed then 'no address' end)) as mail, replace(phone, '+', '00') as phone, first_name,"
                " last_name, case gender when 'female' then 'F' else gender end as gender, birth_date,"
                f" cast(income as double) as income, address, city, postcode, lower(country) as land, created_at,"
                f" consent {customers} and {condition}) to '{folder}/lake/customers/part_{part}.parquet'"
            )
        connection.execute("create schema sales")
        connection.execute(
            "create table sales.orders as select cast(order_id as bigint) as id, case when customer_key not like '%:%'"
            " then customer_key end as buyer, email, phone, ordered_at, cast(amount as double) as total, currency,"
            f" upper(status) as status, store, refunded_amount, refund_date, discount {orders}"
        )
    assert doors.command("run", "-q", *STAGES, folder=folder).exit_code == 0
    return folder


def test_a_mapped_table_gives_the_marts_that_landing_its_rows_gives(landed: Path, mapped: Path) -> None:
    one, other = (doors.contents(folder / "warehouse" / "build.duckdb", "marts") for folder in (landed, mapped))
    assert one["marts.fct_orders"][0] > 1_000
    assert doors.different(one, other) == []
    people = [doors.contents(folder / "warehouse" / "durable.duckdb", "identity") for folder in (landed, mapped)]
    assert doors.different(people[0], people[1]) == []


def test_no_row_of_it_is_copied_and_the_ledger_says_how_many_there_are(mapped: Path) -> None:
    file = mapped / "warehouse" / "durable.duckdb"
    tables = doors.ask(file, "select table_name, estimated_size from duckdb_tables() where schema_name = 'staging'")
    assert [table for table in tables if table[1]] == []
    assert doors.ask(file, "select count(*) from duckdb_tables() where schema_name = 'raw'") == [(0,)]
    stamps = doors.ask(
        file, "select source, entity, uri, rows, staged, rejected, status, watermark from ops.loads order by source"
    )
    newest = doors.ask(file, "select max(ordered_at)::varchar, count(*) from sales.orders")[0]
    assert stamps[1] == ("orders", "orders", "sales.orders", newest[1], newest[1], 0, "mapped", newest[0])
    assert stamps[0][:3] == ("customers", "customers", "lake/customers")


def test_what_changes_in_the_table_is_seen_by_the_next_run(mapped: Path) -> None:
    file = mapped / "warehouse" / "durable.duckdb"
    [before] = doors.ask(file, "select count(*) from identity.customer_keys")
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute(
            "insert into sales.orders (id, buyer, email, ordered_at, total) values"
            " (1, 'new', 'new@example.com', '2025-11-30', 10), (2, 'new', null, '2025-11-30', 'nan'),"
            " (3, 'new', null, null, 5)"
        )
    outcome = doors.command("run", "-q", *STAGES[:4], folder=mapped)
    assert outcome.exit_code == 0, outcome.errors
    assert doors.ask(file, "select count(*) from identity.customer_keys") == [(before[0] + 1,)]
    assert doors.ask(
        file,
        "select field, reason, value, payload from staging.rejected_rows where source = 'orders' order by payload",
    ) == [("amount", "amount is no number that fits", "nan", "2"), ("ordered_at", "ordered_at is missing", None, "3")]
    stamps = doors.ask(file, "select status, rows - staged, rejected from ops.loads where source = 'orders' order by 1")
    assert stamps == [("mapped", 2, 2), ("outdated", 0, 0)]
    # The rows bear the number of the first stamp for ever, so that it can be told since when a person is known.
    assert doors.ask(file, "select count(distinct _load_id) from staging.known_orders") == [(1,)]
    listed = json.loads(doors.command("sources", "test", "--json", folder=mapped).output)
    assert [row["would_land"].endswith("2 of them left out") for row in listed] == [False, True]


def test_an_erased_person_is_left_out_and_the_proof_names_the_table(mapped: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(mapped, folder)
    durable = folder / "warehouse" / "durable.duckdb"
    [(email, theirs)] = doors.ask(
        durable,
        "select email, count(*) from staging.known_orders where email is not null group by 1 order by 1 limit 1",
    )
    [(orders,)] = doors.ask(durable, "select count(*) from staging.known_orders")
    done = doors.command("forget", email, "--yes", "-q", "--json", folder=folder)
    assert done.exit_code == 0, done.errors
    told = json.loads(done.output)
    assert any(note.startswith("sales.orders has ") and "delete them where they lie" in note for note in told["notes"])
    [(left,)] = doors.ask(durable, "select count(*) from staging.known_orders")
    assert left <= orders - theirs
    for view in ("known_orders", "known_customer_records"):
        assert doors.ask(durable, f"select count(*) from staging.{view} where email = '{email}'") == [(0,)]
    [(rows, counted)] = doors.ask(
        durable,
        "select rows, staged + rejected + forgotten from ops.loads where source = 'orders' and status = 'mapped'",
    )
    assert rows == counted


def test_a_table_that_leaves_the_settings_leaves_the_shop(mapped: Path) -> None:
    (mapped / "regulars.toml").write_text(MAPPED.split("[sources.orders]", maxsplit=1)[0])
    assert doors.command("run", "-q", "--stage", "land", folder=mapped).exit_code == 0
    file = mapped / "warehouse" / "durable.duckdb"
    assert doors.ask(file, "select count(*) from staging.known_orders") == [(0,)]
    assert doors.ask(file, "select distinct status from ops.loads where source = 'orders'") == [("outdated",)]
    assert doors.ask(file, "select count(*) from staging.rejected_rows") == [(0,)]
