"""Trains a model of persons on records without labels: how alike two records are by chance, and when they are one person.

`u` is counted among records taken at random; `m` is found by expectation maximisation among pairs that agree in some
columns, once for each of several choices of columns. What was seen too seldom to tell stays near the model one starts
from. The same records give the same model, in whatever order they come.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars.engines.scratch import scratch_database
from regulars.errors import InputError
from regulars.identity.linking import MOST_ITERATIONS, ChancesByLevel, chances_of_levels, linker
from regulars.identity.person_model import (
    Chances,
    Comparison,
    PersonModel,
    Session,
    comparisons,
    read_blocking,
    usable_comparisons,
)
from regulars.identity.probabilistic import Progress, prepare

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

SEED = 1
RANDOM_PAIRS = 3_000_000
PAIRS_A_SESSION = 2_000_000
# The model one starts from counts as much as this many pairs.
STARTING_PAIRS = 50
LEAST_RECORDS = 100


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
        start: The model for what these records cannot tell; none for the one that is shipped.
        trained_on: What the records are, in words; kept in the model.
        threads: How many threads work.
        memory_limit: What may be kept in memory.
        scratch: Where the rest goes.
        on_progress: Is told what is being done.

    Raises:
        InputError: There are too few records or duplicates among them to learn from.
    """
    with scratch_database(scratch, threads=threads, memory_limit=memory_limit) as connection:
        on_progress("preparing records")
        filled = prepare(connection, people)
        usable = usable_comparisons(filled)
        records = int(connection.execute("select count(*) from people").fetchall()[0][0])
        if records < LEAST_RECORDS or not usable:
            raise InputError(
                f"A model cannot be trained on {records:,} customer records"
                f"{'' if usable else ' without names or contacts'}. It takes at least {LEAST_RECORDS} with names,"
                " e-mail, phone or birth date; the shipped model serves until then."
            )
        rate = start.matches_per_record if start else 0.15
        untrained = linker(
            connection, "people", usable, filled=filled, probability=min(rate * 2 / (records - 1), 0.5),
            weighs_rare_values=False,
        )  # fmt: skip
        on_progress("comparing records at random")
        untrained.training.estimate_u_using_random_sampling(
            max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
        )
        by_chance = chances_of_levels(untrained.misc.save_model_to_json(), "u_probability")
        found = []
        for rule in read_blocking()["training"]:
            on = tuple(rule["on"])
            pairs = _pairs_agreeing(connection, on) if filled.issuperset(on) else 0
            if pairs:
                on_progress(f"learning from records with the same {' and '.join(on)}")
                found.append(_session(untrained, on, pairs))
    if not found:
        raise InputError(
            "A model cannot be trained: no two customer records agree in birth date, names, e-mail, phone or address."
            " The shipped model serves."
        )
    sessions = tuple(session for session, _ in found)
    chances = {
        comparison.name: _chances(comparison, by_chance, found, start) for comparison in comparisons()
    }
    return PersonModel(chances, rate, trained_on, records, sessions)


def _pairs_agreeing(connection: duckdb.DuckDBPyConnection, on: tuple[str, ...]) -> int:
    known = " and ".join(f"{column} is not null" for column in on)
    counted = connection.execute(
        f"select coalesce(sum(size * (size - 1) / 2), 0) from"
        f" (select count(*) as size from people where {known} group by {', '.join(on)})"
    ).fetchall()
    return int(counted[0][0])


def _session(untrained: Linker, on: tuple[str, ...], pairs: int) -> tuple[Session, ChancesByLevel]:
    """One estimation, and the chances of the levels that it found among records of one person."""
    from splink import block_on

    done = untrained.training.estimate_parameters_using_expectation_maximisation(
        block_on(*on), estimate_without_term_frequencies=True, max_pairs=PAIRS_A_SESSION, record_sample_proportion=1.0
    )
    seen = min(pairs, PAIRS_A_SESSION)
    iterations = len(done._core_model_settings_history) - 1
    settings = done.core_model_settings
    matches = seen * settings.probability_two_random_records_match
    session = Session(on, seen, float(f"{matches:.4g}"), iterations, iterations < MOST_ITERATIONS)
    described = {"comparisons": [comparison.as_dict() for comparison in settings.comparisons]}
    return session, chances_of_levels(described, "m_probability")


def _chances(
    comparison: Comparison,
    by_chance: ChancesByLevel,
    found: list[tuple[Session, ChancesByLevel]],
    start: PersonModel | None,
) -> tuple[Chances, ...]:
    """What was found of one comparison, drawn towards the model one started from as far as little was seen."""
    count = len(comparison.levels)
    first = start.chances[comparison.name] if start else (Chances(1 / count, 1 / count),) * count
    m_seen, m_weight = [0.0] * count, 0.0
    for session, levels in found:
        if comparison.name in levels:
            m_weight += session.matches
            for number in range(count):
                m_seen[number] += session.matches * levels[comparison.name][number]
    u_seen = by_chance.get(comparison.name)
    u_weight = float(RANDOM_PAIRS) if u_seen else 0.0
    return tuple(
        Chances(
            _rounded((m_seen[number] + STARTING_PAIRS * first[number].m) / (m_weight + STARTING_PAIRS)),
            _rounded(
                ((u_seen[number] if u_seen else 0.0) * u_weight + first[number].u) / (u_weight + 1.0)
            ),
        )
        for number in range(count)
    )


def _rounded(chance: float) -> float:
    """Six digits: more are noise, and would differ with the order in which sums are taken."""
    return float(f"{chance:.6g}")
