"""What the model makes of two people, comparison by comparison: the weights that add up to a probability.

A weight is log2 of how much likelier a degree of likeness is between records of one person than of two (Fellegi and
Sunter 1969): 1 doubles the odds, -1 halves them. All records are prepared, as how rare a value is counts too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from regulars.engines.scratch import scratch_database
from regulars.identity.linking import linker
from regulars.identity.person_model import Comparison, PersonModel, usable_comparisons
from regulars.identity.probabilistic import count_records, prepare

NOT_KNOWN = "not known of both"


@dataclass(frozen=True)
class Weight:
    """What one comparison says.

    Attributes:
        comparison: What is compared.
        likeness: How alike the two are in it.
        left: The one's value, as it is compared.
        right: The other's.
        weight: Of the likeness.
        rarity: Added because the value they share is rarer than most, or taken off because it is commoner.
    """

    comparison: str
    likeness: str
    left: str | None
    right: str | None
    weight: float
    rarity: float


@dataclass(frozen=True)
class Weighed:
    """Two customer keys as the model sees them: their likest pair of records.

    Attributes:
        weights: One per comparison, in the model's order.
        records: How many records were prepared.
    """

    weights: tuple[Weight, ...]
    records: int

    @property
    def total(self) -> float:
        """The sum of all weights, before it is known how likely any two records are one person."""
        return sum(weight.weight + weight.rarity for weight in self.weights)


def weigh(
    people: pa.RecordBatchReader | pa.Table,
    model: PersonModel,
    pairs: Sequence[tuple[int, int]],
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    scratch: Path | None = None,
) -> dict[tuple[int, int], Weighed]:
    """Weighs pairs of customer keys.

    Args:
        people: As for `match_pairs`.
        model: What records of one person look like.
        pairs: Their numbers, few.
        threads: How many threads work.
        memory_limit: What may be kept in memory.
        scratch: Where the rest goes.

    Returns:
        The weights by pair, smaller number first. A key without a record to compare is in none.
    """
    wanted = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    with scratch_database(scratch, threads=threads, memory_limit=memory_limit) as connection:
        filled = prepare(connection, people)
        usable, records = usable_comparisons(filled), count_records(connection)
        if not usable or not wanted:
            return {}
        rules = [
            f"least(l.key_number, r.key_number) = {low} and greatest(l.key_number, r.key_number) = {high}"
            for low, high in wanted
        ]
        compared = linker(
            connection, "people", usable, filled=filled, rules=rules, chances=model, keeps_weights=True
        ).inference.predict(warning_mode="never")
        rows = connection.sql(
            f"select * from {compared.physical_name} order by match_weight desc, record_number_l, record_number_r"
        ).to_arrow_table()
    found: dict[tuple[int, int], Weighed] = {}
    for row in rows.to_pylist():
        low, high = sorted((row["key_number_l"], row["key_number_r"]))
        swapped = row["key_number_l"] != low
        weights = tuple(_weight(comparison, row, swapped) for comparison in usable)
        found.setdefault((low, high), Weighed(weights, records))
    return found


def probability(weight: float) -> float:
    """The probability that log2 odds stand for."""
    return 1 / (1 + math.exp2(-weight))


def _weight(comparison: Comparison, row: dict[str, object], swapped: bool) -> Weight:
    """Splink numbers levels from the last, which is 0, up to the first; -1 is missing."""
    gamma = int(str(row[f"gamma_{comparison.name}"]))
    likeness = NOT_KNOWN if gamma < 0 else comparison.levels[len(comparison.levels) - 1 - gamma].name
    left, right = (_shown(comparison, row, side) for side in ("rl" if swapped else "lr"))
    weight, rarity = (row.get(f"{kind}_{comparison.name}") for kind in ("mw", "mw_tf_adj"))
    return Weight(comparison.name, likeness, left, right, _number(weight), _number(rarity))


def _shown(comparison: Comparison, row: dict[str, object], side: str) -> str | None:
    """What is compared of one side, as far as it is known."""
    values = [row.get(f"{column}_{side}") for column in comparison.columns]
    return " ".join(str(value) for value in values if value) or None


def _number(value: object) -> float:
    return float(str(value)) if value is not None else 0.0
