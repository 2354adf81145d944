"""Landing and resolving give the same tables on PostgreSQL as in the embedded warehouse, row for row, whatever happens.

Twins: two warehouses, one of each kind, that the same commands are given to.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end import doors, killed
from tests.servers import Postgres

LAND = ("run", "-q", "--stage", "land", "--stage", "resolve")
SETTINGS = """
[sources.customers]
path = "customers*.csv"
[sources.orders]
path = "orders*.csv"
[sources.pos]
path = "pos*.jsonl"
entity = "orders"
[sources.lines]
path = "lines*.csv"
entity = "order_lines"
"""
LONG = "how did our customers hear of us, and what would they tell their friends of it, if they did"
# Two first names in one house: for somebody to decide.
HOUSEHOLD = """customer_id,first_name,last_name,address,city,postcode
q1,Anna,Quistgaard,12 Long Acre,Leeds,LS1 4AP
q2,Peter,Quistgaard,12 Long Acre,Leeds,LS1 4AP
"""
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.end_to_end.imported"])


@dataclass
class Twins:
    """The folder that both are run in, and where they are."""

    folder: Path
    url: str

    def __call__(self, *words: str, exit_code: int = 0) -> tuple[doors.Outcome, doors.Outcome]:
        """Gives both the same command and returns what came of it, the embedded one's first."""
        embedded, other = (doors.command(*words, "-w", w, folder=self.folder) for w in ("warehouse", self.url))
        assert (embedded.exit_code, other.exit_code) == (exit_code, exit_code), f"{embedded.errors}\n{other.errors}"
        return embedded, other

    def differences(self) -> list[str]:
        embedded = doors.durable(self.folder / "warehouse")
        embedded.pop("ops.raw_columns")
        return doors.different(embedded, self.on_postgres())

    def on_postgres(self) -> dict[str, tuple[int, int]]:
        return doors.durable_on_postgres(self.url, self.folder / "copy.duckdb")

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Asks the copy that the last comparison made of the PostgreSQL side."""
        return doors.ask(self.folder / "copy.duckdb", sql)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def twins(server: Postgres, shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    """Both after a day: most of a shop's customers and orders, and sources with everything that is odd."""
    folder = tmp_path_factory.mktemp("twins")
    (folder / "regulars.toml").write_text(SETTINGS)
    for name, share in (("customers.csv", 0.8), ("orders.csv", 0.6)):
        lines = (shop_files / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name.replace(".", "_1.")).write_text("".join(lines[: int(len(lines) * share)]), encoding="utf-8")
    sales = [
        {"order_id": "a\0b", "ordered_at": "2025-01-02", "amount": "5", "email": "ann@mail.test", LONG + "1": "x\0"},
        {"order_id": "2", "ordered_at": "2025-01-02", "amount": "ninety\0", LONG + "2": "y", "ctid": "z"},
        {"order_id": "3", "ordered_at": "never", "amount": "1", "email": "ann@mail.test", "ctid": None},
    ]
    (folder / "pos_1.jsonl").write_text("".join(json.dumps(sale) + "\n" for sale in sales))
    header = "order_id,ordered_at,quantity,unit_price,product_id,email\n"
    (folder / "lines_1.csv").write_text(
        header + "".join(f"{n // 3},2025-02-03,{n % 4},2.5,p{n % 5},\n" for n in range(60))
    )
    twins = Twins(folder, server.new_database())
    twins(*LAND)
    return twins


