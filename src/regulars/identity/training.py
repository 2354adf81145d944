"""Trains a model of persons on records without labels: how alike records are by chance, and how alike of one person.

`u` is counted among records taken at random; `m` is found by expectation maximisation among pairs that agree in some
columns, for several choices of columns together. What was seen too seldom to tell stays near the model one starts from.
The same records give the same model, in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from regulars.engines.scratch import scratch_database
from regulars.errors import InputError
from regulars.identity.blocking import BlockingRule, block, training_rules
from regulars.identity.estimation import Floats, Sample, estimate_m
from regulars.identity.linking import estimate_u, linker
from regulars.identity.person_model import (
    Chances,
    Comparison,
    PersonModel,
    Session,
    comparisons,
    usable_comparisons,
)
from regulars.identity.probabilistic import Progress, count_records, prepare

if TYPE_CHECKING:
    import duckdb

SEED = 1
RANDOM_PAIRS = 3_000_000
PAIRS_A_RULE = 500_000
# The model one starts from counts for as much as this many pairs of one person, and one pair of two.
STARTING_PAIRS = 50.0
LEAST_RECORDS = 100
_REPAIR = "The shipped model serves until there are more: leave `identity train` out."


@dataclass(frozen=True)
class _Seen:
    """What was counted in one choice of pairs."""

    rule: BlockingRule
    sample: Sample


def train(
    people: pa.RecordBatchReader | pa.Table,
    start: PersonModel | None,
    *,
    trained_on: str,
    threads: int | None = None,
    memory_limit: str | None = None,
    scratch: Path | None = None,
    on_progress: Progress = lambda _: None,
) -> PersonModel:
    """Fits a model to records, without being told who is one person.

    Args:
        people: As for `match_pairs`; `group_number` is not looked at.
        start: The model for what these records cannot tell; none only for the one that ships.
        trained_on: What the records are, in words; kept in the model.
        threads: How many threads work.
        memory_limit: What may be kept in memory.
        scratch: Where the rest goes.
        on_progress: Is told what is being done.

    Raises:
        InputError: There are too few records, or too few duplicates among them, to learn from.
    """
    with scratch_database(scratch, threads=threads, memory_limit=memory_limit) as connection:
        on_progress("preparing records")
        filled = prepare(connection, people)
        usable = usable_comparisons(filled)
        records = count_records(connection)
        if records < LEAST_RECORDS or not usable:
            raise InputError(
                f"A model cannot be trained on {records:,} customer records"
                f"{'' if usable else ' without names or contacts'}; it takes at least {LEAST_RECORDS}. {_REPAIR}"
            )
        on_progress("comparing records at random")
        untrained = linker(connection, "people", usable, filled=filled, weighs_rare_values=False)
        pairs = min(RANDOM_PAIRS, records * (records - 1) // 2)
        by_chance = estimate_u(untrained, pairs, SEED)
        rules = training_rules(filled)
        if rules:
            block(connection, rules, PAIRS_A_RULE)
        seen = []
        for number, rule in enumerate(rules):
            on_progress(f"learning from records with the same {rule.name}")
            sample = _sample(connection, usable, number, rule)
            seen += [_Seen(rule, sample)] if len(sample.counts) else []
    if not seen:
        raise InputError(
            f"A model cannot be trained: no two of {records:,} customer records agree in names, birth date,"
            f" e-mail, phone or address. {_REPAIR}"
        )
    return _model(usable, by_chance, pairs, seen, start, trained_on, records)


def _sample(
    connection: duckdb.DuckDBPyConnection, usable: Sequence[Comparison], number: int, rule: BlockingRule
) -> Sample:
    """Compares the pairs that one rule gives and counts what is found."""
    compared = linker(
        connection, "people_blocked", usable, filled=(), rules=[f"l.block_{number} = r.block_{number}"],
        keeps_weights=True,
    ).inference.predict(warning_mode="never")  # fmt: skip
    gammas = ", ".join(f"gamma_{comparison.name}" for comparison in usable)
    counted = connection.execute(
        f"select {gammas}, count(*) as pairs from {compared.physical_name} group by {gammas} order by {gammas}"
    ).fetchnumpy()
    compared.drop_table_from_database_and_remove_from_cache()
    columns = []
    for comparison in usable:
        gamma = counted[f"gamma_{comparison.name}"].astype(np.int64)
        # Splink numbers levels from the last to the first. What the rule agrees in tells nothing here.
        levels = np.where(gamma < 0, -1, len(comparison.levels) - 1 - gamma)
        columns.append(np.full_like(levels, -1) if rule.speaks_of(comparison) else levels)
    return Sample(np.column_stack(columns), counted["pairs"].astype(np.float64))


def _model(
    usable: Sequence[Comparison],
    by_chance: dict[str, list[float]],
    pairs: int,
    seen: Sequence[_Seen],
    start: PersonModel | None,
    trained_on: str,
    records: int,
) -> PersonModel:
    """Puts together what was counted and what the model one starts from says."""
    first = {comparison.name: _first(comparison, start) for comparison in comparisons()}
    u = {
        comparison.name: (np.array(by_chance[comparison.name]) * pairs + first[comparison.name][1]) / (pairs + 1)
        for comparison in usable
    }
    estimate = estimate_m(
        [one.sample for one in seen],
        [u[comparison.name] for comparison in usable],
        [first[comparison.name][0] for comparison in usable],
        STARTING_PAIRS,
    )
    m = {comparison.name: found for comparison, found in zip(usable, estimate.m, strict=True)}
    chances = {
        name: tuple(
            Chances(_rounded(one), _rounded(other))
            for one, other in zip(m.get(name, start_m), u.get(name, start_u), strict=True)
        )
        for name, (start_m, start_u) in first.items()
    }
    sessions = tuple(
        Session(one.rule.on, int(one.sample.counts.sum()), _rounded(matches), estimate.iterations, estimate.converged)
        for one, matches in zip(seen, estimate.matches, strict=True)
    )
    rate = _rounded(max(session.matches for session in sessions) / records)
    return PersonModel(chances, rate, trained_on, records, sessions)


def _first(comparison: Comparison, start: PersonModel | None) -> tuple[Floats, Floats]:
    """Where m and u start; without a model, two records of one person mostly say the same."""
    if start is not None:
        chances = start.chances[comparison.name]
        return np.array([one.m for one in chances]), np.array([one.u for one in chances])
    count = len(comparison.levels)
    m = np.full(count, 0.2 / (count - 1))
    m[0] = 0.8
    return m, np.full(count, 1 / count)


def _rounded(chance: float) -> float:
    """Six digits: more are noise, and could differ with the order in which sums are taken."""
    return float(f"{chance:.6g}")
