"""Somebody who stands in three sources, as a guest, in a rejected row and in a line that cannot be read is erased.

Then their texts are looked for by this test's own means in every file and in every value of every table; the same files
are landed again in every way there is; and an erasure is killed wherever it can be.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end import doors
from tests.servers import Postgres

from regulars.engines.base import open_engine
from regulars.privacy.proof import Proof
from regulars.settings import Settings

SETTINGS = """
[sources.crm]
path = "crm*.csv"
entity = "customers"
[sources.loyalty]
path = "loyalty.csv"
entity = "customers"
id_space = "card"
[sources.orders]
path = "orders*.csv"
[identity]
probabilistic = false
"""
EMAIL, OLD_EMAIL = "zebedia.quux@rarepost.example", "zebedia@formerpost.example"
# As they stand in the files or in the warehouse; nobody else's contains one of them.
TEXTS = (
    *("zebedia", "quuxhollander", "formerpost", "rarepost", "peculiar crescent", "447700900461", "07700 900461"),
    *("zq7777", "L-77001", "9zq777"),
)
PROCESSES = multiprocessing.get_context("spawn")


def _write_shop(folder: Path) -> None:
    people = [
        f"c{n},Person{n},Family{n},person{n}@post.example,+4477009{n:05d},{n} Long Road" for n in range(1000, 1040)
    ]
    head = "customer_id,first_name,last_name,email,phone,address"
    theirs = f"zq7777,Zebedia,Quuxhollander,{OLD_EMAIL},07700 900461,93 Peculiar Crescent"
    (folder / "crm1.csv").write_text("\n".join([head, *people, theirs]) + "\n")
    # A newer version of their record, with another address.
    (folder / "crm2.csv").write_text(f"{head}\n{theirs.replace(OLD_EMAIL, EMAIL.upper())}\n")
    cards = [f"L-{n},person{n}@post.example,Person{n} Family{n}" for n in range(1000, 1010)]
    (folder / "loyalty.csv").write_text(
        "\n".join(["customer_id,email,full_name", *cards, f"L-77001,{EMAIL},Zebedia Quuxhollander"]) + "\n"
    )
    orders = [
        f"{n * 10 + k},c{n},,2025-{1 + (n + k * 3) % 12:02d}-{1 + n % 27:02d},{20 + (n * 7 + k) % 90}.50"
        for n in range(1000, 1040)
        for k in range(1 + n % 4)
    ]
    theirs = [
        "9zq777,zq7777,,2025-12-30,99.00",
        f"900778,,{EMAIL},2025-06-05,12.00",
        f"900779,,{OLD_EMAIL},2025-05-05,13.00",
        f"900780,,{EMAIL},no day at all,14.00",
        "9zq777,zq7777,,2025-12-30,99.00",
        f"900781,,{EMAIL},2025-06-06,15.00,too,many,fields",
    ]
    (folder / "orders.csv").write_text(
        "\n".join(["order_id,customer_id,email,ordered_at,amount", *orders, *theirs]) + "\n"
    )
    (folder / "regulars.toml").write_text(SETTINGS)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published shop, which nobody was erased from."""
    folder = tmp_path_factory.mktemp("shop")
    _write_shop(folder)
    done = doors.command("run", "-q", folder=folder)
    assert done.exit_code == 0, done.errors
    said = doors.command("identity", "never", "zq7777", "c1001", "--reason", f"{EMAIL} is nobody's twin", folder=folder)
    assert said.exit_code == 0, said.errors
    return folder


@pytest.fixture(scope="module")
def erased(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Proof]]:
    """The same shop after the erasure; its proof."""
    folder = _copy(shop, tmp_path_factory.mktemp("erased") / "shop")
    (folder / "lists").mkdir()
    (folder / "lists" / "all.csv").write_text(f"email\n{EMAIL}\n")
    (folder / "lists" / "few.csv").write_text("email\nperson1001@post.example\n")
    words = ("forget", EMAIL, "--yes", "-q", "--exports", "lists", "-o", "proof.json")
    done = doors.command(*words, folder=folder)
    assert done.exit_code == 0, done.output + done.errors
    yield folder, Proof.from_json((folder / "proof.json").read_text())


def _copy(shop: Path, to: Path) -> Path:
    shutil.copytree(shop, to)
    return to