@pytest.fixture(scope="module")
def next_day(twins: Twins, shop_files: Path) -> Twins:
    """Both after another day: all customers, overlapping orders some of which changed, and new columns."""
    folder = twins.folder
    shutil.copy(shop_files / "customers.csv", folder / "customers_2.csv")
    (folder / "customers_3.csv").write_text(HOUSEHOLD)
    header, *lines = (shop_files / "orders.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    lines = [line.replace("completed", "cancelled") if number % 5 == 0 else line for number, line in enumerate(lines)]
    (folder / "orders_2.csv").write_text(header + "".join(lines[len(lines) // 2 :]), encoding="utf-8")
    sale = {
        "order_id": "3",
        "ordered_at": "2025-01-03",
        "amount": "1",
        "email": "ann@mail.test",
        LONG + "2": "again",
        LONG + "3": "new",
        "xmin": "1",
    }
    (folder / "pos_2.jsonl").write_text(json.dumps(sale) + "\n")
    header = "order_id,ordered_at,quantity,unit_price,product_id,email\n"
    changed = "".join(f"{n // 3},2025-02-03,{n % 4 + n % 2},2.5,p{n % 5},li@mail.test\n" for n in range(6, 30))
    same = "".join(f"{n // 3},2025-02-03,{n % 4},2.5,p{n % 5},\n" for n in range(30, 45))
    (folder / "lines_2.csv").write_text(header + changed + same)
    twins(*LAND)
    return twins


def test_what_landed_and_who_is_who_is_the_same(next_day: Twins) -> None:
    assert next_day.differences() == []
    loads = next_day.ask(
        "select sum(rejected), sum(duplicates), sum(superseded) from ops.loads where status = 'landed'"
    )
    assert all(count > 0 for count in loads[0]), loads
    assert next_day.ask("select count(*) from identity.records where linked_by = 'match'") > [(0,)]


def test_columns_that_postgresql_cannot_have_keep_their_content(next_day: Twins) -> None:
    next_day.on_postgres()
    renamed = dict(next_day.ask("select received, stored from ops.raw_columns order by 1"))
    assert list(renamed) == ["ctid", LONG + "1", LONG + "2", LONG + "3", "xmin"]
    assert next_day.ask(f'select "{renamed[LONG + "2"]}" from raw.pos order by _load_id, _row') == [
        (None,), ("y",), (None,), ("again",)
    ]  # fmt: skip


def test_landing_again_lands_nothing(next_day: Twins) -> None:
    before = next_day.on_postgres()
    embedded, other = next_day("run", "--stage", "land", "--stage", "resolve")
    for outcome in (embedded, other):
        assert "nothing new in 9 file(s)" in outcome.errors and "nothing new, " in outcome.errors
    assert next_day.on_postgres() == before


def test_people_are_reviewed_explained_merged_and_parted_alike(next_day: Twins) -> None:
    pairs, others = (outcome.rows for outcome in next_day("identity", "review", "--json", "--limit", "5"))
    assert pairs == others and pairs
    left, right = (str(pairs[0][side]["customer_id"]) for side in ("left", "right"))
    why, why_there = (outcome.rows for outcome in next_day("identity", "explain", left, right, "--json"))
    assert why == why_there
    assert why[0]["weighed"]["comparisons"]
    for words in (("merge", left, right, "--reason", "one house"), ("undo", left, right), ("never", left, right)):
        embedded, other = next_day("identity", *words, "--json")
        assert embedded.rows == other.rows
        assert next_day.differences() == []
    _, other = next_day("identity", "merge", left, right, exit_code=2)
    assert "contradicts" in other.errors
    decided = [outcome.rows for outcome in next_day("identity", "decisions", "--json")]
    assert [[row["decision"] for row in rows] for rows in decided] == [["never"], ["never"]]


@pytest.mark.parametrize(("stage", "moment"), [("land", "handed over"), ("resolve", "written back")])
def test_nothing_of_what_was_killed_stays(next_day: Twins, stage: str, moment: str) -> None:
    """And a run after it ends where an undisturbed one does."""
    folder, name = next_day.folder, f"orders_of_{stage}.csv"
    (folder / name).write_text(
        "order_id,customer_id,email,ordered_at,amount\n"
        f"100001,killed-{stage},,2025-06-01,9\nkilled-{stage},killed-{stage},new@{stage}.test,2025-06-01,9\n"
    )
    if stage == "resolve":
        next_day("land", "-q")
    before = next_day.on_postgres()
    run = PROCESSES.Process(target=killed.run, args=(folder, stage, moment, *LAND, "-w", next_day.url))
    run.start()
    run.join(120)
    assert run.exitcode == -signal.SIGKILL
    assert next_day.on_postgres() == before
    next_day(*LAND)
    assert next_day.differences() == []
    assert next_day.ask("select count(*) from identity.records where source_customer_id = 'email:new@land.test'") <= [
        (1,)
    ]
    assert next_day.on_postgres() != before


def test_another_mapping_is_applied_to_all_that_landed(next_day: Twins) -> None:
    next_day.folder.joinpath("regulars.toml").write_text(
        SETTINGS.replace('entity = "orders"', f'entity = "orders"\n[sources.pos.fields]\nstore = \'"{LONG}2"\'')
    )
    next_day("land", "-q", "--restage")
    assert next_day.differences() == []
    assert next_day.ask("select store from staging.orders where source = 'pos' order by _load_id, _row")[-1] == (
        "again",
    )
    next_day("run", "-q", "--stage", "land", "--stage", "resolve", "--full-refresh")
    assert next_day.differences() == []
    assert next_day.ask("select count(*) from ops.loads where status = 'replaced'") > [(8,)]
