"""Two thousand bad files and records: none may crash the landing, and every row is staged, set aside or a duplicate."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.duckdb_session import DuckDBSession
from regulars.errors import RegularsError
from regulars.land.given import Given
from regulars.land.stage import land
from regulars.settings import Settings
from regulars.source_settings import SourceSettings
from regulars.sources import open_delivery

FILES, RECORD_FILES, RECORDS = 1200, 40, 60
HEADER = ["order_id", "customer_id", "email", "ordered_at", "amount", "currency", "status"]
ODD = [
    *("", " ", "\t", "NULL", "NaN", "inf", "-", "0", "-0.00", "1e309", "9" * 40, "1,5", "1.2.3", "€ 1.234,50", "12:00"),
    *("2024-02-30", "31/12/99", "0000-00-00", "99999-01-01", "1969-12-31", "20240101T000000Z", "45292", "1704067200"),
    *(
        "a@b",
        "@",
        "a@b@c.de",
        "x" * 5000,
        "\x00",
        "\u202e",
        "Ωμέγα",
        "名前",
        "🙂",
        "ﷺ" * 50,
        "'; drop table x; --",
        '"',
        '""',
    ),
    *("\r", "\n", "a\nb", "=1+1", "{{7*7}}", "%s%n", "\\", "\ufeff", "true", "[]", "{}", "None", "2024-01-05", "12.50"),
]


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBSession]:
    engine = DuckDBEngine(tmp_path_factory.mktemp("fuzz"))
    engine.prepare()
    with engine.durable() as session:
        yield session


def _good_rows(chance: random.Random, count: int) -> list[list[str]]:
    return [
        [
            f"o{n}",
            f"c{chance.randrange(9)}",
            f"c{n}@example.com",
            f"2024-0{1 + n % 9}-1{n % 9}",
            f"{n}.50",
            "EUR",
            "paid",
        ]
        for n in range(count)
    ]


def _csv(rows: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows([HEADER, *rows])
    return text.getvalue().encode("utf-8", "surrogatepass")


def _whole(chance: random.Random) -> tuple[str, bytes]:
    """A good file of some kind."""
    rows = _good_rows(chance, chance.randrange(1, 12))
    kind = chance.choice(["csv", "tsv", "json", "jsonl", "parquet", "csv.gz"])
    records = [dict(zip(HEADER, row, strict=True)) for row in rows]
    if kind == "json":
        return kind, json.dumps(records).encode()
    if kind == "jsonl":
        return kind, b"\n".join(json.dumps(record).encode() for record in records)
    if kind == "parquet":
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(records), buffer)
        return kind, buffer.getvalue()
    content = _csv(rows, "\t" if kind == "tsv" else ",")
    return kind, gzip.compress(content) if kind == "csv.gz" else content


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _flip(content: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(chance.randrange(1, 9)):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def _put_in(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + chance.choice(ODD).encode("utf-8", "surrogatepass") + content[place:]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content + content[start : start + chance.randrange(1, 200)]


def _swap(content: bytes, chance: random.Random) -> bytes:
    one, other = chance.sample([b",", b'"', b"\n", b"{", b"}", b":", b"\t", b";", b"[", b"o"], 2)
    return content.replace(one, other, chance.randrange(1, 4))


def _recode(content: bytes, chance: random.Random) -> bytes:
    return content.decode("latin-1").encode(chance.choice(["utf-16", "utf-16-be", "utf-32", "utf-8-sig", "cp037"]))


SPOILERS: list[Callable[[bytes, random.Random], bytes]] = [_cut, _flip, _put_in, _repeat, _swap, _recode]


def _landed(durable: DuckDBSession, file: Path, source: str) -> tuple[int, int, int, int] | str:
    """Rows, staged, rejected and duplicates of the file; or the kind of the error that Regulars refused it with."""
    try:
        given = Given(open_delivery(file), source, SourceSettings(entity="orders"))
        report = land(durable, Settings(), [given])
    except RegularsError as error:
        assert str(error).strip(), "an error must say something"
        return type(error).__name__
    if not report.loads:
        return "known"
    (load,) = report.loads
    return load.rows, load.staged, load.rejected, load.duplicates


def test_no_bad_file_crashes_the_landing_and_what_lands_adds_up(durable: DuckDBSession, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for number in range(FILES):
        chance = random.Random(number)
        kind, content = _whole(chance)
        for _ in range(chance.randrange(1, 4)):
            content = chance.choice(SPOILERS)(content, chance) if content else content
        file = tmp_path / f"{number}.{kind}"
        file.write_bytes(content)
        outcome = _landed(durable, file, f"files_{number % 20}")
        if isinstance(outcome, tuple):
            rows, staged, rejected, duplicates = outcome
            assert rows == staged + rejected + duplicates, file.name
        outcomes["landed" if isinstance(outcome, tuple) else outcome] += 1
    # All of both must occur, or the files were not as bad, or as good, as they should be.
    assert outcomes["landed"] > FILES / 4 and outcomes["InputError"] > FILES / 20, outcomes


def test_every_bad_record_is_accounted_for(durable: DuckDBSession, tmp_path: Path) -> None:
    for number in range(RECORD_FILES):
        chance = random.Random(10_000 + number)
        rows = _good_rows(chance, RECORDS)
        spoiled = set()
        for place, row in enumerate(rows):
            if chance.random() < 0.7:
                spoiled.add(place)
                for _ in range(chance.randrange(1, 4)):
                    row[chance.randrange(len(row))] = chance.choice(ODD)
        file = tmp_path / f"records_{number}.csv"
        file.write_bytes(_csv(rows))
        outcome = _landed(durable, file, f"records_{number}")
        if isinstance(outcome, str):
            assert outcome == "InputError"
            continue
        assert outcome[0] == RECORDS
        refused = durable.query(
            "select row_number, reason, payload from staging.rejected_rows where source = $1", (f"records_{number}",)
        ).to_pylist()
        assert len(refused) == outcome[2]
        for row in refused:
            assert row["row_number"] - 1 in spoiled, row
            assert row["reason"] and row["payload"]
