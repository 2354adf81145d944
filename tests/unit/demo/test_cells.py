"""Cells hold the exact money and the words they are asked for."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa

from regulars.demo.cells import money, take, unless


def test_money_is_exact_also_below_zero() -> None:
    cents = np.array([0, 1, -624, 99_999_999_999_999_999])
    assert money(cents).to_pylist() == [
        Decimal("0.00"),
        Decimal("0.01"),
        Decimal("-6.24"),
        Decimal("999999999999999.99"),
    ]


def test_absent_money_is_null() -> None:
    assert money(np.array([100, 200]), np.array([False, True])).to_pylist() == [Decimal("1.00"), None]


def test_words_are_taken_by_code_and_hidden_by_mask() -> None:
    words = take(["no", "yes"], np.array([1, 0, 1]))
    assert unless(np.array([False, False, True]), words).equals(pa.array(["yes", "no", None]))
