"""An export is a whole file with an entry, or no file with the reason."""

from __future__ import annotations

import csv
import hashlib
import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.activate.conftest import CUSTOMERS, consent
from tests.unit.conftest import Published

from regulars.activate.exporting import ExportRequest, make_export
from regulars.activate.made import made_files
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.files import FORMATS, halves
from regulars.errors import InputError
from regulars.serve.selection import Selection


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_list_holds_everybody_and_is_entered(shop: Published, ledger: ExportLedger, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    made = make_export(shop.queries, ledger, ExportRequest(path, exported_by="ann"))
    assert (made.exported, made.held_back, dict(made.left_out)) == (CUSTOMERS, 0, {})
    assert len(read(path)) == CUSTOMERS
    entry = ledger.find(made.export_id)
    assert entry is not None
    assert (entry["name"], entry["format"], entry["exported_by"], entry["consent"]) == ("all", "csv", "ann", "all")
    assert (entry["path"], entry["bytes"]) == (str(path), path.stat().st_size)
    assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert entry["run_id"] == shop.report.run_id
    assert made.data_through == shop.queries.basis().data_through


def test_a_file_knows_how_far_its_data_go(shop: Published, ledger: ExportLedger, tmp_path: Path) -> None:
    made = make_export(shop.queries, ledger, ExportRequest(tmp_path / "all.parquet", columns=("customer_id",)))
    told = pq.read_metadata(made.path).metadata
    basis = shop.queries.basis()
    assert basis.data_through and basis.as_of
    assert (told[b"data_through"], told[b"as_of"]) == (basis.data_through.encode(), basis.as_of.encode())
    assert told[b"run_id"].decode() == shop.report.run_id


def test_who_is_held_back_is_in_the_ledger_and_not_in_the_file(
    shop: Published, ledger: ExportLedger, tmp_path: Path
) -> None:
    path = tmp_path / "spring.parquet"
    made = make_export(shop.queries, ledger, ExportRequest(path, columns=("customer_id",), control_share=0.2))
    members = pa.concat_tables(ledger.members(made.export_id)).to_pylist()
    exported = {row["customer_id"] for row in members if not row["is_held_back"]}
    assert set(pq.read_table(path)["customer_id"].to_pylist()) == exported
    assert (made.exported, made.held_back) == (len(exported), len(members) - len(exported))
    assert len(members) == CUSTOMERS and 0 < made.held_back < CUSTOMERS / 2


def test_the_same_name_holds_back_the_same_customers(shop: Published, ledger: ExportLedger, tmp_path: Path) -> None:
    def held_back(request: ExportRequest) -> list[int]:
        made = make_export(shop.queries, ledger, request)
        members = pa.concat_tables(ledger.members(made.export_id)).to_pylist()
        return [row["customer_id"] for row in members if row["is_held_back"]]

    first = held_back(ExportRequest(tmp_path / "a.csv", name="spring", control_share=0.3))
    assert held_back(ExportRequest(tmp_path / "b.xlsx", name="spring", control_share=0.3)) == first
    assert held_back(ExportRequest(tmp_path / "c.csv", name="summer", seed="spring", control_share=0.3)) == first
    assert held_back(ExportRequest(tmp_path / "c.csv", name="summer", control_share=0.3)) != first


@pytest.mark.parametrize("columns", [("email",), ("segment", "email"), ()])
def test_only_the_columns_asked_for_leave(
    shop: Published, ledger: ExportLedger, tmp_path: Path, columns: tuple[str, ...]
) -> None:
    make_export(shop.queries, ledger, ExportRequest(tmp_path / "x.csv", columns=columns, control_share=0.1))
    header = (tmp_path / "x.csv").read_text().splitlines()[0].split(",")
    assert header == list(columns or shop.queries.customer_columns())


def test_a_mailing_list_holds_only_who_agreed_and_can_be_written_to(
    shop: Published, ledger: ExportLedger, tmp_path: Path
) -> None:
    made = make_export(
        shop.queries, ledger, ExportRequest(tmp_path / "m.csv", audience="mailchimp", consent="explicit")
    )
    rows = read(tmp_path / "m.csv")
    numbers = {int(row["Email Address"].removeprefix("c").partition("@")[0]) for row in rows}
    assert numbers == {n for n in range(1, CUSTOMERS + 1) if consent(n) == "yes" and n % 10}
    assert made.exported + sum(made.left_out.values()) == CUSTOMERS
    assert list(made.left_out) == ["consent refused", "consent not known", "no usable contact"]


def test_a_name_is_no_formula_and_an_address_and_a_number_are_as_they_were(
    shop: Published, ledger: ExportLedger, tmp_path: Path
) -> None:
    make_export(shop.queries, ledger, ExportRequest(tmp_path / "k.csv", audience="klaviyo", consent="unless_refused"))
    rows = {row["Email"]: row for row in read(tmp_path / "k.csv")}
    assert [rows[f"c{n}@example.org"]["First Name"] for n in (7, 8, 9)] == ["'=1+1", "'@sum(a1)", "'-Zoe"]
    assert all(row["Phone Number"] == "" or row["Phone Number"].startswith("+44") for row in rows.values())
    assert rows["c8@example.org"]["Email Marketing Consent"] == "Subscribed"
    assert rows["c7@example.org"]["Email Marketing Consent"] == "Never subscribed"


def test_hashes_are_of_the_values_and_not_of_what_a_spreadsheet_is_spared(
    shop: Published, ledger: ExportLedger, tmp_path: Path
) -> None:
    make_export(shop.queries, ledger, ExportRequest(tmp_path / "meta.csv", audience="meta", consent="explicit"))
    rows = {row["email"]: row for row in read(tmp_path / "meta.csv")}
    zoe = rows[hashlib.sha256(b"c9@example.org").hexdigest()]
    assert zoe["fn"] == hashlib.sha256(b"zoe").hexdigest()
    assert zoe["phone"] == hashlib.sha256(b"442079400009").hexdigest()
    assert all(set(value) <= set("0123456789abcdef") for row in rows.values() for value in row.values())
    assert all(len(value) in (0, 64) for row in rows.values() for value in row.values())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"audience": "meta"}, "An audience holds nobody who refused"),
        ({"audience": "meta", "consent": "explicit", "columns": ("email",)}, "has columns of its own"),
        ({"audience": "meta", "consent": "explicit", "format": "xlsx"}, "Meta Custom Audiences takes CSV"),
        ({"format": "doc"}, "`doc` is no format of exports"),
        ({"columns": ("shoe_size",)}, "no column `shoe_size`"),
        ({"selection": Selection(segments=("Nobodies",))}, "There is no segment"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_entered(
    shop: Published, ledger: ExportLedger, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    before = ledger.entries().num_rows
    with pytest.raises(InputError, match=message):
        make_export(shop.queries, ledger, ExportRequest(tmp_path / "x.csv", **changes))
    assert ledger.entries().num_rows == before
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_leaves_no_file_no_members_and_a_reason(
    shop: Published, ledger: ExportLedger, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"Cannot write .*Choose another place"):
        make_export(shop.queries, ledger, ExportRequest(tmp_path / "file" / "x.csv", name="nowhere"))
    entry = next(entry for entry in ledger.every_entry() if entry["name"] == "nowhere")
    assert entry["status"] == "failed" and "Cannot write" in entry["error"]
    assert list(ledger.members(entry["export_id"])) == []


def test_the_ledgers_own_trouble_is_told_in_its_words(
    shop: Published, ledger: ExportLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise InputError("the ledger is full")

    monkeypatch.setattr(ExportLedger, "add_members", full)
    with pytest.raises(InputError, match=r"^the ledger is full$"):
        make_export(shop.queries, ledger, ExportRequest(tmp_path / "m.csv", audience="meta", consent="explicit"))
    assert list(tmp_path.iterdir()) == []


def test_what_was_asked_is_in_the_ledger(shop: Published, ledger: ExportLedger, tmp_path: Path) -> None:
    made = make_export(
        shop.queries, ledger, ExportRequest(tmp_path / "x.json", Selection(churn_above=0.5, value_above=1.0))
    )
    entry = ledger.find(made.export_id)
    assert entry is not None
    assert json.loads(entry["selection"]) == {"churn_above": 0.5, "value_above": 1.0}


# Exports in a process of its own, and dies by `kill -9` half way, or around the rename; or finds the disk full.
EXPORTER = """
import os, signal, sys
from pathlib import Path
from regulars.activate import exporting
from regulars.activate.exporting import ExportRequest, make_export
from regulars.engines import files
from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.serve.queries import Queries
from regulars.settings import Settings

settings, path, moment = Settings(warehouse=sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
replace = os.replace
if moment == "before":
    files.os.replace = die
if moment == "after":
    files.os.replace = lambda *names: (replace(*names), die())
if moment == "members":
    ExportLedger.add_members = die
if moment == "full":
    import resource
    write = exporting.write_file
    def limited(*given):
        resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, resource.RLIM_INFINITY))
        try:
            return write(*given)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    ExportLedger.add_members = lambda *_: None
    exporting.write_file = limited
engine = open_engine(settings)
make_export(Queries(engine, settings.shop), ExportLedger(engine.journal), ExportRequest(path, name=moment))
"""


def started(shop: Published, path: Path, moment: str) -> subprocess.Popen[str]:
    asked = [sys.executable, "-c", EXPORTER, shop.settings.warehouse, str(path), moment]
    return subprocess.Popen(asked, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("moment", ["members", "before", "after"])
def test_an_export_that_is_killed_leaves_a_whole_file_or_none_and_its_entry_says_so(
    shop: Published, ledger: ExportLedger, tmp_path: Path, moment: str
) -> None:
    path = tmp_path / "list.csv"
    exporter = started(shop, path, moment)
    exporter.communicate(timeout=120)
    assert exporter.returncode == -signal.SIGKILL
    entry = next(entry for entry in ledger.every_entry() if entry["name"] == moment)
    assert entry["status"] == "interrupted" and "ended without a word" in entry["error"]
    assert path.exists() is (moment == "after")
    if path.exists():
        assert len(read(path)) == CUSTOMERS
    found = next(file for file in made_files(ledger) if file.export_id == entry["export_id"])
    assert found.is_there is path.exists() and len(halves(path)) == (moment != "after"), "whoever erases finds it"
    assert make_export(shop.queries, ledger, ExportRequest(path)).exported == CUSTOMERS
    assert list(tmp_path.iterdir()) == [path]


def test_two_exports_to_one_place_at_once_both_end_and_one_file_is_whole(
    shop: Published, ledger: ExportLedger, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    both = [started(shop, path, "at once") for _ in range(2)]
    assert [(exporter.communicate(timeout=240)[1], exporter.returncode) for exporter in both] == [("", 0)] * 2
    entries = [entry for entry in ledger.every_entry() if entry["name"] == "at once"]
    assert [entry["status"] for entry in entries] == ["done"] * 2
    assert hashlib.sha256(path.read_bytes()).hexdigest() in {entry["sha256"] for entry in entries}
    assert len(read(path)) == CUSTOMERS and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_disk_that_is_full_leaves_the_old_file_and_an_entry_with_the_reason(
    shop: Published, ledger: ExportLedger, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"list.{kind}"
    path.write_text("as it was")
    exporter = started(shop, path, "full")
    told = exporter.communicate(timeout=120)[1]
    assert exporter.returncode == 1 and "InputError: Cannot write" in told and "free disk space" in told
    entry = next(entry for entry in ledger.every_entry() if entry["path"] == str(path))
    assert entry["status"] == "failed" and "Cannot write" in entry["error"]
    assert path.read_text() == "as it was" and list(tmp_path.iterdir()) == [path]


def test_in_excel_a_formula_is_text(shop: Published, ledger: ExportLedger, tmp_path: Path) -> None:
    path = tmp_path / "all.xlsx"
    make_export(shop.queries, ledger, ExportRequest(path, columns=("first_name",)))
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<t>=1+1</t>" in sheet
