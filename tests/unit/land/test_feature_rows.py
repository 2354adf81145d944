from __future__ import annotations

import pyarrow as pa

from regulars.engines.files import selected
from regulars.land.feature_rows import feature_rows_sql

COLUMNS = {"customer_id": "Who", "recency": "R", "monetary": "M"}
FEATURES = ("recency", "monetary")


def _typed(rows: list[tuple[str | None, ...]], columns: dict[str, str] = COLUMNS, decimal: str = ".") -> list[dict]:
    names = list(columns.values())
    texts = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
    table = pa.table({**texts, "_row": pa.array(range(1, len(rows) + 1), pa.int64())})
    with selected(table.to_reader(), feature_rows_sql(columns, FEATURES, decimal)) as reader:
        return reader.read_all().to_pylist()


def test_numbers_are_read_as_people_write_them() -> None:
    [row] = _typed([("C1 ", " 12 ", "€1,234.50")])
    assert row == {"customer_id": "C1", "recency": 12.0, "monetary": 1234.5, "problem": None}
    assert _typed([("C1", "12", "1.234,50")], decimal=",")[0]["monetary"] == 1234.5


def test_a_missing_value_is_no_problem_but_knowing_nothing_is() -> None:
    some, nothing = _typed([("C1", None, "5"), ("C2", "", " ")])
    assert (some["recency"], some["problem"]) == (None, None)
    assert nothing["problem"] == "nothing is known: recency, monetary are empty"


def test_what_is_no_number_and_days_below_zero_are_said_with_the_text() -> None:
    rows = _typed([("C1", "soon", "5"), ("C2", "-3", "5"), ("C3", "3", "-5"), ("C4", "nan", "5"), ("C5", "1", "1,5")])
    assert [row["problem"] for row in rows] == [
        "recency is no number: soon",
        "recency is below zero: -3",
        None,
        "recency is no number: nan",
        "monetary is no number: 1,5",
    ]


def test_without_an_id_the_number_of_the_row_stands_for_it() -> None:
    assert [row["customer_id"] for row in _typed([(None, "1", "2"), ("B", "1", "2")])] == ["1", "B"]
    without = {"recency": "R", "monetary": 'the "M"'}
    assert [row["customer_id"] for row in _typed([("1", "2"), ("3", "4")], without)] == ["1", "2"]
