"""The published tables to look into: how long each is, and the rows of one in which a text stands.

A viewer's search leaves personal columns alone, as an answer would tell what is masked, and columns that somebody
else has named are not shown to a viewer at all, as nobody can know what is in them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.masking import mask_of

MOST_ROWS = 10_000
SCHEMAS = ("marts", "learned", "raw", "staging", "identity", "ops", "settings", "intermediate")
# Of the schema raw, whose other tables have the columns as they were received.
_OURS = "raw_transactions"
_SECRET = (catalog.ERASURE_KEY.name,)
# The SQL escape of the signs that LIKE gives a meaning.
_LIKE_SIGNS = str.maketrans({"!": "!!", "%": "!%", "_": "!_"})


def row_counts(live: Session, sees_people: bool) -> pa.Table:
    """Every table with its rows, null of a view, and whether it can be opened: (schema, table, rows, can_be_opened)."""
    counted: dict[tuple[str, str], int] = {}
    if live.columns("ops.row_counts"):
        # A table may be counted in the durable part of a warehouse and in the build, where it is a copy.
        counted = {
            (row["schema_name"], row["table_name"]): row["rows"]
            for row in live.query(
                "select schema_name, table_name, max(rows) as rows from ops.row_counts group by schema_name, table_name"
            ).to_pylist()
        }
    shown = {(row["schema"], row["table_name"]) for row in live.tables().to_pylist()}
    names = sorted(
        (name for name in shown | counted.keys() if name[0] in SCHEMAS and f"{name[0]}.{name[1]}" not in _SECRET),
        key=lambda name: (SCHEMAS.index(name[0]), name[1]),
    )
    return pa.table(
        {
            "schema": pa.array([schema for schema, _ in names], pa.string()),
            "table": pa.array([table for _, table in names], pa.string()),
            "rows": pa.array([counted.get(name) for name in names], pa.int64()),
            "can_be_opened": pa.array([name in shown and _may_open(*name, sees_people) for name in names], pa.bool_()),
        }
    )


def preview(
    live: Session, table: str, sees_people: bool, text: str = "", column: str | None = None, limit: int = 100
) -> pa.Table:
    """The first rows of a table in which a text stands; whoever shows them to a viewer masks them.

    Args:
        live: The session to ask.
        table: Its name with the schema.
        sees_people: Whether who asks may read personal columns.
        text: What is looked for, whatever its case; empty = all rows.
        column: Where; None = in all of `searchable`.
        limit: How many rows at most, up to MOST_ROWS.

    Raises:
        InputError: There is no such table or column, or who asks may not look there.
    """
    columns = _checked(live, table, sees_people)
    if column is not None and column not in columns:
        raise InputError(f"{table} has no column `{column}`. It has: {', '.join(columns)}.")
    readable = _readable(columns, sees_people)
    if column is not None and column not in readable:
        raise InputError(
            f"`{column}` is masked, so it cannot be searched. Search another, or use the key of an operator."
        )
    where, params = _containing([column] if column is not None else readable, text)
    return live.query(f"select * from {table} {where} limit {min(max(limit, 1), MOST_ROWS)}", params)


def searchable(live: Session, table: str, sees_people: bool) -> list[str]:
    """The columns of a table in which who asks may look for a text.

    Raises:
        InputError: There is no such table, or who asks may not look into it.
    """
    return _readable(_checked(live, table, sees_people), sees_people)


def _readable(columns: Sequence[str], sees_people: bool) -> list[str]:
    return [name for name in columns if sees_people or mask_of(name) is None]


def _containing(columns: Sequence[str], text: str) -> tuple[str, tuple[str, ...]]:
    if not text.strip():
        return "", ()
    found = " or ".join(f"lower(cast({_name(column)} as varchar)) like $1 escape '!'" for column in columns)
    return f"where {found or '1 = 0'}", (f"%{text.strip().lower().translate(_LIKE_SIGNS)}%",)


def _checked(live: Session, table: str, sees_people: bool) -> list[str]:
    """The columns of a table, after a look that there is one, so that no text from outside becomes SQL."""
    schema, _, name = table.partition(".")
    known = {(row["schema"], row["table_name"]) for row in live.tables().to_pylist()}
    if schema not in SCHEMAS or (schema, name) not in known or table in _SECRET:
        raise InputError(f"There is no table `{table}` in what is published. `regulars docs` lists them.")
    if not _may_open(schema, name, sees_people):
        raise InputError(
            f"{table} has its columns as they were received, so nobody knows which are personal. Look into it with"
            " the key of an operator."
        )
    return live.columns(table)


def _may_open(schema: str, table: str, sees_people: bool) -> bool:
    if f"{schema}.{table}" in _SECRET:
        return False
    return schema != "raw" or table == _OURS or sees_people


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
