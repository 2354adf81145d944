"""How rare each value is: agreeing in a rare name says more than agreeing in a common one.

Counted in the records at hand, without the record itself, so that the order of loads does not matter. Few records tell
little of how common a value is: what the model says of values in general counts for as much as `MODEL_RECORDS` records.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from regulars.identity.person_model import Comparison, PersonModel

if TYPE_CHECKING:
    import duckdb

MODEL_RECORDS = 200


def count_rarity(
    connection: duckdb.DuckDBPyConnection,
    comparisons: Sequence[Comparison],
    filled: Collection[str],
    model: PersonModel,
) -> dict[str, str]:
    """Makes a table per column whose rare values count for more, and says which table is whose."""
    tables = {}
    for comparison in comparisons:
        for column in sorted({level.rare for level in comparison.levels if level.rare and level.rare in filled}):
            number = [level.when for level in comparison.levels].index(f"{column}_l = {column}_r")
            usual = MODEL_RECORDS * model.chances[comparison.name][number].u
            tables[column] = f"rarity_of_{column}"
            connection.execute(
                f"create table {tables[column]} as"
                f" select {column}, (count(*) - 1 + {usual!r}::double)"
                f" / ((select count({column}) from people) - 1 + {MODEL_RECORDS}) as tf_{column}"
                f" from people where {column} is not null group by {column}"
            )
    return tables
