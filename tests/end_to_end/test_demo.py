"""A made-up shop by every way in: demo, globs, stages, maps, exports, Python; and the codes that R's rfm publishes."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv as arrow_csv
from tests.end_to_end import doors

import regulars as rg
from regulars.pipeline import STAGES

MAPS = ("eleven", "ten", "eight", "seven", "six")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demo has run once."""
    folder = tmp_path_factory.mktemp("demo")
    done = doors.command("demo", "--customers", "200", "--seed", "5", folder=folder)
    assert done.exit_code == 0, done.errors
    assert "Next" in done.output
    return folder


@pytest.fixture(scope="module")
def published(folder: Path) -> dict[str, tuple[int, int]]:
    """What the demo published."""
    return doors.marts(folder / "warehouse")


def test_the_demo_again_elsewhere_gives_the_same_marts(folder: Path, published: dict[str, tuple[int, int]]) -> None:
    done = doors.command("demo", "again", "--customers", "200", "--seed", "5", "-w", "second", folder=folder)
    assert done.exit_code == 0, done.errors
    assert doors.different(doors.marts(folder / "second"), published) == []


def test_the_demo_again_in_the_same_place_changes_nothing(folder: Path, published: dict[str, tuple[int, int]]) -> None:
    done = doors.command("demo", "--customers", "200", "--seed", "5", folder=folder)
    assert done.exit_code == 0, done.errors
    assert doors.different(doors.marts(folder / "warehouse"), published) == []


def test_stage_by_stage_over_generated_files_is_the_same_as_a_whole_run(
    folder: Path, published: dict[str, tuple[int, int]]
) -> None:
    made = doors.command("generate", "made", "--customers", "200", "--seed", "5", folder=folder)
    assert made.exit_code == 0, made.errors
    for stage in STAGES:
        files = ["made/*.csv"] if stage.name == "land" else []
        done = doors.command("run", *files, "--stage", stage.name, "-w", "staged", folder=folder)
        assert done.exit_code == 0, (stage.name, done.errors)
    assert doors.different(doors.marts(folder / "staged"), published) == []


def test_a_full_refresh_gives_the_same_marts(folder: Path, published: dict[str, tuple[int, int]]) -> None:
    shutil.copytree(folder / "warehouse", folder / "refreshed")
    done = doors.command(
        "run", "shop/customers.csv", "shop/orders.csv", "--full-refresh", "-w", "refreshed", folder=folder
    )
    assert done.exit_code == 0, done.errors
    assert "nothing new" not in done.errors.splitlines()[0]
    renumbered = {"marts.customer_identity_map", "marts.customer_field_sources"}
    assert set(doors.different(doors.marts(folder / "refreshed"), published)) <= renumbered
    assert doors.unaccounted(folder / "refreshed") == []


@pytest.mark.parametrize("segment_map", MAPS)
def test_every_map_parts_the_customers(folder: Path, segment_map: str) -> None:
    words = ("run", *(word for stage in STAGES[2:] for word in ("--stage", stage.name)))
    if not (folder / "mapped").exists():
        shutil.copytree(folder / "warehouse", folder / "mapped")
    done = doors.command(*words, "--map", segment_map, "-w", "mapped", "--json", "-q", folder=folder)
    assert done.exit_code == 0, done.errors
    live = folder / "mapped" / "live.duckdb"
    assert doors.ask(live, "select segment_map from settings.parameters") == [(segment_map,)]
    assert doors.ask(
        live,
        "select count(*), count(distinct customer_id), count(segment) from marts.customer_segments",
    ) == doors.ask(live, "select count(*), count(*), count(*) from marts.dim_customers")
    counted = dict(doors.ask(live, "select segment, count(*) from marts.customer_segments group by all"))
    assert {row["segment"]: row["customers"] for row in done.rows if row["customers"]} == counted
    assert abs(sum(float(row["share"]) for row in done.rows) - 1) < 1e-4


