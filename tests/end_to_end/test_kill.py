"""Kill it anywhere, run it again: the same marts, row for row; readers only ever see whole states."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.end_to_end import doors, killed

from regulars.engines.journal import FileJournal

KILLS = [
    ("land", "uncommitted"),
    ("land", "committed"),
    ("resolve", "uncommitted"),
    ("resolve", "unsaid"),
    ("build", "models"),
    ("learn", "uncommitted"),
    ("finish", "models"),
    ("check", "models"),
    ("publish", "renaming"),
    ("publish", "unsaid"),
]
SETTINGS = """
[sources.customers]
path = "customers*.csv"
[sources.orders]
path = "orders*.csv"
"""
HERE = Path(__file__).parent

# A server that has imported everything, and done nothing yet, forks the processes that will die.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.end_to_end.imported"])


@dataclass
class Shops:
    """One published day of a shop; each kill happens in a copy of it that has got the next day's files."""

    root: Path
    day_one: Path
    before: dict[str, tuple[int, int]]
    undisturbed: Path
    deaths: dict[tuple[str, str], Future[int | None]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def shops(shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    """Publishes the first day, starts the reader and the runs that will be killed, two at a time."""
    root = tmp_path_factory.mktemp("shops")
    day_one = root / ".day_one"
    day_one.mkdir()
    (day_one / "regulars.toml").write_text(SETTINGS)
    _first_day(shop_files, day_one)
    assert doors.command("run", "-q", folder=day_one).exit_code == 0
    shops = Shops(root, day_one, doors.marts(day_one / "warehouse"), root / "undisturbed")
    with (root / "seen").open("w") as seen, ThreadPoolExecutor(2) as pool:
        reader = subprocess.Popen([sys.executable, str(HERE / "reader.py"), str(root)], stdout=seen)
        try:
            for kill in KILLS:
                shops.deaths[kill] = pool.submit(_killed, shops, shop_files, kill)
            _second_day(shops, shop_files, shops.undisturbed)
            assert doors.command("run", "-q", folder=shops.undisturbed).exit_code == 0
            yield shops
        finally:
            (root / "stop").touch()
            reader.wait(30)


def _first_day(files: Path, folder: Path) -> None:
    for name, share in (("customers.csv", 0.8), ("orders.csv", 0.6)):
        lines = (files / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name.replace(".", "_1.")).write_text("".join(lines[: int(len(lines) * share)]), encoding="utf-8")


def _second_day(shops: Shops, files: Path, folder: Path) -> None:
    """The whole customer list, and orders that overlap with the first day's, the overlap in part changed."""
    copy = folder.with_name(f".{folder.name}")
    shutil.copytree(shops.day_one, copy)
    shutil.copy(files / "customers.csv", copy / "customers_2.csv")
    header, *lines = (files / "orders.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    lines = [line.replace("completed", "cancelled") if number % 5 == 0 else line for number, line in enumerate(lines)]
    (copy / "orders_2.csv").write_text(header + "".join(lines[len(lines) // 2 :]), encoding="utf-8")
    # Under its name only when it is whole, for the reader looks at every shop.
    os.replace(copy, folder)


def _killed(shops: Shops, files: Path, kill: tuple[str, str]) -> int | None:
    folder = shops.root / "-".join(kill)
    _second_day(shops, files, folder)
    run = PROCESSES.Process(target=killed.run, args=(folder, *kill))
    run.start()
    run.join(120)
    return run.exitcode


@pytest.mark.parametrize("kill", KILLS, ids="-".join)
def test_a_run_after_a_kill_ends_where_an_undisturbed_run_does(shops: Shops, kill: tuple[str, str]) -> None:
    assert shops.deaths[kill].result() == -signal.SIGKILL
    folder = shops.root / "-".join(kill)
    warehouse = folder / "warehouse"
    journal = FileJournal(warehouse / "journal.sqlite")
    died = journal.running()
    assert died is not None
    stages = journal.stages_table(died.run_id).to_pylist()
    assert [stage["stage"] for stage in stages if stage["status"] == "running"] == [kill[0]]
    assert "Interrupted" in doors.command("status", folder=folder).output
    after = doors.marts(shops.undisturbed / "warehouse")
    assert doors.marts(warehouse) == (after if kill == ("publish", "unsaid") else shops.before)

    again = doors.command("run", "-q", folder=folder)

    assert again.exit_code == 0, again.errors
    assert doors.different(doors.marts(warehouse), after) == []
    assert doors.different(doors.durable(warehouse), doors.durable(shops.undisturbed / "warehouse")) == []
    assert doors.unaccounted(warehouse) == []
    runs = doors.ask(warehouse / "live.duckdb", "select run_id, status from ops.runs order by started_at")
    assert [status for _, status in runs] == ["done", "interrupted", "done"]
    assert runs[1][0] == died.run_id


def test_the_second_day_restates_the_first(shops: Shops) -> None:
    """So the runs above, which all end alike, have kept and published every restatement once."""
    live = shops.undisturbed / "warehouse" / "live.duckdb"
    causes = doors.ask(live, "select distinct cause from marts.segment_events where is_restatement order by cause")
    assert causes == [("data correction",), ("threshold drift",)]


def test_no_row_is_landed_twice(shops: Shops) -> None:
    landed = "select count(*) from (select 1 from {} group by _load_id, _row having count(*) > 1)"
    for stage, moment in KILLS:
        file = shops.root / f"{stage}-{moment}" / "warehouse" / "durable.duckdb"
        for table in ("raw.customers", "raw.orders", "staging.customer_records", "staging.orders"):
            assert doors.ask(file, landed.format(table)) == [(0,)], (stage, moment, table)


def test_a_reader_only_ever_sees_whole_states(shops: Shops) -> None:
    seen = [json.loads(line) for line in (shops.root / "seen").read_text().splitlines()]
    states = {
        doors.ask(
            folder / "warehouse" / "live.duckdb",
            "select (select count(*) from marts.fct_orders),"
            " (select sum(cast(hash(c) as hugeint))::varchar from marts.customer_360 c)",
        )[0]
        for folder in (shops.day_one, shops.undisturbed)
    }
    assert [line for line in seen if "error" in line] == []
    facts = ("parameters", "lost", "without_a_row", "running")
    assert {tuple(line[fact] for fact in facts) for line in seen} == {(1, 0, 0, 0)}
    assert {line["marts"] for line in seen} == {sum(table.startswith("marts.") for table in shops.before)}
    assert {(line["orders"], line["customers"]) for line in seen} <= states
    both = {line["shop"] for line in seen if (line["orders"], line["customers"]) == min(states)}
    assert both & {line["shop"] for line in seen if (line["orders"], line["customers"]) == max(states)}
