"""Folders of Parquet files: what is there is whole, and is read in the order in which it was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from regulars.engines.lake import Lake
from regulars.errors import WarehouseError

_SCHEMA = pa.schema([("n", pa.int64())])


def _rows(*batches: list[int]) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(
        _SCHEMA, (pa.record_batch([pa.array(batch, pa.int64())], schema=_SCHEMA) for batch in batches)
    )


def test_rows_come_back_file_by_file_in_the_order_of_their_names(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    assert lake.write("t", "part-2", _rows([4], [5])) == 2
    assert lake.write("t", "part-1", _rows([1, 2, 3])) == 3
    assert lake.read("t", _SCHEMA).read_all()["n"].to_pylist() == [1, 2, 3, 4, 5]


def test_without_rows_there_is_no_file_and_an_empty_table(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    assert lake.write("t", "part-1", _rows([])) == 0
    assert lake.folders("t") == []
    assert lake.read("t", _SCHEMA).read_all().num_rows == 0
    assert lake.read("nowhere", _SCHEMA).read_all().num_rows == 0


def test_what_breaks_off_while_it_is_written_is_not_read(tmp_path: Path) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch([pa.array([1], pa.int64())], schema=_SCHEMA)
        raise ZeroDivisionError

    lake = Lake(str(tmp_path))
    with pytest.raises(ZeroDivisionError):
        lake.write("t", "part-1", pa.RecordBatchReader.from_batches(_SCHEMA, broken()))
    assert lake.read("t", _SCHEMA).read_all().num_rows == 0


def test_a_small_file_of_text_is_replaced_whole(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "new"))
    assert lake.read_text("build.json") is None
    for text in ("first", "second"):
        lake.write_text("build.json", text)
        assert lake.read_text("build.json") == text
    assert lake.folders("") == ["build.json"]


def test_a_folder_is_removed_with_all_that_is_in_it(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.write("builds/a/t", "part", _rows([1]))
    lake.remove("builds/a")
    lake.remove("builds/a")
    assert lake.folders("builds") == []


def test_spark_is_told_of_a_folder_by_a_url_and_tells_of_it_by_the_same(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    assert lake.url_of("builds/a") == f"{tmp_path.as_uri()}/builds/a"
    assert lake.relative(lake.url_of("builds/a")) == "builds/a"


def test_a_store_that_nothing_can_open_is_refused_with_those_that_can() -> None:
    with pytest.raises(WarehouseError, match=r"The lake ftp://host/lake cannot be opened: .*Give `lake` a folder"):
        Lake("ftp://host/lake")
