"""Which customer keys are probably one person: their records are prepared, blocked and weighed by Splink.

The answer depends on the records alone, never on their order: how rare a value is, and how many records are duplicates,
is counted in the records given. Nothing here knows the warehouse.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from regulars.engines.scratch import scratch_database
from regulars.identity import preparing
from regulars.identity.blocking import affordable_pairs, block, blocking_rules
from regulars.identity.household import MOST_PROBABLE, TWO_FIRST_NAMES
from regulars.identity.linking import linker
from regulars.identity.person_model import PersonModel, usable_comparisons
from regulars.identity.rarity import count_rarity

if TYPE_CHECKING:
    import duckdb

SCHEMA = pa.schema(
    [
        ("left_number", pa.int64()),
        ("right_number", pa.int64()),
        ("probability", pa.float64()),
        ("match_weight", pa.float64()),
        ("blocked_by", pa.string()),
    ]
)
# Where `match_pairs` writes, in the metadata of its table, how many pairs of one person there were for each record.
RATE = b"matches_per_record"
# The rate is found from the records, the model's own counting for some, and believed within these bounds.
LEAST_RATE, GREATEST_RATE = 0.001, 3.0
RECORDS_OF_BELIEF = 200

Progress = Callable[[str], None]


def match_pairs(
    people: pa.RecordBatchReader | pa.Table,
    model: PersonModel,
    threshold: float,
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    scratch: Path | None = None,
    on_progress: Progress = lambda _: None,
) -> pa.Table:
    """Finds the pairs of customer keys that are one person with at least this probability.

    Args:
        people: One row per record: `record_number`, `key_number` (of its customer key), `group_number` (of its exact
            component, within which nothing is compared) and any of `preparing.TEXTS`.
        model: What records of one person look like.
        threshold: The least probability.
        threads: How many threads work.
        memory_limit: What may be kept in memory.
        scratch: Where the rest goes.
        on_progress: Is told what is being done.

    Returns:
        A table with `SCHEMA`: a row per pair of keys, the best of their records' pairs, left below right, in order.
        Its metadata hold `RATE`.
    """
    with scratch_database(scratch, threads=threads, memory_limit=memory_limit) as connection:
        on_progress("preparing records")
        filled = prepare(connection, people)
        usable = usable_comparisons(filled)
        rules = blocking_rules(filled)
        records = count_records(connection)
        if not usable or not rules or records < 2:
            return SCHEMA.empty_table().replace_schema_metadata({RATE: repr(LEAST_RATE).encode()})
        on_progress("choosing pairs")
        block(connection, rules, affordable_pairs(records))
        on_progress("weighing pairs")
        highest = GREATEST_RATE * 2 / (records - 1)
        prior = min(highest, 0.5)
        weighed = linker(
            connection,
            "people_blocked",
            usable,
            filled=filled,
            rules=[f"l.block_{n} = r.block_{n} and l.group_number <> r.group_number" for n in range(len(rules))],
            chances=model,
            probability=prior,
            frequencies=count_rarity(connection, usable, filled, model),
        ).inference.predict(warning_mode="never")
        # Without a threshold of Splink's: as a condition DuckDB would weigh every pair several times.
        connection.execute(
            "create table weighed as select pair.key_number_l, pair.key_number_r, pair.match_weight, pair.match_key,"
            f" {TWO_FIRST_NAMES} as are_two from {weighed.physical_name} as pair"
            " inner join people as l on l.record_number = pair.record_number_l"
            " inner join people as r on r.record_number = pair.record_number_r"
            f" where pair.match_weight >= {log_odds(0.001)}"
        )
        weighed.drop_table_from_database_and_remove_from_cache()
        rate = _rate(connection, model.matches_per_record, records, prior)
        shift = log_odds(chance(rate, records)) - log_odds(prior)
        names = ", ".join("'" + rule.name.replace("'", "''") + "'" for rule in rules)
        # Numbers of our own making: a query without parameters is what gives Arrow without a copy.
        most = log_odds(MOST_PROBABLE)
        weight = f"case when are_two then least(match_weight + {shift!r}, {most!r}) else match_weight + {shift!r} end"
        found = connection.sql(
            f"""
            select
                least(key_number_l, key_number_r) as left_number, greatest(key_number_l, key_number_r) as right_number,
                1 / (1 + pow(2, -max({weight}))) as probability, max({weight}) as match_weight,
                [{names}][1 + min(cast(match_key as integer))] as blocked_by
            from weighed
            where key_number_l <> key_number_r and {weight} >= {log_odds(threshold)!r}
            group by 1, 2
            order by 1, 2
            """
        ).to_arrow_table()
    return found.cast(SCHEMA).replace_schema_metadata({RATE: repr(rate).encode()})


def prepare(connection: duckdb.DuckDBPyConnection, people: pa.RecordBatchReader | pa.Table) -> set[str]:
    """Makes `people` of the scratch database and says which of its columns hold something."""
    connection.register("people_given", people)
    cut = ", ".join(
        f"left(cast({name} as varchar), {preparing.LONGEST_TEXT}) as {name}" if name in preparing.TEXTS else name
        for name in people.schema.names
        if name in preparing.TEXTS or name in preparing.NUMBERS
    )
    connection.execute(f"create table people_received as select {cut} from people_given")
    connection.unregister("people_given")
    for statement in preparing.statements(people.schema.names):
        connection.execute(statement)
    for table in ("people_received", "people_spelled", "name_words"):
        connection.execute(f"drop table {table}")
    columns = [row[0] for row in connection.execute("describe people").fetchall()]
    counts = connection.execute(f"select {', '.join(f'count({column})' for column in columns)} from people").fetchall()
    return {column for column, count in zip(columns, counts[0], strict=True) if count}


def count_records(connection: duckdb.DuckDBPyConnection) -> int:
    """How many records were prepared."""
    return int(connection.execute("select count(*) from people").fetchall()[0][0])


def _rate(connection: duckdb.DuckDBPyConnection, start: float, records: int, prior: float) -> float:
    """Pairs of one person for each record, those that exact keys linked among them, by expectation maximisation."""
    exact = connection.execute(
        "select coalesce(sum(size * (size - 1) / 2), 0) from"
        " (select count(*) as size from people group by group_number)"
    ).fetchall()[0][0]
    histogram = connection.execute(
        "select round(match_weight, 2) as weight, count(*) as pairs from weighed where not are_two"
        " group by 1 order by 1"
    ).fetchnumpy()
    weights, pairs = histogram["weight"].astype(np.float64), histogram["pairs"].astype(np.float64)
    rate = start
    for _ in range(50):
        shift = log_odds(chance(rate, records)) - log_odds(prior)
        expected = float(exact) + float((pairs / (1 + np.exp2(-(weights + shift)))).sum())
        found = (expected + start * RECORDS_OF_BELIEF) / (records + RECORDS_OF_BELIEF)
        new_rate = min(max(found, LEAST_RATE), GREATEST_RATE)
        if abs(new_rate - rate) < 1e-6 * rate:
            break
        rate = new_rate
    return rate


def chance(rate: float, records: int) -> float:
    """The chance that two records taken at random are one person."""
    return min(rate * 2 / (records - 1), 0.5)


def log_odds(probability: float) -> float:
    """The match weight of a probability, in bits."""
    return math.log2(probability / (1 - probability))
