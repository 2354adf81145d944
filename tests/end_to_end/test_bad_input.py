"""Bad input never crashes and never passes silently: a clear error with its exit code, or rejected rows
with reasons; no row is lost, and the live warehouse stays as it was.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv
from tests.end_to_end import doors

from regulars.engines.base import open_engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.land import stage as land_stage
from regulars.settings import Settings

HEADER = "order_id,customer_id,ordered_at,amount\n"
GOOD = "9001,good,2024-01-01,5.00\n"

# What lies in the file, the rows that are set aside (row, field, words of the reason), and the rows staged.
ROWS: dict[str, tuple[bytes, list[tuple[int, str | None, str]], int]] = {
    "ragged rows": (
        f"{HEADER}{GOOD}2,a,2024-01-02\n3,a,2024-01-03,4,more\n4,b,2024-01-04,9\n".encode(),
        [(2, None, "3 columns instead of 4"), (3, None, "5 columns instead of 4")],
        2,
    ),
    "mixed date formats": (
        (
            f"{HEADER}{GOOD}2,a,31/01/2024,5\n3,a,01-31-2024,5\n4,a,2024/01/31 10:00:00,5\n5,a,1706659200,5\n"
            "6,a,45322,5\n7,a,yesterday,5\n8,a,,5\n9,a,2024-02-31,5\n"
        ).encode(),
        [(7, "ordered_at", "no date"), (8, "ordered_at", "missing"), (9, "ordered_at", "no date")],
        6,
    ),
    "text in amounts": (
        (
            f'{HEADER}{GOOD}2,a,2024-01-02,five\n3,a,2024-01-03,\n4,a,2024-01-04,"£1,234.50"\n'
            f"5,a,2024-01-05,{'9' * 30}\n"
        ).encode(),
        [(2, "amount", "no number"), (3, "amount", "missing"), (5, "amount", "no number")],
        2,
    ),
    "no order id": (f"{HEADER}{GOOD},a,2024-01-02,7\n".encode(), [(2, "order_id", "missing")], 1),
    "NUL bytes": (f"{HEADER}{GOOD}2,b\0,2024-01-02,6\n".encode(), [], 2),
    "another encoding": (f"{HEADER}{GOOD}2,Zoë,2024-01-02,6\n".encode("cp1252"), [], 2),
    "a quote never closed": (
        f'{HEADER}{GOOD}2,"a,2024-01-02,5\n3,a,2024-01-03,5\n'.encode(),
        [(2, None, "quote")],
        2,
    ),
    "blank lines and spaces": (f"{HEADER}\n{GOOD}\n 2 , b ,2024-01-02, 6 \n\n".encode(), [], 2),
    "spaces around a date, and months of one digit": (
        f"{HEADER}{GOOD}2,b, 2024-01-02 ,6\n3,b,2024-1-15,6\n".encode(),
        [],
        3,
    ),
}
# Files that cannot be used at all, and words of what is said of them.
USELESS: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "is empty"),
    "protected.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600),
        "protected with a password",
    ),
    "torn.xlsx": (b"PK\x03\x04torn", "damaged workbook"),
    "torn.parquet": (b"PAR1torn", "damaged Parquet"),
    "torn.json": (b'[{"order_id": 1,', "no valid JSON"),
    "torn.csv.gz": (b"\x1f\x8b\x08torn", "damaged gzip"),
    "nobody.csv": (b"order_id,ordered_at,amount\n1,2024-01-01,5\n", "none of customer_id, email and phone"),
    "misspelt.csv": (b"order_id,email,ordered_at,amonut\n1,a@b.example,2024-01-01,5\n", "amonut"),
}


@pytest.fixture(scope="module")
def published(shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a live warehouse, made once; nothing in this file may change what is live in it."""
    folder = tmp_path_factory.mktemp("published")
    done = doors.command("run", str(shop_files / "*.csv"), "-q", folder=folder)
    assert done.exit_code == 0, done.errors
    return folder