def _traces(warehouse: Path) -> list[str]:
    """Where any of the texts stands: in the bytes of a file, or in a value of a table, looked at row by row."""
    found = []
    for file in sorted(path for path in warehouse.rglob("*") if path.is_file()):
        content = file.read_bytes().lower()
        found += [f"{file.name}: {text}" for text in TEXTS if len(text) > 6 and text.lower().encode() in content]
        if file.suffix != ".duckdb":
            continue
        for schema, table in doors.ask(file, "select schema_name, table_name from duckdb_tables()"):
            tests = " or ".join(f"contains(line, '{text.lower()}')" for text in TEXTS)
            sql = (
                f'select line from (select lower(cast(t as varchar)) as line from "{schema}"."{table}" t) where {tests}'
            )
            found += [f"{file.name} {schema}.{table}: {line[:80]}" for (line,) in doors.ask(file, sql)]
    return found


def _others(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What the erasure must leave as it is: everybody else's orders, identities and values."""
    live = warehouse / "live.duckdb"
    theirs = (
        "(select customer_id from marts.customer_identity_map"
        f" where source_customer_id in ('zq7777', 'email:{OLD_EMAIL}'))"
    )
    return {
        name: doors.ask(live, f"select {columns} from marts.{name} where customer_id not in {theirs} order by all")
        for name, columns in {
            "fct_orders": "customer_id, order_id, order_date, net_amount",
            "fct_customer_rfm": "customer_id, recency, frequency, monetary",
            "customer_identity_map": "source, source_customer_id, customer_id, email, phone",
        }.items()
    }


def test_before_it_there_is_much_to_find(shop: Path) -> None:
    found = _traces(shop / "warehouse")
    for place in ("raw.orders", "staging.rejected_rows", "identity.records", "marts.", "ops.identity_decisions"):
        assert any(place in where for where in found), place


def test_a_rehearsal_names_what_would_go_and_changes_nothing(shop: Path) -> None:
    before = doors.durable(shop / "warehouse"), doors.marts(shop / "warehouse")
    done = doors.command("forget", "zq7777", "--dry-run", "--json", folder=shop)
    assert done.exit_code == 0, done.errors
    told = json.loads(done.output)
    assert told["is_rehearsal"] and told["erased"]['raw."crm"'] == 2 and told["erased"]['raw."orders"'] == 5
    assert (doors.durable(shop / "warehouse"), doors.marts(shop / "warehouse")) == before


def test_not_a_trace_is_left(erased: tuple[Path, Proof]) -> None:
    folder, proof = erased
    assert _traces(folder / "warehouse") == []
    assert proof.is_clean and proof.found_before["email"] and not proof.found_after
    assert not any(text.lower() in proof.json().lower() for text in TEXTS)
    assert not (folder / "warehouse" / "erasing.json").exists()
    assert [file.name for file in (folder / "lists").iterdir()] == ["few.csv"]


def test_the_proof_is_signed_and_kept(erased: tuple[Path, Proof]) -> None:
    folder, proof = erased
    durable = folder / "warehouse" / "durable.duckdb"
    [(secret,)] = doors.ask(durable, "select secret from ops.erasure_key")
    assert proof.is_genuine(secret)
    assert doors.ask(durable, "select erasure_id, proof from ops.erasure_proofs") == [(proof.erasure_id, proof.json())]


def test_others_are_as_they_were_and_all_is_accounted_for(shop: Path, erased: tuple[Path, Proof]) -> None:
    folder, _ = erased
    assert _others(folder / "warehouse") == _others(shop / "warehouse")
    assert doors.unaccounted(folder / "warehouse") == []
    assert doors.ask(
        folder / "warehouse" / "live.duckdb", "select sum(rows) from ops.reconciliation where line = 'forgotten'"
    ) == [(9,)]


def test_whatever_is_landed_again_stays_out(erased: tuple[Path, Proof]) -> None:
    folder, _ = erased
    late = "order_id,customer_id,email,ordered_at,amount\n900790,zq7777,,2026-01-02,5\n900791,c1001,,2026-01-02,5\n"
    (folder / "orders-late.csv").write_text(late)
    for words in (("run", "-q"), ("run", "-q", "--full-refresh"), ("land", "-q", "--restage"), ("run", "-q")):
        done = doors.command(*words, folder=folder)
        assert done.exit_code == 0, done.errors
        assert _traces(folder / "warehouse") == [], words
        assert doors.unaccounted(folder / "warehouse") == []
    orders = doors.ask(folder / "warehouse" / "live.duckdb", "select order_id from marts.fct_orders")
    assert ("900791",) in orders


def test_who_is_erased_is_unknown(erased: tuple[Path, Proof]) -> None:
    folder, _ = erased
    for words in (("forget", EMAIL, "--yes"), ("subject", EMAIL), ("customer", "zq7777")):
        assert doors.command(*words, folder=folder).exit_code == 2


def test_nothing_is_done_unasked(shop: Path) -> None:
    assert doors.command("forget", folder=shop).exit_code == 2
    assert doors.command("forget", "--resume", folder=shop).exit_code == 2
    assert doors.command("forget", "nobody@post.example", "--yes", folder=shop).exit_code == 2
    assert "erasing.json" not in [file.name for file in (shop / "warehouse").iterdir()]


KILLS = ["before erasing", "uncommitted", "building", "renaming", "rewriting", "before proof"]


@pytest.mark.parametrize("moment", KILLS)
def test_killed_anywhere_it_is_finished_later_and_nobody_comes_back_meanwhile(
    moment: str, shop: Path, tmp_path: Path
) -> None:
    folder = _copy(shop, tmp_path / "shop")
    child = PROCESSES.Process(target=killed_forget, args=(folder, moment))
    child.start()
    child.join(600)
    assert child.exitcode == -signal.SIGKILL
    # The files come again before anybody thinks of finishing it.
    shutil.copy(folder / "loyalty.csv", folder / "crm3.csv")
    done = doors.command("forget", "--resume", "-q", folder=folder)
    assert done.exit_code == 0, done.output + done.errors
    assert _traces(folder / "warehouse") == []
    assert doors.unaccounted(folder / "warehouse") == []


def killed_forget(folder: Path, moment: str) -> None:
    """Erases, and dies at a moment."""
    from regulars import cli, forgetting
    from regulars.engines import duckdb as engine
    from regulars.privacy.proof import Proof as Kept

    def die(*_: object, **__: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    def after(plain: Callable[..., Any]) -> Callable[..., Any]:
        def done(*words: Any, **named: Any) -> Any:
            plain(*words, **named)
            die()

        return done

    if moment == "before erasing":
        forgetting.erase = die  # type: ignore[assignment]
    elif moment == "uncommitted":
        forgetting.erase = after(forgetting.erase)
    elif moment == "building":
        forgetting.run_locked = die  # type: ignore[assignment]
    elif moment == "renaming":
        engine.DuckDBEngine.publish = die  # type: ignore[assignment, method-assign]
    elif moment == "rewriting":
        engine.take_the_place = die  # type: ignore[assignment]
    else:
        Kept.signed = die  # type: ignore[method-assign]
    os.chdir(folder)
    sys.argv = ["regulars", "forget", EMAIL, "--yes", "-q"]
    cli.main()


def test_all_of_it_on_postgres(shop: Path, server: Postgres, tmp_path: Path) -> None:
    folder, url = tmp_path / "shop", server.new_database()
    folder.mkdir()
    for name in ("crm1.csv", "crm2.csv", "loyalty.csv", "orders.csv", "regulars.toml"):
        shutil.copy(shop / name, folder)
    here = ("-w", url)
    assert doors.command("run", "-q", *here, folder=folder).exit_code == 0
    assert _on_postgres(url)
    done = doors.command("forget", EMAIL, "--yes", "-q", *here, folder=folder)
    assert done.exit_code == 0, done.output + done.errors
    assert _on_postgres(url) == []
    done = doors.command("run", "-q", "--full-refresh", *here, folder=folder)
    assert done.exit_code == 0, done.errors
    assert _on_postgres(url) == []


def _on_postgres(url: str) -> list[str]:
    """Where any of the texts stands, in any row of any table that the database has, statistics of columns too."""
    found = []
    with open_engine(Settings(warehouse=url)).durable() as session:
        tables = session.query(
            "select table_schema::text as schema, table_name::text as name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema not in ('information_schema', 'pg_catalog')"
        ).to_pylist()
        for table in [*tables, {"schema": "pg_catalog", "name": "pg_stats"}]:
            tests = " or ".join(f"strpos(lower(t::text), '{text.lower()}') > 0" for text in TEXTS)
            rows = session.query(f'select 1 as one from "{table["schema"]}"."{table["name"]}" as t where {tests}')
            found += [f"{table['schema']}.{table['name']}"] * rows.num_rows
    return found
