"""Somebody who stands in three sources, as a guest, in a rejected row and in a line that cannot be read is erased.

Then their texts are looked for by this test's own means in every file and in every value of every table, and the same
files are landed again in every way there is.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end import doors
from tests.end_to_end.erasing import EMAIL, OLD_EMAIL, SHARED_PHONE, TEXTS, by_number, golden_ids, traces

from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.journal import FileJournal
from regulars.privacy.proof import Proof
from regulars.settings import Settings

# What is built of what was landed; the stages after it read nothing else.
BUILD = ("--stage", "resolve", "--stage", "build")
CUSTOMERS = "select customer_id from marts.customer_360"


@pytest.fixture(scope="module")
def shop(shop_to_erase_from: Path) -> Path:
    return shop_to_erase_from


@pytest.fixture(scope="module")
def erased(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Proof]]:
    """The same shop after the erasure; its proof."""
    folder = shutil.copytree(shop, tmp_path_factory.mktemp("erased") / "shop")
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
    # And what is no export, but holds them all the same: their purchases, and a list that they were scored in.
    (folder / "list.csv").write_text("customer_id,recency,frequency,monetary\nzq7777,3,4,500\nnew1,9,1,20\n")
    for words in (("extract", "made/purchases.csv"), ("score", "list.csv", "-o", "made/scored.parquet")):
        done = doors.command(*words, folder=folder)
        assert done.exit_code == 0, done.errors
    made = folder / "made"
    (made / "lost.csv").rename(folder / "somewhere.csv")
    (made / "changed.csv").write_text("my own list\n")
    # What an export leaves that was killed; its process is none that lives.
    (made / ".all.parquet.999999999-abcdef01.half").write_text(EMAIL)


def others(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
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
    found = traces(shop / "warehouse")
    for place in ("raw.orders", "staging.rejected_rows", "identity.records", "marts.", "ops.identity_decisions"):
        assert any(place in where for where in found), place


def test_a_rehearsal_names_what_would_go_and_changes_nothing(shop: Path) -> None:
    before = doors.durable(shop / "warehouse"), doors.marts(shop / "warehouse")
    done = doors.command("forget", "zq7777", "--dry-run", "--json", folder=shop)
    assert done.exit_code == 0, done.errors
    told = json.loads(done.output)
    assert told["is_rehearsal"] and told["erased"]['raw."crm"'] == 2 and told["erased"]['raw."orders"'] == 5
    assert (doors.durable(shop / "warehouse"), doors.marts(shop / "warehouse")) == before


def test_not_a_trace_is_left(shop: Path, erased: tuple[Path, Proof]) -> None:
    folder, proof = erased
    assert traces(folder / "warehouse") == []
    ids = golden_ids(shop)
    before = by_number(shop / "warehouse", ids)
    for table in ("customer_rfm_history.customer_id", "segment_events.customer_id", "identity.changes.to_customer_id"):
        assert any(table in where for where in before), table
    assert by_number(folder / "warehouse", ids) == []
    assert proof.is_clean and proof.found_before["email"] and not proof.found_after
    assert not any(text.lower() in proof.json().lower() for text in TEXTS)
    assert not (folder / "warehouse" / "json").exists()
    assert [file.name for file in (folder / "lists").iterdir()] == ["few.csv"]


def test_exports_with_them_go_unasked_and_what_is_not_ours_stays(erased: tuple[Path, Proof]) -> None:
    folder, proof = erased
    assert sorted(file.name for file in (folder / "made").iterdir()) == ["changed.csv", "replaced.csv"]
    said = "\n".join(proof.notes)
    for name in (
        "all.parquet",
        "meta.csv",
        "bi",
        "purchases.csv",
        "scored.parquet",
        ".all.parquet.999999999-abcdef01.half",
    ):
        assert f"removed {folder}/made/{name}" in said
    assert f"{folder}/made/[erased].csv" in said and EMAIL not in said
    assert f"{folder}/made/lost.csv, an export with them, lies there no more" in said
    assert f"{folder}/made/changed.csv is not as it was exported" in said
    assert {place.rpartition("/")[2] for place in proof.found_before["customer_id"] if place.startswith("export")} == {
        "all.parquet", "meta.csv", "[erased].csv", "bi", "purchases.csv", "scored.parquet",
        ".all.parquet.999999999-abcdef01.half",
    }  # fmt: skip


def test_they_are_no_member_of_any_export(shop: Path, erased: tuple[Path, Proof]) -> None:
    folder, _ = erased
    ledger = ExportLedger(FileJournal(folder / "warehouse" / "journal.sqlite"))
    ids = golden_ids(shop)
    entries = ledger.every_entry()
    assert len(entries) == 10 and EMAIL not in str(entries)
    lists = [entry["export_id"] for entry in entries if entry["format"] != "extract"]
    everyone = [len(part) for export_id in lists for part in ledger.members(export_id)]
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
    assert others(folder / "warehouse") == others(shop / "warehouse")
    assert doors.unaccounted(folder / "warehouse") == []
    assert doors.ask(
        folder / "warehouse" / "live.duckdb", "select sum(rows) from ops.reconciliation where line = 'forgotten'"
    ) == [(9,)]


def test_whatever_is_landed_again_stays_out(erased: tuple[Path, Proof]) -> None:
    folder, _ = erased
    late = "order_id,customer_id,email,ordered_at,amount\n900790,zq7777,,2026-01-02,5\n900791,c1001,,2026-01-02,5\n"
    (folder / "orders-late.csv").write_text(late)
    again = (("land", "-q"), ("run", "-q", "--full-refresh"), ("land", "-q", "--restage"), ("run", "-q", *BUILD))
    for words in again:
        done = doors.command(*words, folder=folder)
        assert done.exit_code == 0, done.errors
        assert traces(folder / "warehouse") == [], words
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
    assert "json" not in [file.name for file in (shop / "warehouse").iterdir()]
