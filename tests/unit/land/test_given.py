"""Files behind URLs land like local ones: once, whole, known by their content, and gone from here afterwards."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests import servers_store
from tests.servers_store import KEY, SECRET, Store

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import SourceUnreachable
from regulars.land import ledger
from regulars.land.given import emptied, given_sources
from regulars.land.stage import LandReport, land
from regulars.settings import Settings
from regulars.sources import download

HEADER = "order_id,customer_id,ordered_at,amount\n"
RECORDS = [{"order_id": f"o{n}", "customer_id": f"c{n}", "ordered_at": "2025-01-03", "amount": n} for n in (1, 2, 3)]


@pytest.fixture
def s3() -> Iterator[Store]:
    with servers_store.s3() as store:
        store.buckets.add("shop")
        store.files["shop/orders/1.csv"] = _csv(1, 2)
        yield store


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "FIRST_PAUSE_SECONDS", 0.0)


def _csv(*numbers: int) -> bytes:
    return (HEADER + "".join(f"o{n},c{n},2025-01-03,{n}\n" for n in numbers)).encode()


def _settings(path: str | list[str], store: Store | None = None) -> Settings:
    options = {"key": KEY, "secret": SECRET, "endpoint_url": store.url} if store else {}
    source = {"path": path, "entity": "orders", "storage_options": options}
    return Settings.model_validate({"sources": {"orders": source}})


def _landed(engine: DuckDBEngine, settings: Settings, **more: Any) -> LandReport:
    engine.prepare()
    with engine.durable() as session, emptied(engine.scratch_folder) as scratch:
        return land(session, settings, given_sources([], settings), scratch=scratch, **more)


def _rows(engine: DuckDBEngine, sql: str) -> list[tuple[Any, ...]]:
    with engine.durable() as session:
        return [tuple(row.values()) for row in session.query(sql).to_pylist()]


def test_objects_of_s3_land_once_and_the_same_object_is_not_even_fetched_again(s3: Store, tmp_path: Path) -> None:
    engine, settings = DuckDBEngine(tmp_path), _settings("s3://shop/orders/*.csv", s3)
    assert [load.rows for load in _landed(engine, settings).loads] == [2]
    s3.files["shop/orders/2.csv"] = _csv(3)
    again = _landed(engine, settings)
    assert ([load.uri for load in again.loads], again.known) == (["s3://shop/orders/2.csv"], ["1.csv"])
    assert s3.asked["GET shop/orders/1.csv"] == 1
    # Other content under the same name is another version; known content under another name is told once it is here.
    s3.files["shop/orders/1.csv"] = _csv(1, 4)
    s3.files["shop/orders/3.csv"] = _csv(3)
    third = _landed(engine, settings)
    assert ([load.rows for load in third.loads], third.known) == ([2], ["2.csv", "3.csv"])
    assert s3.asked["GET shop/orders/3.csv"] == 1
    assert sorted(_rows(engine, "select distinct order_id from staging.orders")) == [("o1",), ("o2",), ("o3",), ("o4",)]
    assert not engine.scratch_folder.exists()
    refreshed = _landed(engine, settings, full_refresh=True)
    assert ([load.rows for load in refreshed.loads], refreshed.known) == ([2, 1], ["3.csv"])


def test_a_file_of_the_web_is_known_by_its_content_alone(tmp_path: Path) -> None:
    with servers_store.web() as store:
        store.files["d/orders.csv"] = _csv(1, 2)
        engine, settings = DuckDBEngine(tmp_path), _settings(f"{store.url}/d/orders.csv?token=sesame")
        assert [load.uri for load in _landed(engine, settings).loads] == [f"{store.url}/d/orders.csv"]
        assert _landed(engine, settings).known == ["orders.csv"]
        assert store.asked["GET d/orders.csv"] == 2


def test_every_kind_of_file_comes_from_a_store(tmp_path: Path) -> None:
    sheet, packed, table = io.BytesIO(), io.BytesIO(), pa.Table.from_pylist(RECORDS)
    book = xlsxwriter.Workbook(sheet)
    page = book.add_worksheet()
    page.write_row(0, 0, list(RECORDS[0]))
    for place, record in enumerate(RECORDS, start=1):
        page.write_row(place, 0, list(record.values()))
    book.close()
    parquet = pa.BufferOutputStream()
    pq.write_table(table, parquet)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("orders.csv", _csv(1, 2, 3))
    contents = {
        "a.csv": _csv(1, 2, 3),
        "b.csv.gz": gzip.compress(_csv(1, 2, 3)),
        "c.tsv": _csv(1, 2, 3).replace(b",", b"\t"),
        "d.xlsx": sheet.getvalue(),
        "e.parquet": parquet.getvalue().to_pybytes(),
        "f.json": json.dumps(RECORDS).encode(),
        "g.jsonl": "\n".join(map(json.dumps, RECORDS)).encode(),
    }
    for name, content in contents.items():
        fsspec.filesystem("memory").pipe(f"/kinds/{name}", content)
    fsspec.filesystem("memory").pipe("/packed/z.zip", packed.getvalue())
    engine = DuckDBEngine(tmp_path)
    loads = _landed(engine, _settings(["memory://kinds/*", "zip://*.csv::memory://packed/z.zip"])).loads
    # The archive holds the same content as a.csv, which has landed by then.
    assert [load.uri.rpartition("/")[2] for load in loads] == list(contents)
    assert [(load.rows, load.rejected) for load in loads] == [(3, 0)] * len(contents)
    same = "select count(distinct (order_id, customer_key, ordered_at, amount)) from staging.orders"
    assert _rows(engine, same) == [(3,)]


def test_a_broken_connection_leaves_nothing_half_landed(tmp_path: Path) -> None:
    with servers_store.web() as store:
        store.files["orders.csv"] = _csv(*range(5000))
        engine, settings = DuckDBEngine(tmp_path), _settings(f"{store.url}/orders.csv")
        store.cuts = [10_000] * 5
        with pytest.raises(SourceUnreachable, match="nothing of the file was kept"):
            _landed(engine, settings)
        assert _rows(engine, "select status, rows from ops.loads") == [("failed", 0)]
        assert _rows(engine, "select count(*) from staging.orders") == [(0,)]
        assert not engine.scratch_folder.exists()
        store.cuts = [10_000]
        assert [load.rows for load in _landed(engine, settings).loads] == [5000]


def test_what_a_killed_run_left_is_cleared_away(s3: Store, tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path)
    left = engine.scratch_folder / "regulars-download-x" / "half.csv"
    left.parent.mkdir(parents=True)
    left.write_text("half")
    _landed(engine, _settings("s3://shop/orders/*.csv", s3))
    assert not left.exists()


def test_the_version_of_a_file_is_no_watermark_of_a_feed(s3: Store, tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path)
    _landed(engine, _settings("s3://shop/orders/*.csv", s3))
    with engine.durable() as session:
        assert ledger.loads_of(session, "orders")[0].watermark is not None
        assert ledger.watermark_of(session, "orders") is None
