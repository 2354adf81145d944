"""What comes of an erased person is kept out before anything is written; what comes of others passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from regulars.land.sieve import Sieve, sieve_of
from regulars.land.tombstones import Kind, Tombstones, digest
from regulars.settings import ShopSettings
from regulars.source_settings import SourceSettings

SECRET = "s"


@contextmanager
def sieving(id_space: str = "") -> Iterator[Sieve]:
    known_by: list[tuple[Kind, str]] = [
        ("key", "c1"), ("email", "anna@post.example"), ("phone", "+447700900461"), ("key", "till:7"),
    ]  # fmt: skip
    fields = {"customer_id": '"id"', "email": '"mail"', "phone": '"tel"', "order_id": '"nr"', "ordered_at": '"day"'}
    settings = SourceSettings(id_space=id_space) if id_space else SourceSettings()
    known = Tombstones(SECRET, {digest(SECRET, kind, value): kind for kind, value in known_by})
    with sieve_of(known, "web", "orders", {**fields, "amount": '"eur"'}, settings, ShopSettings()) as sieve:
        yield sieve


def batch(*rows: tuple[str | None, str | None, str | None]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True))
    made = {name: pa.array(values, pa.string()) for name, values in zip(("id", "mail", "tel"), columns, strict=True)}
    rest = {name: pa.array(["1"] * len(rows)) for name in ("nr", "eur")} | {"day": pa.array(["2025-01-01"] * len(rows))}
    return pa.RecordBatch.from_pydict(made | rest | {"_row": pa.array(range(1, len(rows) + 1), pa.int64())})


def test_rows_go_by_id_by_email_and_by_phone_however_they_are_written() -> None:
    rows = batch(
        ("c1", None, None), ("c2", None, None), (None, " ANNA@post.example ", None),
        (None, "joanna@post.example", None), (None, None, "07700 900461"),
        ("c3", None, "0044 7700 900461"), ("C1x", None, "07700900462"), ("c1\0", None, None),
    )  # fmt: skip
    with sieving() as sieve:
        kept = sieve.rows(pa.RecordBatchReader.from_batches(rows.schema, [rows, rows])).read_all()
        assert kept["_row"].to_pylist() == [2, 4, 7] * 2
        assert sieve.forgotten == 10


def test_an_id_is_of_its_own_space() -> None:
    rows = batch(("7", None, None), ("c1", None, None))
    with sieving("till") as sieve:
        kept = sieve.rows(pa.RecordBatchReader.from_batches(rows.schema, [rows])).read_all()
        assert kept["id"].to_pylist() == ["c1"]


def test_lines_that_cannot_be_read_are_taken_apart() -> None:
    lines = ["c9,2025-01-01,anna@post.example,too,many", "c1;x", "c2,fine@post.example,x,y,z", '"07700 900461",1,2']
    malformed = pa.table({"row_number": [1, 2, 3, 4], "reason": ["r"] * 4, "payload": lines})
    with sieving() as sieve:
        assert sieve.unreadable(malformed)["row_number"].to_pylist() == [3]
        assert sieve.forgotten == 3
        assert sieve.unreadable(malformed.slice(0, 0)).num_rows == 0
