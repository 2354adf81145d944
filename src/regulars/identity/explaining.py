"""Why two customer keys are, or are not, one person: the weight of every comparison, in bits.

A weight of one bit makes it twice as likely that two records are one person; weights add up. The values compared are
those that the comparison saw, after they were brought to one spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.engines.scratch import scratch_database
from regulars.errors import InputError
from regulars.identity.household import MOST_PROBABLE, TWO_FIRST_NAMES
from regulars.identity.linking import linker
from regulars.identity.person_model import Comparison, PersonModel, usable_comparisons
from regulars.identity.probabilistic import chance, count_records, log_odds, prepare
from regulars.identity.rarity import count_rarity


@dataclass(frozen=True)
class ComparisonWeight:
    """What one comparison says.

    Attributes:
        comparison: Its name, e.g. `birth_date`.
        level: How alike the values are, in words; `missing` where one of them is not known.
        left: The values of the left record.
        right: The values of the right record.
        weight: In bits; rarity is part of it.
        rarity: How much of it is there because the value is rarer, or more common, than values are.
    """

    comparison: str
    level: str
    left: tuple[str | None, ...]
    right: tuple[str | None, ...]
    weight: float
    rarity: float


@dataclass(frozen=True)
class PairExplanation:
    """Why a pair has its probability: `start` and the weights of `comparisons` add up to `match_weight`."""

    probability: float
    match_weight: float
    start: float
    comparisons: tuple[ComparisonWeight, ...]


def explain_pair(
    people: pa.RecordBatchReader | pa.Table,
    left_number: int,
    right_number: int,
    model: PersonModel,
    *,
    matches_per_record: float | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
    scratch: Path | None = None,
) -> PairExplanation:
    """Weighs two customer keys against each other by their best pair of records, whether or not a rule compares them.

    Args:
        people: All records, as for `match_pairs`: how rare a value is depends on everybody.
        left_number: One `key_number`.
        right_number: The other.
        model: What records of one person look like.
        matches_per_record: What `match_pairs` found (`RATE` in its metadata); the model's own if none.
        threads: How many threads work.
        memory_limit: What may be kept in memory.
        scratch: Where the rest goes.

    Raises:
        InputError: One of them has no customer record, or nothing is known that could be compared.
    """
    with scratch_database(scratch, threads=threads, memory_limit=memory_limit) as connection:
        filled = prepare(connection, people)
        usable = usable_comparisons(filled)
        connection.execute(
            f"create table people_asked as select * from people where key_number in ({left_number:d}, {right_number:d})"
        )
        numbers = connection.execute("select distinct key_number from people_asked").fetchall()
        if len(numbers) < 2 or not usable:
            raise InputError(
                "These two cannot be compared: only customers with a record of their own, of whom something is known,"
                " can be. Ask for two customers of a customer list."
            )
        rate = model.matches_per_record if matches_per_record is None else matches_per_record
        probability = chance(rate, count_records(connection))
        asked = linker(
            connection, "people_asked", usable, filled=filled, rules=["l.key_number <> r.key_number"], chances=model,
            probability=probability, keeps_weights=True,
            frequencies=count_rarity(connection, usable, filled, model),
        )  # fmt: skip
        table = asked.inference.predict(warning_mode="never").physical_name
        best = connection.sql(
            f"select * from {table} order by match_weight desc, record_number_l, record_number_r limit 1"
        )
        pair = dict(zip(best.columns, best.fetchall()[0], strict=True))
        are_two = connection.execute(
            f"select {TWO_FIRST_NAMES} from people as l, people as r"
            " where l.record_number = $1 and r.record_number = $2",
            (pair["record_number_l"], pair["record_number_r"]),
        ).fetchall()[0][0]
        if pair["key_number_l"] != left_number:
            pair = {_turned(name): value for name, value in pair.items()}
    weights = [_weight(comparison, pair) for comparison in usable]
    found, weight = pair["match_probability"], pair["match_weight"]
    if are_two and found > MOST_PROBABLE:
        found, weight = MOST_PROBABLE, log_odds(MOST_PROBABLE)
        weights.append(_held_back(weight - pair["match_weight"], pair))
    return PairExplanation(found, weight, log_odds(probability), tuple(weights))


def _held_back(weight: float, pair: dict[str, Any]) -> ComparisonWeight:
    columns = ("first_name", "birth_date")
    level = "two first names, and no birth date that agrees: for you to decide"
    return ComparisonWeight("household", level, _values(columns, pair, "l"), _values(columns, pair, "r"), weight, 0.0)


def _weight(comparison: Comparison, pair: dict[str, Any]) -> ComparisonWeight:
    gamma = pair[f"gamma_{comparison.name}"]
    level = "missing" if gamma < 0 else comparison.levels[len(comparison.levels) - 1 - gamma].name
    rarity = pair.get(f"mw_tf_adj_{comparison.name}") or 0.0
    return ComparisonWeight(
        comparison.name, level, _values(comparison.columns, pair, "l"), _values(comparison.columns, pair, "r"),
        pair[f"mw_{comparison.name}"] + rarity, rarity,
    )  # fmt: skip


def _values(columns: Sequence[str], pair: dict[str, Any], side: str) -> tuple[str | None, ...]:
    return tuple(pair.get(f"{column}_{side}") for column in columns)


def _turned(name: str) -> str:
    """The name of the same column of the other record."""
    return {"_l": name[:-2] + "_r", "_r": name[:-2] + "_l"}.get(name[-2:], name)
