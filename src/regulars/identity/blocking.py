"""Which records are compared: those that agree in a rule's columns, as long as a rule does not give too many pairs.

Blocks are taken from the smallest up until the rule's pairs are spent, so a value that very many records share is left
to the other rules, and the work grows with the records and not with their square.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.identity.person_model import Comparison, read_blocking

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class BlockingRule:
    """Records that agree in all of these expressions over the columns of `people` are compared."""

    name: str
    on: tuple[str, ...]

    def is_usable(self, filled: Collection[str]) -> bool:
        """Whether all of its columns hold something."""
        return all(column in filled for column in self._columns)

    def speaks_of(self, comparison: Comparison) -> bool:
        """Whether pairs of this rule are alike in the comparison because they were chosen so."""
        return any(column in self._columns for column in comparison.decided_by)

    @property
    def _columns(self) -> frozenset[str]:
        return frozenset(expression.split("[")[0] for expression in self.on)


def blocking_rules(filled: Collection[str]) -> list[BlockingRule]:
    """The shipped rules that can be used when these columns hold something, the surest first."""
    rules = (BlockingRule(rule["name"], tuple(rule["on"])) for rule in read_blocking()["rule"])
    return [rule for rule in rules if rule.is_usable(filled)]


def training_rules(filled: Collection[str]) -> list[BlockingRule]:
    """The shipped rules for pairs to learn from, most of which are one person."""
    rules = (BlockingRule(rule["name"], tuple(rule["on"])) for rule in read_blocking()["training"])
    return [rule for rule in rules if rule.is_usable(filled)]


def block(connection: duckdb.DuckDBPyConnection, rules: Sequence[BlockingRule], most_pairs: float) -> None:
    """Makes `people_blocked`: `people` with one column `block_<n>` per rule, null where a record needs none.

    Args:
        connection: Where `people` is.
        rules: The rules.
        most_pairs: How many pairs each rule may give.
    """
    hashes = ", ".join(f"hash({', '.join(rule.on)}) as block_{n}" for n, rule in enumerate(rules))
    known = ", ".join(
        f"case when {' and '.join(f'({expression}) is not null' for expression in rule.on)} then block_{n} end"
        f" as block_{n}"
        for n, rule in enumerate(rules)
    )
    connection.execute(
        f"create table people_hashed as select * replace ({known}) from (select *, {hashes} from people)"
    )
    joins, columns = [], []
    for n in range(len(rules)):
        connection.execute(
            f"create table blocks_{n} as select block_{n} as block, count(*) as size from people_hashed"
            f" where block_{n} is not null group by block_{n} having count(*) > 1"
        )
        sizes = connection.execute(
            f"select size, count(*) * size * (size - 1) / 2 as pairs from blocks_{n} group by size order by size"
        ).fetchall()
        limit = _limit(sizes, most_pairs)
        joins.append(f"left join blocks_{n} on blocks_{n}.block = people.block_{n} and blocks_{n}.size <= {limit}")
        columns.append(f"blocks_{n}.block as block_{n}")
    hashed = ", ".join(f"block_{n}" for n in range(len(rules)))
    connection.execute(
        f"create table people_blocked as select people.* exclude ({hashed}), {', '.join(columns)}"
        f" from people_hashed as people {' '.join(joins)}"
    )
    for table in ("people_hashed", *(f"blocks_{n}" for n in range(len(rules)))):
        connection.execute(f"drop table {table}")


def affordable_pairs(records: int) -> float:
    """How many pairs of this many records each rule may give."""
    limits = read_blocking()
    return float(max(limits["pairs_per_record"] * records, limits["pairs_always"]))


def _limit(sizes: Sequence[tuple[int, float]], budget: float) -> int:
    """The size of the largest block that the budget pays for, when smaller blocks are paid first."""
    limit, spent = 1, 0.0
    for size, pairs in sizes:
        spent += pairs
        if spent > budget:
            break
        limit = size
    return limit
