"""Files appear whole or not at all, and only where they do no harm."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.demo.write import replaced_folder, write_table
from regulars.errors import InputError

SMALL = ShopOptions(customers=20)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_folder_that_holds_other_things_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("the shop's own")
    with pytest.raises(InputError, match=r"holds other things already: orders\.csv.*--force"):
        generate(SMALL, tmp_path)
    assert (tmp_path / "orders.csv").read_text() == "the shop's own"
    assert names(tmp_path) == {"orders.csv"}


def test_force_writes_beside_other_things(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    generate(SMALL, tmp_path, force=True)
    assert names(tmp_path) == {"notes.txt", "customers.csv", "orders.csv", "truth"}


def test_an_earlier_shop_is_replaced_with_the_files_of_its_format(tmp_path: Path) -> None:
    generate(SMALL, tmp_path)
    generate(ShopOptions(customers=20, format="parquet"), tmp_path)
    assert names(tmp_path) == {"customers.parquet", "orders.parquet", "truth"}
    assert {path.suffix for path in (tmp_path / "truth").iterdir()} == {".parquet", ".json"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("")
    with pytest.raises(InputError, match="Name another folder"):
        generate(SMALL, tmp_path / "shop")


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(what: str, done: int, rows: int) -> None:
        if what == "orders":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(SMALL, tmp_path / "shop", on_progress=fail)
    assert not (tmp_path / "shop").exists()


def test_a_failure_leaves_the_earlier_shop(tmp_path: Path) -> None:
    generate(SMALL, tmp_path)
    before = (tmp_path / "orders.csv").read_bytes()
    with pytest.raises(RuntimeError), replaced_folder(tmp_path, force=False) as hidden:
        (hidden / "orders.csv").write_text("half")
        raise RuntimeError
    assert (tmp_path / "orders.csv").read_bytes() == before
    assert names(tmp_path) == {"customers.csv", "orders.csv", "truth"}


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".generating-abandoned").mkdir()
    generate(SMALL, tmp_path)
    assert names(tmp_path) == {"customers.csv", "orders.csv", "truth"}


def test_a_table_without_rows_has_its_header(tmp_path: Path) -> None:
    def rows(chunk: slice) -> pa.Table:
        return pa.table({"order_id": pa.array(range(chunk.start, chunk.stop), pa.int64())})

    write_table(tmp_path / "empty.csv", "csv", 0, rows, lambda done: None)
    assert (tmp_path / "empty.csv").read_text() == "order_id\n"
