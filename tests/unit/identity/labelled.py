"""Two published sets of people with their truth, and the F1 that a list of pairs reaches on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from regulars.identity.clusters import components

_NUMBERED = (
    "row_number() over () as record_number, row_number() over () as key_number, row_number() over () as group_number"
)
_QUERIES = {
    "fake_1000": f"""
        select {_NUMBERED}, first_name, surname as last_name, dob as birth_date, city, email, cluster as truth
        from read_csv($1, all_varchar = true)""",
    "febrl3": f"""
        select
            {_NUMBERED}, trim(given_name) as first_name, trim(surname) as last_name, trim(date_of_birth) as birth_date,
            concat_ws(' ', nullif(trim(street_number), ''), nullif(trim(address_1), ''), nullif(trim(address_2), ''))
                as address,
            trim(suburb) as city, trim(postcode) as postcode, split_part(rec_id, '-', 2) as truth
        from read_csv($1, all_varchar = true, normalize_names = true)""",
}


@dataclass(frozen=True)
class Labelled:
    """Records in the order of their key numbers, from 1, and whose each is."""

    people: pa.Table
    truth: np.ndarray

    @property
    def true_pairs(self) -> int:
        return _pairs_within(self.truth)

    def best_f1(self, found: pa.Table) -> float:
        """The best F1 over all thresholds; pairs that were never compared are misses, as in Splink's documentation."""
        best_first = np.argsort(-found["match_weight"].to_numpy(), kind="stable")
        hits = np.cumsum(self._is_right(found)[best_first])
        return float((2 * hits / (np.arange(1, len(hits) + 1) + self.true_pairs)).max())

    def f1_of_pairs(self, found: pa.Table) -> float:
        return 2 * int(self._is_right(found).sum()) / (found.num_rows + self.true_pairs)

    def f1_of_persons(self, found: pa.Table) -> float:
        """Of all pairs of records that end up as one person."""
        number = np.arange(found.num_rows)
        keys = np.concatenate([found["left_number"].to_numpy(), found["right_number"].to_numpy()])
        nodes, roots = components(keys, np.concatenate([number, number]), np.empty((0, 2), dtype=np.int64))
        person = np.arange(1, len(self.truth) + 1)
        person[nodes - 1] = roots
        both = person * (self.truth.max() + 1) + self.truth
        return 2 * _pairs_within(both) / (_pairs_within(person) + self.true_pairs)

    def _is_right(self, found: pa.Table) -> np.ndarray:
        left, right = found["left_number"].to_numpy(), found["right_number"].to_numpy()
        return self.truth[left - 1] == self.truth[right - 1]


def read_labelled(shared_data: Path, name: str) -> Labelled:
    """`fake_1000` or `febrl3`; the number of the social security, which no shop has, is left out."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        table = connection.sql(_QUERIES[name], params=[str(shared_data / f"{name}.csv")]).to_arrow_table()
    truth = np.unique(np.array(table["truth"].to_pylist()), return_inverse=True)[1].astype(np.int64)
    return Labelled(table.drop_columns(["truth"]), truth)


def _pairs_within(labels: np.ndarray) -> int:
    counts = np.unique(labels, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())
