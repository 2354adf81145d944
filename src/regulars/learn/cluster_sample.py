"""The sample on which k is searched: the same customers whatever the order of the rows, spread like chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regulars.learn.features import Floats


def seeded_rows(customer_ids: npt.NDArray[np.int64], size: int, seed: int) -> npt.NDArray[np.intp]:
    """The rows of the customers whose hashed id is smallest, in the order of the hash.

    That order says nothing about the customers, so the first rows of the sample are a sample too.

    Args:
        customer_ids: One per row, each once.
        size: How many rows; all of them when there are fewer.
        seed: Another seed gives another sample.
    """
    hashed = _hashed(customer_ids, seed)
    rows = np.argpartition(hashed, size)[:size] if len(hashed) > size else np.arange(len(hashed))
    return rows[np.argsort(hashed[rows])]


def with_rare_kinds(points: Floats, rows: npt.NDArray[np.intp], needed: int) -> tuple[Floats, int]:
    """The sample's points and how many of them differ.

    Where they are fewer than needed, one of every kind among all customers is added: rare ones can escape a sample.
    """
    sample = points[rows]
    different = len(np.unique(sample, axis=0))
    if different >= needed or len(rows) == len(points):
        return sample, different
    kinds = np.unique(points, axis=0)
    return np.vstack([sample, kinds]), len(kinds)


def _hashed(customer_ids: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.uint64]:
    # SplitMix64 (Steele, Lea, Flood 2014): one-to-one, so that two customers never tie.
    mixed = customer_ids.astype(np.uint64) + np.uint64((seed + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
