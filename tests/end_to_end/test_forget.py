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
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end import doors
from tests.servers import Postgres

from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.journal import FileJournal
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
NASTY = "<img src=x onerror=alert(1)>"
SHARED_PHONE = "+447700901039"
# As they stand in the files or in the warehouse; nobody else's contains one of them.
TEXTS = (
    *("zebedia", "quuxhollander", "formerpost", "rarepost", "peculiar crescent", "447700900461", "07700 900461"),
    *("zq7777", "L-77001", "9zq777"),
)
CUSTOMERS = "select customer_id from marts.customer_360"
PROCESSES = multiprocessing.get_context("spawn")


def _write_shop(folder: Path) -> None:
    people = [
        f"c{n},Person{n},Family{n},person{n}@post.example,+4477009{n:05d},{n} {NASTY if n == 1002 else 'Long'} Road"
        for n in range(1000, 1040)
    ]
    head = "customer_id,first_name,last_name,email,phone,address"
    theirs = f"zq7777,Zebedia,Quuxhollander,{OLD_EMAIL},07700 900461,93 Peculiar Crescent"
    (folder / "crm1.csv").write_text("\n".join([head, *people, theirs]) + "\n")
    # A newer version of their record, with another address, and a number that c1039 has too.
    newer = theirs.replace(OLD_EMAIL, EMAIL.upper()).replace("07700 900461", SHARED_PHONE)
    (folder / "crm2.csv").write_text(f"{head}\n{newer}\n")
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
    (folder / "crm2.csv").rename(folder / "later")
    for words in (
        ("run", "-q"),
        ("identity", "never", "zq7777", "c1039", "--reason", f"{EMAIL} lives with them"),
    ):
        done = doors.command(*words, folder=folder)
        assert done.exit_code == 0, done.errors
    (folder / "later").rename(folder / "crm2.csv")
    done = doors.command("run", "-q", folder=folder)
    assert done.exit_code == 0, done.errors
    return folder


@pytest.fixture(scope="module")
def erased(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Proof]]:
    """The same shop after the erasure; its proof."""
    folder = _copy(shop, tmp_path_factory.mktemp("erased") / "shop")
    _export(folder)
    (folder / "lists").mkdir()
    (folder / "lists" / "all.csv").write_text(f"email\n{EMAIL}\n")
    (folder / "lists" / "few.csv").write_text("email\nperson1001@post.example\n")
    words = ("forget", EMAIL, "--yes", "-q", "--exports", "lists", "-o", "proof.json")
    done = doors.command(*words, folder=folder)
    assert done.exit_code == 0, done.output + done.errors
    yield folder, Proof.from_json((folder / "proof.json").read_text())


def _export(folder: Path) -> None:
    """Lists that they are in: readable, hashed, by their number alone; and one that was lost, changed, replaced."""
    for words in (
        ("made/all.parquet",),
        ("made/meta.csv", "--audience", "meta", "--consent", "unless_refused"),
        (f"made/{EMAIL}.csv", "--column", "customer_id"),
        ("made/changed.csv", "--column", "customer_id"),
        ("made/lost.csv", "--column", "customer_id"),
        ("made/replaced.csv", "--column", "customer_id"),
        ("made/replaced.csv", "--column", "customer_id", "--value-above", "1e9"),
        ("--bi", "made/bi"),
    ):
        done = doors.command("export", *words, folder=folder)
        assert done.exit_code == 0, done.errors
    made = folder / "made"
    (made / "lost.csv").rename(folder / "somewhere.csv")
    (made / "changed.csv").write_text("my own list\n")
    # What an export leaves that was killed; its process is none that lives.
    (made / ".all.parquet.999999999-abcdef01.half").write_text(EMAIL)


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


def _golden_ids(shop: Path) -> list[int]:
    """Theirs, and those of the guest who had their old address."""
    sql = (
        "select distinct customer_id from marts.customer_identity_map where source_customer_id in"
        f" ('zq7777', 'L-77001', 'email:{OLD_EMAIL}', 'email:{EMAIL}')"
    )
    return [customer_id for (customer_id,) in doors.ask(shop / "warehouse" / "live.duckdb", sql)]


def _by_number(warehouse: Path, ids: list[int]) -> list[str]:
    """Where one of the golden ids stands in a column of numbers."""
    found = []
    for file in (warehouse / "live.duckdb", warehouse / "durable.duckdb"):
        # The last number that was given says nothing of anybody: it keeps one from being given twice.
        columns = "select schema_name, table_name, column_name from duckdb_columns()"
        for schema, table, column in doors.ask(
            file, f"{columns} where data_type = 'BIGINT' and column_name <> 'last_customer_id'"
        ):
            listed = ", ".join(map(str, ids))
            sql = f'select count(*) from "{schema}"."{table}" where "{column}" in ({listed})'
            found += [f"{file.name} {schema}.{table}.{column}"] * (doors.ask(file, sql) != [(0,)])
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


