from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.source_settings import SourceSettings
from regulars.sources import Delivery, FileOptions, open_delivery
from regulars.sources.delivery import BATCH_ROWS, unique_names


def delivery(sizes: list[int], calls: list[int] | None = None) -> Delivery:
    def read() -> Iterator[pa.RecordBatch]:
        first = 1
        if calls is not None:
            calls.append(1)
        for size in sizes:
            numbers = list(range(first, first + size))
            texts = pa.array([str(n) for n in numbers], pa.string())
            yield pa.RecordBatch.from_arrays([texts, pa.array(numbers, pa.int64())], names=["a", "_row"])
            first += size

    return Delivery("memory:t", "t", 0, "", ["a"], read)


def test_batches_have_the_size_in_which_duckdb_stores_rows() -> None:
    batches = list(delivery([BATCH_ROWS + 5, 0, 10, BATCH_ROWS]).batches())
    assert [batch.num_rows for batch in batches] == [BATCH_ROWS, BATCH_ROWS, 15]
    assert pa.Table.from_batches(batches).column("_row").to_pylist() == list(range(1, 2 * BATCH_ROWS + 16))


def test_a_sample_is_read_once_for_all_callers() -> None:
    calls: list[int] = []
    found = delivery([300, 300, 700], calls)
    assert found.sample().num_rows == 1000
    assert found.sample(5).column_names == ["a"]
    assert found.sample(5).num_rows == 5
    assert len(calls) == 1
    assert found.sample(1200).num_rows == 1200
    assert len(calls) == 2


def test_a_sample_of_a_short_file_is_not_read_again() -> None:
    calls: list[int] = []
    found = delivery([3], calls)
    assert [found.sample().num_rows, found.sample().num_rows, len(calls)] == [3, 3, 1]


def test_a_sample_leaves_what_is_known_of_malformed_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1\n2,3\n")
    found = open_delivery(path)
    found.batches().read_all()
    found.sample()
    assert found.malformed.num_rows == 1


def test_options_come_from_a_sources_settings() -> None:
    assert FileOptions.of(SourceSettings(delimiter=";", sheet=2)) == FileOptions(delimiter=";", sheet=2)


def test_a_failure_is_kept_for_whoever_drives_the_reading() -> None:
    found = delivery([3])

    def changed() -> None:
        raise InputError("it changed")

    found.confirm = changed
    with pytest.raises(InputError, match="it changed"):
        found.batches().read_all()
    assert str(found.failure) == "it changed"


def test_headers_become_names_that_are_unique_and_filled() -> None:
    assert unique_names([" id ", "", None, "ID", "id_2", "_row", "\ufeffx"]) == [
        "id", "column_2", "column_3", "ID_2", "id_2_2", "_row_", "x",
    ]  # fmt: skip


@given(st.lists(st.one_of(st.none(), st.text(max_size=4), st.sampled_from(["a", "A", "a_2", "_row"]))))
def test_names_never_repeat(cells: list[str | None]) -> None:
    names = unique_names(cells)
    assert len({name.lower() for name in names}) == len(cells)
    assert all(names) and "_row" not in names


def test_the_sample_closes_the_file(write: Callable[..., Path]) -> None:
    path = write("a,b\n" + "1,2\n" * 500_000)
    assert open_delivery(path).sample().num_rows == 1000
    path.unlink()
