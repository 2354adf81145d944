"""Whatever fails around a run on PostgreSQL: it says what, readers keep what was live, and the next run mends it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.end_to_end import failing
from tests.fingerprints import fingerprint, fingerprints
from tests.servers import PASSWORD, Postgres, postgres

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.postgres import PostgresEngine
from regulars.engines.postgres_address import Address
from regulars.engines.postgres_session import connected

SETTINGS = """
[sources.customers]
path = "customers*.csv"
[sources.orders]
path = "orders*.csv"
[clusters]
k = 3
# A fifth of the past is cancelled from one day to the next here, which is no usual news.
[quality]
drift = "off"
"""
# In each stage once, one run after the other: each goes on from where the one before it was broken off.
DEATHS = [
    ("land", "immediate"),
    ("resolve", "kill"),
    ("build", "immediate"),
    ("learn", "kill"),
    ("finish", "immediate"),
    ("check", "immediate"),
    ("publish", "kill"),
]
CUTS = [(stage, "connections") for stage, _ in DEATHS]
ROWS = """
select (select count(*) from raw.customers) as customers, (select count(*) from raw.orders) as orders,
    (select count(*) from staging.orders) as staged, (select count(*) from staging.superseded) as superseded,
    (select count(*) from ops.identity_ids) as ids, (select count(*) from ops.loads where status = 'landed') as loads
"""

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.end_to_end.imported"])


@dataclass
class Shop:
    """A shop of which one day is published, in a database of its own, and whose second day's files have come."""

    server: Postgres
    folder: Path
    url: str

    def run(self, stage: str | None = None, fault: str = "", place: str = "") -> tuple[int | None, str]:
        """Runs everything, with something that fails in a stage; gives the exit code and what was said."""
        process = PROCESSES.Process(target=failing.run, args=(self.folder, self.url, stage, fault, place))
        process.start()
        process.join(300)
        return process.exitcode, (self.folder / "said").read_text()

    def published(self) -> dict[str, str]:
        """The fingerprints of what readers see, without numbers of loads and runs: one that failed has a number too."""
        with PostgresEngine(self.url).live() as live:
            found = fingerprints(live, ("marts", "learned", "raw"))
            for table in found:
                if numbers := [
                    column for column in live.columns(table) if column.endswith("load_id") or column == "restated_by"
                ]:
                    kept = ", ".join(column for column in live.columns(table) if column not in numbers)
                    found[table] = fingerprint(live.stream(f"select {kept} from {table}"))
            return found

    def durable(self) -> list[dict[str, int]]:
        """How many rows of each kind were landed and resolved."""
        with connected(PostgresEngine(self.url).address) as session:
            return session.query(ROWS).to_pylist()


