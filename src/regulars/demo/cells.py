"""Cells of Arrow columns: words by their codes, money from cents, days and seconds since 1970-01-01."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

EPOCH = dt.date(1970, 1, 1)
SECONDS_A_DAY = 86_400

Longs = npt.NDArray[np.int64]


def take(words: list[str], codes: npt.NDArray[np.integer]) -> pa.Array:
    """The words at these codes."""
    return pc.take(pa.array(words), pa.array(codes))


def unless(mask: npt.NDArray[np.bool_], values: pa.Array) -> pa.Array:
    """The values, null where the mask is set."""
    return pc.if_else(pa.array(mask), pa.scalar(None, values.type), values)


def money(cents: npt.NDArray[np.int64], is_absent: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Cents as decimal(18, 2), null where absent."""
    # A decimal128 is its cents as a 16-byte integer: laying them out is many times faster than casting and dividing.
    wide = np.zeros((cents.size, 2), dtype=np.int64)
    wide[:, 0], wide[:, 1] = cents, cents >> 63  # the upper half repeats the sign
    amounts = pa.Array.from_buffers(pa.decimal128(18, 2), cents.size, [None, pa.py_buffer(wide)])
    return amounts if is_absent is None else unless(is_absent, amounts)