def test_as_of_an_earlier_day_sees_nothing_later(folder: Path) -> None:
    done = doors.command("run", "shop/*.csv", "--as-of", "2025-07-01", "-w", "earlier", folder=folder)
    assert done.exit_code == 0, done.errors
    live = folder / "earlier" / "live.duckdb"
    assert doors.ask(live, "select distinct as_of from marts.fct_customer_rfm") == [(dt.date(2025, 7, 1),)]
    assert doors.ask(live, "select max(last_order_date) < date '2025-07-01' from marts.customer_360") == [(True,)]


def test_an_export_reads_back_as_the_customers_in_every_format(folder: Path) -> None:
    live = folder / "warehouse" / "live.duckdb"
    columns = ("customer_id", "full_name", "segment", "monetary", "as_of")
    for kind in ("csv", "json", "parquet", "xlsx"):
        words = [word for column in columns for word in ("-c", column)]
        done = doors.command("export", f"out/customers.{kind}", *words, folder=folder)
        assert done.exit_code == 0, done.errors
    expected = [
        (str(customer), name, segment, round(float(money), 2), str(as_of))
        for customer, name, segment, money, as_of in doors.ask(
            live, f"select {', '.join(columns)} from marts.customer_360 order by customer_id"
        )
    ]
    out = folder / "out"
    with (out / "customers.csv").open(encoding="utf-8", newline="") as file:
        found = {"csv": [*csv.DictReader(file)]}
    found["json"] = json.loads((out / "customers.json").read_text(encoding="utf-8"))
    found["parquet"] = pq.read_table(out / "customers.parquet").to_pylist()
    sheet = fastexcel.read_excel(out / "customers.xlsx").load_sheet(0, dtypes={"customer_id": "int"})
    found["xlsx"] = pa.table(sheet.to_arrow()).to_pylist()
    for kind, rows in found.items():
        assert [
            (
                str(row["customer_id"]),
                row["full_name"] or None,
                row["segment"],
                round(float(row["monetary"]), 2),
                str(row["as_of"])[:10],
            )
            for row in rows
        ] == expected, kind


def test_a_list_of_one_segment_holds_that_segment_alone(folder: Path) -> None:
    done = doors.command("export", "champions.csv", "--segment", "Champions", folder=folder)
    assert done.exit_code == 0, done.errors
    listed = arrow_csv.read_csv(folder / "champions.csv")
    assert set(listed["segment"].to_pylist()) == {"Champions"}
    ids = "select count(*) from marts.customer_segments where segment = 'Champions'"
    assert doors.ask(folder / "warehouse" / "live.duckdb", ids) == [(listed.num_rows,)]


def test_a_customer_is_found_by_id_source_id_mail_and_phone(folder: Path) -> None:
    live = folder / "warehouse" / "live.duckdb"
    ((customer, own, mail, phone),) = doors.ask(
        live,
        "select customer_id, source_customer_id, email, phone from marts.customer_identity_map"
        " where email is not null and phone is not null and source_customer_id is not null"
        " qualify count(*) over (partition by email) = 1 and count(*) over (partition by phone) = 1"
        " order by customer_id limit 1",
    )
    for words in (str(customer), own, mail, mail.upper(), phone):
        found = doors.command("customer", words, "--json", folder=folder)
        assert found.exit_code == 0, (words, found.errors)
        assert found.rows[0]["customer_id"] == customer, words
        assert found.rows[0]["records"]
    nobody = doors.command("customer", "nobody@nowhere.example", folder=folder)
    assert nobody.exit_code == 2
    assert "Nobody is known" in nobody.errors