@pytest.fixture
def untouched(published: Path) -> Any:
    """The published folder; when the test is over, the live file must be the very same."""
    live = published / "warehouse" / "live.duckdb"
    before = hashlib.sha256(live.read_bytes()).hexdigest()
    yield published
    assert hashlib.sha256(live.read_bytes()).hexdigest() == before
    assert doors.unaccounted(published / "warehouse") == []


@pytest.mark.parametrize(
    "what",
    list(ROWS),
)
def test_bad_rows_are_set_aside_with_a_reason_and_the_rest_is_staged(tmp_path: Path, what: str) -> None:
    content, rejected, staged = ROWS[what]
    (tmp_path / "orders.csv").write_bytes(content)
    done = doors.command("land", "orders.csv", folder=tmp_path)
    assert done.exit_code == 0, done.errors
    durable = tmp_path / "warehouse" / "durable.duckdb"
    found = doors.ask(durable, "select row_number, field, reason from staging.rejected_rows order by 1")
    assert [(row, field) for row, field, _ in found] == [(row, field) for row, field, _ in rejected]
    for (_, _, reason), (_, _, words) in zip(found, rejected, strict=True):
        assert words in reason
    assert doors.ask(durable, "select count(*) from staging.orders") == [(staged,)]
    assert doors.ask(durable, "select rows, staged, rejected from ops.loads") == [
        (staged + len(rejected), staged, len(rejected))
    ]
    assert doors.ask(durable, "select count(*) from staging.rejected_rows where payload is null") == [(0,)]
    assert doors.unaccounted(tmp_path / "warehouse") == []


