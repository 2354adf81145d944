from __future__ import annotations

import pyarrow as pa

from regulars.engines.files import selected
from regulars.land.feature_rows import feature_rows_sql
from regulars.sources.customer_history import HistoryColumns

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


HISTORY = HistoryColumns("O", "T", "R", True, "A", False, {})
ALL = {"customer_id": "Who", "recency": "R", "frequency": "F", "monetary": "M"}


def _with_history(rows: list[tuple[str | None, ...]], history: HistoryColumns = HISTORY) -> list[dict]:
    names = ("Who", "R", "F", "M", "O", "T", "A")
    texts = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
    table = pa.table({**texts, "_row": pa.array(range(1, len(rows) + 1), pa.int64())})
    sql = feature_rows_sql(ALL, ("recency", "frequency", "monetary"), history=history)
    with selected(table.to_reader(), sql) as reader:
        return reader.read_all().to_pylist()


def _history_of(row: dict) -> tuple[float | None, ...]:
    return tuple(row[f"history_{name}"] for name in ("orders", "x", "t_x", "observed_days", "amount"))


def test_a_history_is_counted_as_the_models_of_buying_count_it() -> None:
    [often, once, today] = _with_history(
        [
            ("C1", "10", "3", "60", "5", "100", "20"),
            ("C2", "40", "1", "9", "1", "40", "9"),
            ("C3", "0", "2", "9", "2", "0", "4.5"),
        ]
    )
    # First order 100 days ago and the last 10: 90 days between them, and 99 whole days seen.
    assert _history_of(often) == (5, 4, 90, 99, 100)
    assert _history_of(once) == (1, 0, 0, 39, 9)
    # Two orders of one day are one occasion; a list that counts from the day itself has a recency of 0.
    assert _history_of(today) == (2, 0, 0, 0, 9)
    assert _history_of(_with_history([("C1", "10", "3", "60", "5", "100", "77")], HISTORY_OF_TOTALS)[0])[-1] == 77


HISTORY_OF_TOTALS = HistoryColumns("O", "T", "R", True, "A", True, {})


def test_a_history_that_is_not_known_whole_is_none_and_no_problem() -> None:
    rows = [
        ("no tenure", "10", "3", "60", "5", None, "20"),
        ("no worth", "10", "3", "60", "5", "100", None),
        ("never bought", "366", "0", "0", "0", None, None),
        ("last order beyond the window", "366", "0", "0", "5", "800", "20"),
    ]
    found = _with_history(rows)
    assert [row["problem"] for row in found] == [None] * 4
    assert all(_history_of(row)[1:] == (None,) * 4 for row in found)
    assert [row["history_orders"] for row in found] == [5, 5, 0, 5]


def test_a_history_that_cannot_be_is_said() -> None:
    rows = [
        ("C1", "10", "3", "60", "2.5", "100", "20"),
        ("C2", "100", "3", "60", "2", "10", "20"),
        ("C3", "10", "3", "60", "many", "100", "20"),
    ]
    assert [row["problem"] for row in _with_history(rows)] == [
        "orders is no whole number: 2.5",
        "the first order lies after the last: 10 days ago",
        "orders is no number: many",
    ]
