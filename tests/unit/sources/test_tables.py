import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.sources import from_arrow, open_delivery
from regulars.sources.tables import as_text

from .conftest import reading

NOON = dt.datetime(2024, 1, 2, 12, 0, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([Decimal("1.10"), None], pa.decimal256(50, 2), ["1.10", None]),
        ([Decimal("1.10")], pa.decimal128(10, 2), ["1.10"]),
        ([1.5, None], pa.float16(), ["1.5", None]),
        ([0.1], pa.float32(), ["0.1"]),
        ([17850.0, None, 447700900123.0], pa.float64(), ["17850", None, "447700900123"]),
        ([10.25, float("nan")], pa.float64(), ["10.25", None]),
        ([1, 2**63], pa.uint64(), ["1", str(2**63)]),
        ([True, None], pa.bool_(), ["true", None]),
        ([None, None], pa.null(), [None, None]),
        (["a", ""], pa.large_string(), ["a", None]),
        (["a", ""], pa.string_view(), ["a", None]),
        ([b"a", b"\xff", None], pa.binary(), ["a", "\ufffd", None]),
        ([NOON], pa.timestamp("ns", tz="Europe/Berlin"), ["2024-01-02 13:00:05+01:00"]),
        ([NOON], pa.timestamp("us", tz="UTC"), ["2024-01-02 12:00:05Z"]),
        ([NOON.replace(tzinfo=None, microsecond=120000)], pa.timestamp("ms"), ["2024-01-02 12:00:05.120"]),
        ([NOON.replace(tzinfo=None)], pa.timestamp("us"), ["2024-01-02 12:00:05"]),
        ([NOON.date()], pa.date64(), ["2024-01-02"]),
        ([dt.time(1, 2, 3)], pa.time64("us"), ["01:02:03"]),
        ([[1, None], None], pa.list_(pa.int8()), ["[1, null]", None]),
        ([{"a": Decimal("1.10")}], pa.struct({"a": pa.decimal128(5, 2)}), ['{"a": "1.10"}']),
        ([[b"x"]], pa.list_(pa.binary()), ['["x"]']),
        ([(1, 2, 3)], pa.month_day_nano_interval(), ["MonthDayNano(months=1, days=2, nanoseconds=3)"]),
    ],
)  # fmt: skip
def test_every_kind_becomes_text(values: list[Any], kind: pa.DataType, texts: list[str | None]) -> None:
    assert as_text(pa.array(values, kind)).to_pylist() == texts


@given(
    st.lists(st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2037, 1, 1)) | st.none(), min_size=1),
    st.sampled_from([None, "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "+05:30"]),
    st.sampled_from(["s", "ms", "us", "ns"]),
)
def test_a_time_becomes_what_python_writes(values: list[dt.datetime | None], zone: str | None, unit: str) -> None:
    digits = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "microseconds"}[unit]
    column = pa.array(values, pa.timestamp("us")).cast(pa.timestamp(unit), safe=False).cast(pa.timestamp(unit, zone))
    expected: list[str | None] = []
    for value in column.cast(pa.timestamp("us", zone), safe=False).to_pylist():
        if value is None:
            expected.append(None)
            continue
        text = value.isoformat(" ", digits if value.microsecond else "seconds")
        text, offset = (text[:-6], text[-6:]) if zone else (text, "")
        text += "000" if unit == "ns" and value.microsecond else ""
        expected.append(text + ("Z" if zone == "UTC" else offset))
    assert as_text(column).to_pylist() == expected


def test_packed_kinds_become_text() -> None:
    assert as_text(pa.array(["a", None, ""]).dictionary_encode()).to_pylist() == ["a", None, None]
    assert as_text(pa.RunEndEncodedArray.from_arrays([2, 3], ["x", "y"])).to_pylist() == ["x", "x", "y"]
    number = uuid.UUID(int=7)
    assert as_text(pa.array([number.bytes], pa.uuid())).to_pylist() == [str(number)]


def test_a_table_of_a_program_is_a_delivery() -> None:
    table = pa.table({"id": [1, 2], "__index_level_0__": [0, 1], "x": ["a", ""]})
    found = reading(from_arrow(table, "orders"))
    assert (found.columns, found.rows, found.numbers) == (["id", "x"], [["1", "a"], ["2", None]], [1, 2])
    assert found.delivery.uri == "memory:orders"


def test_names_of_a_table_may_repeat() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert reading(from_arrow(table, "t")).columns == ["a", "a_2"]


def test_the_hash_tells_tables_apart() -> None:
    def hashed(**columns: list[str | None]) -> str:
        return from_arrow(pa.table(columns), "t").content_hash

    assert hashed(a=["x"], b=["y"]) == hashed(a=["x"], b=["y"])
    assert len({hashed(a=["ab", "c"]), hashed(a=["a", "bc"]), hashed(b=["ab", "c"]), hashed(a=["ab", "c", None])}) == 4


def test_what_is_no_table_is_an_input_error() -> None:
    for thing in (5, object(), [1, 2]):
        with pytest.raises(InputError, match="is no table"):
            from_arrow(thing, "t")


def test_a_parquet_file_is_read_in_batches(write: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table({"id": range(200_000)}), path, row_group_size=70_000)
    found = reading(open_delivery(path))
    assert found.numbers == list(range(1, 200_001))
    assert found.rows[-1] == ["199999"]


def test_a_damaged_parquet_file_is_an_input_error(write: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "whole.parquet"
    pq.write_table(pa.table({"id": range(1000)}), path)
    content = path.read_bytes()
    for broken in (content[:-20], b"PAR1" + bytes(50), content[:4] + bytes(300) + content[304:]):
        with pytest.raises(InputError, match="damaged Parquet"):
            reading(open_delivery(write(broken, "broken.parquet")))


def test_the_shops_parquet_file_has_its_known_rows(shared_data: Path) -> None:
    table = open_delivery(shared_data / "online_retail.parquet").batches().read_all()
    assert table.num_rows == 541_909
