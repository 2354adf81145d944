"""A person is found in tables, in files and in what is packed in files; a neighbour with a like name is not."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.engines.base import Session
from regulars.privacy.person import Person
from regulars.privacy.traces import Traces, Wanted, search_files, search_tables, wanted

ANNA = Person((100000001, 100000007), ("c1", "email:anna@shop.example"), ("anna@shop.example",), ("+447700900461",))
RECEIVED = pa.RecordBatch.from_pydict({
    "e_mail": ["Anna@Shop.example ", None], "tel": ["07700 900461", "020 7946 0000"], "full name": ["Anna Noone", "An"],
    "street address": ["93 Peculiar Crescent", None], "amount": ["12", "13"],
})  # fmt: skip


@pytest.fixture
def what() -> Wanted:
    return wanted(ANNA, [RECEIVED])


def test_what_is_looked_for_is_what_landing_reads_and_what_was_written(what: Wanted) -> None:
    assert {"anna@shop.example"} < set(what.texts["email"])
    assert {"+447700900461", "447700900461", "07700 900461"} < set(what.texts["phone"])
    assert "020 7946 0000" not in what.texts["phone"]
    assert (what.texts["name"], what.texts["address"]) == (["anna noone"], ["93 peculiar crescent"])


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to ANNA@shop.example, please", {"email"}),
        ("joanna@shop.example", set()),
        ("anna@shop.example.com", set()),
        ("anna@shop.exampleton", set()),
        ("lists/anna@shop.example.csv", {"email"}),
        ("anna@shop.example.csvtools.example", set()),
        ("call +447700900461.", {"phone"}),
        ("call 07700 900461", {"phone"}),
        ("order 1447700900461", set()),
        ("8b5ea3b33d2d9ee7f5e6ef6e5d2a0b7f", set()),
    ],
)
def test_a_neighbour_is_not_taken_for_them(text: str, kinds: set[str], what: Wanted, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(text)
    traces = Traces()
    search_files([tmp_path], what, traces)
    assert set(traces.found) == kinds


def test_packed_files_are_looked_into(what: Wanted, tmp_path: Path) -> None:
    line = "id,mail\n1,anna@shop.example\n"
    (tmp_path / "plain.csv").write_text(line)
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(line.encode()))
    with zipfile.ZipFile(tmp_path / "model.skops", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", line * 50)
    pq.write_table(
        pa.table({"mail": ["b@c.example", "anna@shop.example"] * 500}), tmp_path / "lake.parquet", compression="zstd"
    )
    (tmp_path / "other.txt").write_text("nothing")
    traces = Traces()
    hits = search_files([tmp_path], what, traces)
    assert [file.name for file in hits] == ["lake.parquet", "model.skops", "packed.csv.gz", "plain.csv"]
    assert traces.files == 5
    assert not traces.is_clean


def test_a_text_across_two_pieces_of_a_large_file_is_found(what: Wanted, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"." * (8 * 2**20 - 5) + b" anna@shop.example " + b"." * 100)
    traces = Traces()
    search_files([tmp_path], what, traces)
    assert traces.found["email"] == {f"file {tmp_path / 'large'}": 1}


def test_tables_are_searched_in_text_in_keys_and_in_ids(durable: Session, what: Wanted) -> None:
    durable.execute(
        "insert into staging.orders (order_id, customer_key, email) values"
        " ('c1', 'c2', 'joanna@shop.example'), ('o2', 'c1', null), ('o3', 'x', 'anna@shop.example')"
    )
    durable.execute("insert into identity.customer_keys values ('c1', 100000001), ('c2', 100000002)")
    durable.execute("insert into ops.identity_ids (customer_id, redirected_to) values (100000007, 100000003)")
    durable.execute('insert into staging.rejected_rows (payload) values (\'{"note": "ask Anna@Shop.example"}\')')
    traces = Traces()
    search_tables(durable, what, "here", traces)
    assert traces.found == {
        "email": {"here: staging.orders": 1, "here: staging.rejected_rows": 1},
        "key": {"here: staging.orders": 1, "here: identity.customer_keys": 1},
        "customer_id": {"here: identity.customer_keys": 1, "here: ops.identity_ids": 1},
    }


def test_a_name_alone_is_no_proof_of_anything(what: Wanted, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Anna Noone lives here")
    traces = Traces()
    assert search_files([tmp_path], what, traces) == []
    assert traces.found.keys() == {"name"}
    assert traces.is_clean
