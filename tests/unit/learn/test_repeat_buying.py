from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.learn.repeat_buying import Distinct, checked_columns, collapse, different_keys, distinct_combinations

customers = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40
)


@given(customers, st.sampled_from([1.0, 0.25, 1 / 7]))
def test_distinct_rows_with_their_weights_are_the_customers_again(rows: list[tuple[int, ...]], unit: float) -> None:
    x, last, more, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    t_x, T = np.where(x > 0, last, 0) * unit, (last + more) * unit
    if not weight.any():
        return
    history = collapse(x, t_x, T, weight)
    found = list(zip(history.x.per_row(), history.t_x.per_row(), history.T.per_row(), history.weight, strict=True))
    expected: dict[tuple[float, ...], float] = {}
    for *row, count in zip(x, t_x, T, weight, strict=True):
        if count:
            expected[tuple(row)] = expected.get(tuple(row), 0) + count
    assert found == [(*row, count) for row, count in sorted(expected.items())]


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([1.0, 0.3]))
def test_a_column_is_its_distinct_values_and_their_places(numbers: list[int], unit: float) -> None:
    column = np.array(numbers) * unit
    distinct = Distinct.of(column)
    assert np.array_equal(distinct.per_row(), column)
    assert np.array_equal(distinct.values, np.unique(column))


def test_keys_are_told_apart_by_a_table_or_by_sorting_alike() -> None:
    keys = np.random.default_rng(1).integers(0, 5000, 2000)
    for found, expected in zip(different_keys(keys, 5000), different_keys(keys, 1 << 40), strict=True):
        assert np.array_equal(found, expected)


def test_combinations_are_those_that_occur() -> None:
    columns = [Distinct.of(np.array(column)) for column in ([1.0, 1, 2, 2], [0.5, 0.7, 0.5, 0.5], [9.0, 9, 8, 8])]
    combinations, places = distinct_combinations(columns)
    assert [column.tolist() for column in combinations] == [[1, 1, 2], [0.5, 0.7, 0.5], [9, 9, 8]]
    assert places.tolist() == [0, 1, 2, 2]


def test_a_sample_stands_for_everyone_and_is_the_same_every_time() -> None:
    rng = np.random.default_rng(2)
    T = rng.uniform(1, 100, 50_000)
    x = rng.poisson(2, 50_000).astype(float)
    history = collapse(x, np.where(x > 0, T / 2, 0), T, rng.integers(1, 5, 50_000))
    sample = history.sample(4000)
    assert len(sample.weight) <= 4000
    assert sample.customers() == pytest.approx(history.customers())
    assert sample.weight @ sample.x.per_row() == pytest.approx(history.weight @ history.x.per_row(), rel=0.005)
    assert np.array_equal(sample.T.per_row(), history.sample(4000).T.per_row())
    assert history.sample(60_000) is history


@pytest.mark.parametrize(
    ("x", "t_x", "T", "said"),
    [
        ([1, -1], [1, 1], [2, 2], r"`x` of row 1 \(counted from 0\) is -1: `x` is negative"),
        ([1, 1], [1, -3], [2, 2], "`t_x` of row 1 .* is negative"),
        ([1, 1], [1, 1], [2, np.nan], "`T` of row 1 .* is missing or infinite"),
        ([1, np.inf], [1, 1], [2, 2], "`x` of row 1 .* is missing or infinite"),
        ([1, 1], [1, 3], [2, 2], "`t_x` of row 1 .* lies after T"),
        ([1, 0], [1, 1], [2, 2], "`t_x` of row 1 .* above 0 where x is 0"),
        ([1, 1.5], [1, 1], [2, 2], "`x` of row 1 .* no whole number"),
        ([1, 1], [1], [2, 2], r"same length.*\(2,\).*\(1,\)"),
        ([[1]], [[1]], [[2]], "same length"),
        (["many"], [1], [2], "`x` holds what is no number"),
    ],
)
def test_columns_that_cannot_be_of_customers_are_refused_by_name_and_row(x, t_x, T, said: str) -> None:
    with pytest.raises(InputError, match=said):
        checked_columns(x, t_x, T)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        ([1], "`weight` has the shape"),
        ([1, -1], "`weight` of row 1"),
        ([np.nan, 1], "`weight` of row 0"),
        ([0, 0], "no customers"),
    ],
)
def test_weights_that_cannot_be_numbers_of_customers_are_refused(weight: list[float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        collapse([0, 1], [0, 1], [2, 2], weight)


def test_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="no customers"):
        collapse([], [], [], None)