def test_python_takes_paths_and_arrow_tables_alike(folder: Path, published: dict[str, tuple[int, int]]) -> None:
    shop = folder / "shop"
    by_path = rg.run(orders=shop / "orders.csv", customers=str(shop / "customers.csv"), warehouse=folder / "by_path")
    texts = arrow_csv.ConvertOptions(
        column_types={name: pa.string() for name in arrow_csv.open_csv(shop / "orders.csv").schema.names}
    )
    orders = arrow_csv.read_csv(shop / "orders.csv", convert_options=texts)
    by_table = rg.run(orders=orders, customers=shop / "customers.csv", warehouse=folder / "by_table")
    assert by_path.as_of == by_table.as_of
    assert by_path.table("customer_segments").num_rows == published["marts.customer_segments"][0]
    for table in ("marts.customer_360", "marts.segment_metrics", "marts.cohort_retention", "marts.daily_sales"):
        assert doors.marts(folder / "by_path")[table] == published[table], table
        assert doors.marts(folder / "by_table")[table] == published[table], table
    assert by_table.sql("select count(*) as orders from fct_orders").to_pylist() == [{"orders": orders.num_rows}]


def test_restaging_after_a_change_of_date_formats_heals_rejected_rows(tmp_path: Path) -> None:
    rows = "".join(f"{n},c{n % 7},2024{'-|'[n % 2]}{n % 12 + 1:02}{'-|'[n % 2]}05,10.00\n" for n in range(60))
    (tmp_path / "orders.csv").write_text("order_id,customer_id,ordered_at,amount\n" + rows)
    first = doors.command("land", "orders.csv", folder=tmp_path)
    assert first.exit_code == 0, first.errors
    durable = tmp_path / "warehouse" / "durable.duckdb"
    counts = "select rows, staged, rejected from ops.loads"
    assert doors.ask(durable, counts) == [(60, 30, 30)]
    (tmp_path / "regulars.toml").write_text('[sources.orders]\ndate_formats = ["%Y|%m|%d"]\n')
    healed = doors.command("land", "--restage", folder=tmp_path)
    assert healed.exit_code == 0, healed.errors
    assert doors.ask(durable, counts) == [(60, 60, 0)]
    assert doors.ask(durable, "select count(*) from staging.rejected_rows") == [(0,)]
    assert doors.unaccounted(tmp_path / "warehouse") == []


def test_the_codes_of_r_rfm_come_out_of_its_orders_and_cut_points(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "regulars.toml").write_text(
        f"""
        [sources.orders]
        path = "{shared_data / "rfm_r" / "rfm_data_orders.csv"}"
        entity = "orders"
        fields = {{ order_id = "row_content", amount = "revenue" }}
        [rfm]
        as_of = 2006-12-31
        window_days = 3650
        recency = {{ method = "cuts", cuts = ["115", "181", "297.4", "482"] }}
        frequency = {{ method = "cuts", cuts = ["4", "5", "6", "8"] }}
        monetary = {{ method = "cuts", cuts = ["255.8", "382", "506.4", "666"] }}
        """
    )
    done = doors.command("run", "-q", folder=tmp_path)
    assert done.exit_code == 0, done.errors
    live = tmp_path / "warehouse" / "live.duckdb"
    assert doors.ask(live, "select count(*), count(*) filter (where is_valid) from marts.fct_orders") == [(4906, 4906)]
    assert doors.ask(live, "select count(*) from marts.dim_customers") == [(995,)]
    codes = doors.ask(
        live,
        "select source_customer_id, recency, frequency, monetary::integer, rfm_score from marts.fct_customer_rfm"
        " join marts.customer_identity_map using (customer_id) where source_customer_id in"
        " ('Abbey O''Reilly', 'Add Senger', 'Aden Lesch', 'Aden Murphy', 'Admiral Senger') order by 1",
    )
    assert codes == [
        ("Abbey O'Reilly", 205, 6, 472, "343"),
        ("Add Senger", 140, 3, 340, "412"),
        ("Aden Lesch", 194, 4, 405, "323"),
        ("Aden Murphy", 98, 7, 596, "544"),
        ("Admiral Senger", 132, 5, 448, "433"),
    ]