def test_the_same_order_twice_is_a_duplicate_and_a_changed_one_is_its_newer_version(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(f"{HEADER}1,a,2024-01-01,5\n1,a,2024-01-01,5\n1,a,2024-01-01,6\n{GOOD}")
    assert doors.command("land", "orders.csv", folder=tmp_path).exit_code == 0
    durable = tmp_path / "warehouse" / "durable.duckdb"
    counts = "select rows, staged, rejected, duplicates, superseded from ops.loads"
    assert doors.ask(durable, counts) == [(4, 3, 0, 1, 1)]
    assert doors.ask(durable, "select record_id, row_number from staging.superseded") == [("1", 1)]
    assert doors.unaccounted(tmp_path / "warehouse") == []


@pytest.mark.parametrize("name", USELESS)
def test_a_file_that_cannot_be_used_is_named_with_what_is_wrong(untouched: Path, name: str) -> None:
    content, words = USELESS[name]
    (untouched / name).write_bytes(content)
    durable = untouched / "warehouse" / "durable.duckdb"
    loads = doors.ask(durable, "select count(*) from ops.loads where status = 'landed'")
    done = doors.command("run", name, folder=untouched)
    assert done.exit_code == 2, done.errors
    assert name in done.errors
    assert words in done.errors
    assert "Traceback" not in done.errors
    assert doors.ask(durable, "select count(*) from ops.loads where status = 'landed'") == loads


@pytest.mark.parametrize("header", ["order_id,customer_id,ordered_at,amonut", "order_id,customer_id,ordered_at,colour"])
def test_orders_without_an_amount_are_refused_and_not_taken_for_customers(tmp_path: Path, header: str) -> None:
    (tmp_path / "orders.csv").write_text(f"{header}\n1,a,2024-01-01,5\n")
    done = doors.command("land", "orders.csv", folder=tmp_path)
    assert done.exit_code == 2
    assert "amount" in done.errors


@pytest.mark.parametrize(
    ("stage", "first"), [("learn", "build"), ("finish", "build"), ("check", "finish"), ("publish", "finish")]
)
def test_a_stage_on_a_build_that_failed_early_says_what_to_run_first(
    published: Path, tmp_path: Path, stage: str, first: str
) -> None:
    shutil.copytree(published / "warehouse", tmp_path / "warehouse")
    with DuckDBEngine(tmp_path / "warehouse").build(fresh=True):
        pass
    done = doors.command("run", "--stage", stage, folder=tmp_path)
    assert done.exit_code == 2
    assert f"regulars run --stage {first}" in done.errors


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["run", "absent.csv"], 2, "There is no file absent.csv"),
        (["run", "."], 2, "is a folder"),
        (["run", "--stage", "bake"], 2, "There is no stage `bake`. The stages are: land"),
        (["run", "--stage", "learn"], 2, "of a build in flight"),
        (["run", "--map", "twelve"], 2, "eleven, ten, eight, seven, six"),
        (["run", "--k", "1"], 2, "Error: clusters: k = 1: write 2 or more"),
        (["run", "--k", "many"], 2, "many"),
        (["run", "--as-of", "2024-13-01"], 2, "2024-13-01"),
        (["run", "--window-days", "0"], 2, "window-days"),
        (["run", "--window-days", "99999"], 2, "Error: rfm.window_days:"),
        (["run", "--settings", "absent.toml"], 2, "regulars init"),
        (["customer", "nobody@nowhere.example"], 2, "Nobody is known"),
        (["export", "list.doc"], 2, "no format"),
        (["export", "list.csv", "--segment", "Nobodies"], 2, "There is no segment `Nobodies`"),
        (["export", "list.csv", "--column", "shoe_size"], 2, "no column `shoe_size`"),
        (["sql", "select * from nowhere"], 2, "nowhere"),
        (["sql", "drop table marts.fct_orders"], 2, ""),
        (["docs", "nowhere"], 2, "There is no table `nowhere`"),
        (["segments", "-w", "elsewhere"], 3, "Nothing is published"),
        (["export", "list.csv", "-w", "elsewhere"], 3, "Nothing is published"),
        (["sql", "select 1", "-w", "elsewhere"], 3, "Nothing is published"),
        (["run", "-w", "mysql://somewhere"], 2, "No engine serves"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_words_that_cannot_be_followed(untouched: Path, words: list[str], exit_code: int, said: str) -> None:
    done = doors.command(*words, folder=untouched)
    assert (done.exit_code, "Traceback" in done.errors) == (exit_code, False), done.errors
    assert said in " ".join(done.errors.split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[rfm\n", "no valid TOML"),
        ("[rfm]\nwindow_day = 3\n", "rfm.window_day: no such setting"),
        ("[rfm]\nwindow_days = 0\n", "rfm.window_days"),
        ("[shop]\ntimezone = 'Mars/Olympus'\n", "IANA"),
        ("[rfm.recency]\nmethod = 'cuts'\n", "cuts"),
        ("[sources.orders]\nentity = 'wishes'\n", "sources.orders.entity"),
        ("[sources.orders]\npath = 'ok.csv'\nfields = { amount = 'no_such_column' }\n", "no_such_column"),
        ("[sources.orders]\npath = 'ok.csv'\npreset = 'kiosk'\n", "kiosk"),
    ],
)
def test_settings_that_do_not_fit_are_all_named(untouched: Path, content: str, said: str) -> None:
    (untouched / "ok.csv").write_text(HEADER + GOOD)
    (untouched / "bad.toml").write_text(content)
    done = doors.command("run", "--settings", "bad.toml", folder=untouched)
    assert (done.exit_code, "Traceback" in done.errors) == (2, False), done.errors
    assert said in " ".join(done.errors.split())


def test_a_second_run_is_turned_away_while_readers_go_on(untouched: Path) -> None:
    with open_engine(Settings(warehouse=str(untouched / "warehouse"))).lock():
        turned_away = doors.process("run", folder=untouched)
        reading = doors.command("segments", "--json", folder=untouched)
    assert turned_away.exit_code == 4, turned_away.errors
    assert "Wait for it to end" in turned_away.errors
    assert reading.exit_code == 0
    assert reading.rows


def test_a_file_that_changes_while_it_is_read_is_not_kept(untouched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = untouched / "growing.csv"
    file.write_text(HEADER + GOOD)
    land: Callable[..., Any] = land_stage.land_delivery

    def grown(*arguments: Any) -> Any:
        with file.open("a") as more:
            more.write("9002,good,2024-01-02,6.00\n")
        return land(*arguments)

    monkeypatch.setattr(land_stage, "land_delivery", grown)
    durable = untouched / "warehouse" / "durable.duckdb"
    rows = doors.ask(durable, "select count(*) from staging.orders")
    done = doors.command("run", "growing.csv", folder=untouched)
    assert done.exit_code == 2, done.errors
    assert "changed while it was read" in done.errors
    assert doors.ask(durable, "select count(*) from staging.orders") == rows


def test_a_damaged_warehouse_is_said_to_be_damaged(published: Path, tmp_path: Path) -> None:
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "live.duckdb").write_bytes(b"this is no database" * 1000)
    done = doors.command("segments", folder=tmp_path)
    assert (done.exit_code, "Traceback" in done.errors) == (3, False), done.errors
    shutil.copytree(published / "warehouse" / "dbt", tmp_path / "warehouse" / "dbt")
    (tmp_path / "warehouse" / "durable.duckdb").write_bytes(b"this is no database" * 1000)
    (tmp_path / "orders.csv").write_text(HEADER + GOOD)
    done = doors.command("run", "orders.csv", folder=tmp_path)
    assert (done.exit_code, "Traceback" in done.errors) == (3, False), done.errors


@pytest.mark.parametrize("what", ["header only", "nothing but bad rows", "refunds alone", "one order"])
def test_a_shop_with_next_to_nothing_in_it_runs_or_says_why_not(published: Path, tmp_path: Path, what: str) -> None:
    rows = {
        "header only": "",
        "nothing but bad rows": "1,a,never,5\n2,b,2024-01-01,much\n",
        "refunds alone": "1,a,2024-01-01,-5\n2,b,2024-01-02,-6\n",
        "one order": GOOD,
    }
    shutil.copytree(published / "warehouse" / "dbt", tmp_path / "warehouse" / "dbt")
    (tmp_path / "orders.csv").write_text(HEADER + rows[what])
    done = doors.command("run", "orders.csv", folder=tmp_path)
    assert "Traceback" not in done.errors
    assert doors.unaccounted(tmp_path / "warehouse") == []
    if what in ("refunds alone", "one order"):
        assert done.exit_code == 0, done.errors
        people = doors.ask(tmp_path / "warehouse" / "live.duckdb", "select count(*) from marts.customer_360")
        assert people == [(rows[what].count("\n"),)]
    else:
        assert done.exit_code == 2, done.errors
        assert "orders.csv" in done.errors


def test_a_million_bad_rows_are_quick_and_bounded(tmp_path: Path) -> None:
    rows = 1_000_000
    numbers = pa.array(range(rows)).cast(pa.string())
    orders = pa.table(
        {
            "order_id": numbers,
            "customer_id": pa.repeat("c", rows),
            "ordered_at": pa.repeat("2024-01-01", rows),
            "amount": pa.array(["a lot"] * (rows - 1) + ["5.00"]),
        }
    )
    csv.write_csv(orders, tmp_path / "orders.csv")
    started = time.monotonic()
    running = subprocess.Popen([doors.SCRIPT, "land", "orders.csv", "-q"], cwd=tmp_path)
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0
    assert time.monotonic() - started < 60
    assert used.ru_maxrss < 3 * 2**20  # KiB
    durable = tmp_path / "warehouse" / "durable.duckdb"
    assert doors.ask(durable, "select rows, staged, rejected from ops.loads") == [(rows, 1, rows - 1)]
    assert doors.unaccounted(tmp_path / "warehouse") == []