@dataclass
class Shops:
    """Shops that are alike: each is a copy of one published day."""

    server: Postgres
    files: Path
    root: Path
    template: str
    before: dict[str, str]

    def open(self, name: str, options: str = "") -> Shop:
        """One more of them."""
        folder = self.root / name
        shutil.copytree(self.root / "day_one", folder)
        for entity in ("customers", "orders"):
            header, *lines = (self.files / f"{entity}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
            # The second day brings what overlaps with the first, in part changed.
            changed = [line.replace("completed", "cancelled") if n % 5 == 0 else line for n, line in enumerate(lines)]
            (folder / f"{entity}_2.csv").write_text(header + "".join(changed[len(lines) // 2 :]), encoding="utf-8")
        self.server.run(f'create database "{name}" template {self.template} strategy file_copy {options}')
        return Shop(self.server, folder, self.server.address(database=name))


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    root = tmp_path_factory.mktemp("shops")
    files = root / "files"
    generate(ShopOptions(customers=60, seed=5), files)
    day_one = root / "day_one"
    day_one.mkdir()
    (day_one / "regulars.toml").write_text(SETTINGS)
    for entity in ("customers", "orders"):
        lines = (files / f"{entity}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (day_one / f"{entity}_1.csv").write_text("".join(lines[: len(lines) * 3 // 4]), encoding="utf-8")
    with postgres() as server:
        shop = Shop(server, day_one, server.new_database())
        code, said = shop.run()
        assert code == 0, said
        yield Shops(server, files, root, Address.of(shop.url).database, shop.published())


@pytest.fixture(scope="module")
def undisturbed(shops: Shops) -> Shop:
    """The shop after its second day, in which nothing failed."""
    shop = shops.open("undisturbed")
    code, said = shop.run()
    assert code == 0, said
    assert shop.published() != shops.before
    return shop


def _postmaster(server: Postgres) -> str:
    return (server.folder / "data" / "postmaster.pid").read_text().splitlines()[0]


def _is_down(server: Postgres) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) != 0


def _revive(server: Postgres) -> None:
    """Starts a server that was killed; where nobody buries the dead, it would take its old self for alive."""
    left = server.folder / "data" / "postmaster.pid"
    if left.exists():
        process = Path("/proc") / left.read_text().splitlines()[0] / "stat"
        assert not process.exists() or process.read_text().rpartition(")")[2].split()[0] == "Z"
        left.unlink()
    (server.folder / f".s.PGSQL.{server.port}.lock").unlink(missing_ok=True)
    server.start()


def _ends_as(shop: Shop, undisturbed: Shop) -> None:
    code, said = shop.run()
    assert code == 0, said
    assert shop.published() == undisturbed.published()
    assert shop.durable() == undisturbed.durable()


def test_a_server_that_dies_in_any_stage_costs_nothing_but_the_run(shops: Shops, undisturbed: Shop) -> None:
    shop = shops.open("dying")
    for stage, fault in DEATHS:
        code, said = shop.run(stage, fault, _postmaster(shops.server))
        assert _is_down(shops.server), (stage, fault, code, said)
        _revive(shops.server)
        assert code == 3, (stage, fault, said)
        assert "broke off" in said or "does not answer" in said, (stage, fault, said)
        assert "Traceback" not in said and PASSWORD not in said, (stage, fault, said)
        assert shop.published() == shops.before, (stage, fault)
    _ends_as(shop, undisturbed)


def test_connections_that_are_cut_in_any_stage_cost_nothing_but_the_run(shops: Shops, undisturbed: Shop) -> None:
    shop = shops.open("cut")
    for stage, fault in CUTS:
        code, said = shop.run(stage, fault)
        assert code == 3, (stage, fault, said)
        assert "Traceback" not in said and PASSWORD not in said, (stage, fault, said)
        assert shop.published() == shops.before, (stage, fault)
    _ends_as(shop, undisturbed)


@pytest.mark.parametrize("stage", ["resolve", "build"])
def test_a_run_that_has_lost_its_lock_writes_and_publishes_nothing_more(
    shops: Shops, undisturbed: Shop, stage: str
) -> None:
    shop = shops.open(f"unlocked_{stage}")
    code, said = shop.run(stage, "lock")
    assert (code, "held the lock of this run was lost" in said or "broke off" in said) == (3, True), said
    assert shop.published() == shops.before
    _ends_as(shop, undisturbed)


def test_while_another_run_holds_the_lock_nothing_is_touched(shops: Shops) -> None:
    shop = shops.open("held")
    rows = shop.durable()
    with PostgresEngine(shop.url).lock():
        code, said = shop.run()
    assert (code, "is held by" in said) == (4, True), said
    assert (shop.published(), shop.durable()) == (shops.before, rows)


def test_who_may_only_read_is_told_so_and_can_read(shops: Shops) -> None:
    shop = shops.open("read")
    PostgresEngine(shop.url).set_up()
    rows = shop.durable()
    shops.server.run("create role viewer login password 'sesame' in role regulars_reader")
    viewer = Shop(shops.server, shop.folder, shop.url.replace(f"shop:{PASSWORD}@", "viewer:sesame@"))
    code, said = viewer.run()
    assert (code, "viewer may not do this" in said) == (3, True), said
    assert viewer.published() == shops.before
    assert shop.durable() == rows


def test_a_server_that_is_not_there_is_named(shops: Shops) -> None:
    shop = shops.open("gone")
    shops.server.stop()
    try:
        code, said = shop.run()
    finally:
        shops.server.start()
    assert (code, "does not answer" in said, PASSWORD in said) == (3, True, False), said
    assert shop.published() == shops.before


@contextmanager
def _small_disk(size: int) -> Iterator[Path]:
    """A disk of so many megabytes, for root or who may become root without a word."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    folder = Path(tempfile.mkdtemp(prefix="regulars-disk-"))
    mounting = [*sudo, "mount", "-t", "tmpfs", "-o", f"size={size}m,mode=1777", "regulars", str(folder)]
    try:
        done = subprocess.run(mounting, capture_output=True, check=False) if not sudo or shutil.which("sudo") else None
        if done is None or done.returncode:
            pytest.skip("no small disk can be mounted: run as root, or let sudo work without a password")
        try:
            yield folder
        finally:
            subprocess.run([*sudo, "umount", "-l", str(folder)], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_full_disk_is_told_and_what_was_live_stays(shops: Shops, undisturbed: Shop) -> None:
    with _small_disk(300) as disk:
        place = disk / "tables"
        place.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(place, (shops.server.folder / "data").owner())
        shops.server.run(f"create tablespace small location '{place}'")
        shop = shops.open("full", "tablespace small")
        try:
            for stage in ("land", "build"):
                code, said = shop.run(stage, "disk", str(disk))
                (disk / "ballast").unlink()
                assert (code, "no room" in said) == (3, True), (stage, said)
                assert shop.published() == shops.before, stage
            _ends_as(shop, undisturbed)
        finally:
            shops.server.run('drop database "full" with (force)', "drop tablespace small")