def test_whoever_stops_reading_gets_no_traceback(shop: Path) -> None:
    done = subprocess.run(
        f"'{doors.SCRIPT}' subject zq7777 | head -c 20",
        shell=True,
        cwd=shop,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("{")
    assert "Traceback" not in done.stderr


def test_all_that_is_known_is_handed_over(shop: Path) -> None:
    done = doors.command("subject", "zq7777", folder=shop)
    assert done.exit_code == 0, done.errors
    told = json.loads(done.output)
    ids = set(_golden_ids(shop))
    assert {told["person"][0]["customer_id"], *told["person"][0]["merged_ids"]} == ids
    # In three sources, with the row that came twice, the one set aside, and the line that cannot be read.
    assert [row["source"] for row in told["received"]].count("crm") == 2
    assert {row["order_id"] for row in told["received"] if "order_id" in row} == {
        "9zq777",
        "900778",
        "900779",
        "900780",
    }
    assert [row["reason"] for row in told["received"] if row.get("field") == "ordered_at"]
    assert any("too,many,fields" in str(row.get("payload")) for row in told["received"])
    # Also the order and the scores of the guest who had the old address.
    assert sorted(row["order_id"] for row in told["orders"]) == ["900778", "900779", "9zq777"]
    for section in ("customer", "orders", "score_history", "behavior", "predictions", "why"):
        assert {row["customer_id"] for row in told[section]} == ids, section
    months = [(row["customer_id"], row["as_of"]) for row in told["score_history"]]
    assert months == sorted(months) and told["segment_events"] and told["identity_map"] and told["field_sources"]
    assert [row["reason"] for row in told["identity_decisions"]] == [f"{EMAIL} lives with them"]
    others = doors.ask(
        shop / "warehouse" / "live.duckdb", "select email from marts.customer_360 where email is not null"
    )
    assert not [email for (email,) in others if email not in (EMAIL, OLD_EMAIL) and email in done.output]


def test_as_a_page_it_shows_values_and_runs_none(shop: Path) -> None:
    done = doors.command("subject", "c1002", "-o", "page.html", folder=shop)
    assert done.exit_code == 0, done.errors
    page = (shop / "page.html").read_text()
    assert "&lt;img src=x onerror=alert(1)&gt; Road" in page and "<img" not in page
    assert (shop / "page.html").stat().st_mode & 0o777 == 0o600


def test_a_rehearsal_names_what_would_go_and_changes_nothing(shop: Path) -> None:
    before = doors.durable(shop / "warehouse"), doors.marts(shop / "warehouse")
    done = doors.command("forget", "zq7777", "--dry-run", "--json", folder=shop)
    assert done.exit_code == 0, done.errors
    told = json.loads(done.output)
    assert told["is_rehearsal"] and told["erased"]['raw."crm"'] == 2 and told["erased"]['raw."orders"'] == 5
    assert (doors.durable(shop / "warehouse"), doors.marts(shop / "warehouse")) == before


def test_not_a_trace_is_left(shop: Path, erased: tuple[Path, Proof]) -> None:
    folder, proof = erased
    assert _traces(folder / "warehouse") == []
    ids = _golden_ids(shop)
    before = _by_number(shop / "warehouse", ids)
    for table in ("customer_rfm_history.customer_id", "segment_events.customer_id", "identity.changes.to_customer_id"):
        assert any(table in where for where in before), table
    assert _by_number(folder / "warehouse", ids) == []
    assert proof.is_clean and proof.found_before["email"] and not proof.found_after
    assert not any(text.lower() in proof.json().lower() for text in TEXTS)
    assert not (folder / "warehouse" / "erasing.json").exists()
    assert [file.name for file in (folder / "lists").iterdir()] == ["few.csv"]


def test_exports_with_them_go_unasked_and_what_is_not_ours_stays(erased: tuple[Path, Proof]) -> None:
    folder, proof = erased
    assert sorted(file.name for file in (folder / "made").iterdir()) == ["changed.csv", "replaced.csv"]
    said = "\n".join(proof.notes)
    for name in ("all.parquet", "meta.csv", "bi", ".all.parquet.999999999-abcdef01.half"):
        assert f"removed {folder}/made/{name}" in said
    assert f"{folder}/made/[erased].csv" in said and EMAIL not in said
    assert f"{folder}/made/lost.csv, an export with them, lies there no more" in said
    assert f"{folder}/made/changed.csv is not as it was exported" in said
    assert {place.rpartition("/")[2] for place in proof.found_before["customer_id"] if place.startswith("export")} == {
        "all.parquet", "meta.csv", "[erased].csv", "bi", ".all.parquet.999999999-abcdef01.half",
    }  # fmt: skip


def test_they_are_no_member_of_any_export(shop: Path, erased: tuple[Path, Proof]) -> None:
    folder, _ = erased
    ledger = ExportLedger(FileJournal(folder / "warehouse" / "journal.sqlite"))
    ids = _golden_ids(shop)
    entries = ledger.every_entry()
    assert len(entries) == 8 and EMAIL not in str(entries)
    everyone = [len(part) for entry in entries for part in ledger.members(entry["export_id"])]
    assert sorted(set(everyone)) == [len(doors.ask(shop / "warehouse" / "live.duckdb", CUSTOMERS)) - len(ids)]
    assert not any(ledger.with_customer(customer_id) for customer_id in ids)


def test_the_proof_is_signed_and_kept(erased: tuple[Path, Proof]) -> None:
    folder, proof = erased
    durable = folder / "warehouse" / "durable.duckdb"
    [(secret,)] = doors.ask(durable, "select secret from ops.erasure_key")
    assert proof.is_genuine(secret)
    assert doors.ask(durable, "select erasure_id, proof from ops.erasure_proofs") == [(proof.erasure_id, proof.json())]


def test_models_are_fitted_without_them(shop: Path, erased: tuple[Path, Proof]) -> None:
    def fitted(folder: Path) -> set[str]:
        models = folder / "warehouse" / "models"
        return {str(file.relative_to(models)) for file in models.rglob("*.skops")}

    assert fitted(shop) and fitted(erased[0])
    assert not fitted(shop) & fitted(erased[0]), "a model that saw them is left"


def test_who_shares_a_number_with_them_keeps_it(erased: tuple[Path, Proof]) -> None:
    live = erased[0] / "warehouse" / "live.duckdb"
    assert doors.ask(live, f"select first_name from marts.customer_360 where phone = '{SHARED_PHONE}'") == [
        ("Person1039",)
    ]
    kinds = doors.ask(
        erased[0] / "warehouse" / "durable.duckdb", "select count(*) from ops.erasures where kind = 'phone'"
    )
    assert kinds == [(1,)], "only the number that is theirs alone is kept out"


def test_while_a_run_holds_the_warehouse_nothing_is_erased(shop: Path) -> None:
    with open_engine(Settings(warehouse=str(shop / "warehouse"))).lock():
        done = doors.command("forget", "zq7777", "--yes", folder=shop)
    assert done.exit_code == 4 and "held by" in done.errors


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


KILLS = ["noted", "before erasing", "uncommitted", "building", "renaming", "rewriting", "before proof"]


@pytest.mark.parametrize("moment", KILLS)
def test_killed_anywhere_it_is_finished_later_and_nobody_comes_back_meanwhile(
    moment: str, shop: Path, tmp_path: Path
) -> None:
    folder = _copy(shop, tmp_path / "shop")
    child = PROCESSES.Process(target=killed_forget, args=(folder, moment))
    child.start()
    child.join(600)
    assert child.exitcode == -signal.SIGKILL
    if moment == "noted":
        # Nothing is known of it: it never began, and is not finished but asked for again.
        assert doors.command("forget", "--resume", folder=folder).exit_code == 2
        assert doors.command("forget", EMAIL, "--yes", "-q", folder=folder).exit_code == 0
        assert _traces(folder / "warehouse") == []
        return
    # The files come again before anybody thinks of finishing it.
    shutil.copy(folder / "loyalty.csv", folder / "crm3.csv")
    # Whoever erases somebody else finishes it too.
    words = ("person1003@post.example", "--yes") if moment == "uncommitted" else ("--resume",)
    done = doors.command("forget", *words, "-q", "-o", "proof.json", folder=folder)
    assert done.exit_code == 0, done.output + done.errors
    assert Proof.from_json((folder / "proof.json").read_text()).searched["bytes"]
    assert _traces(folder / "warehouse") == []
    assert _by_number(folder / "warehouse", _golden_ids(shop)) == []
    assert doors.unaccounted(folder / "warehouse") == []
    known = doors.ask(folder / "warehouse" / "live.duckdb", "select email from marts.customer_360")
    assert (("person1003@post.example",) in known) == (moment != "uncommitted")
    assert doors.command("forget", "--resume", "-q", folder=folder).exit_code == 2, "nothing is left to be finished"


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

    if moment == "noted":
        forgetting.going_on.write_progress = die
    elif moment == "before erasing":
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
    assert _in_files(server, url)
    done = doors.command("forget", EMAIL, "--yes", "-q", *here, folder=folder)
    assert done.exit_code == 0, done.output + done.errors
    assert _on_postgres(url) == []
    assert _in_files(server, url) == []
    done = doors.command("run", "-q", "--full-refresh", *here, folder=folder)
    assert done.exit_code == 0, done.errors
    assert _on_postgres(url) == []


def _in_files(server: Postgres, url: str) -> list[str]:
    """In which of the database's own files a text stands; the write-ahead log is beside them."""
    name = url.rpartition("/")[2]
    [(oid,)] = server.run("checkpoint", f"select oid::bigint from pg_database where datname = '{name}'")
    found = []
    for file in sorted((server.folder / "data" / "base" / str(oid)).iterdir()):
        content = file.read_bytes().lower()
        found += [f"{file.name}: {text}" for text in TEXTS if len(text) > 6 and text.lower().encode() in content]
    return found


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
