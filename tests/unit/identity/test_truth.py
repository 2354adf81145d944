"""The truth is read from whatever names its columns have; what cannot serve as one is refused with the repair."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.errors import InputError
from regulars.identity.truth import read_truth


def _written(folder: Path, text: str) -> Path:
    file = folder / "truth.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("header", ["customer_id,person_id", "rec_id,cluster", "Source_Customer_Id, Entity"])
def test_columns_are_found_by_their_names_and_ids_stay_text(tmp_path: Path, header: str) -> None:
    truth = read_truth(_written(tmp_path, f"{header}\n007,1\n7,1\n8,\n9, 2 \n9,2\n"))
    assert sorted(truth.to_pylist(), key=str) == [
        {"record": "007", "entity": "1"},
        {"record": "7", "entity": "1"},
        {"record": "9", "entity": "2"},
    ]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("inner", ["", "truth"])
def test_a_generated_shop_is_its_own_truth(tmp_path: Path, kind: str, inner: str) -> None:
    made = generate(ShopOptions(customers=60, format=kind), tmp_path / "shop")
    truth = read_truth(tmp_path / "shop" / inner)
    assert truth.num_rows == made.customer_records
    assert truth.column_names == ["record", "entity"]
    assert "1001" in truth["record"].to_pylist()


def test_the_same_id_may_be_two_people_in_two_sources(tmp_path: Path) -> None:
    truth = read_truth(_written(tmp_path, "source,id,person\ncrm,1,a\nweb,1,b\n"))
    assert truth.num_rows == 2
    pq.write_table(pa.table({"id": [1, 1], "person": [5, 6]}), tmp_path / "truth.parquet")
    with pytest.raises(InputError, match=r"1 record\(s\) more than one person, such as `1`.*column `source`"):
        read_truth(tmp_path / "truth.parquet")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,person\na,1\n", "no column of records. It has: name, person. Call it one of: source_customer_id"),
        ("id,name\na,1\n", "no column of persons. It has: id, name. Call it one of: entity"),
        ("", "cannot be read"),
    ],
)
def test_what_is_no_truth_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_truth(_written(tmp_path, text))


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        read_truth(tmp_path / "truth.csv")
    with pytest.raises(InputError, match="is no generated shop"):
        read_truth(tmp_path)
