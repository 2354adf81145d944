"""A user's mapping expressions, tried on no rows before anything is landed with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from regulars.errors import SettingsError

_SPECIAL = ("row_content",)


def quoted(column: str) -> str:
    """A column as SQL."""
    return '"' + column.replace('"', '""') + '"'


def check_expressions(columns: Sequence[str], fields: Mapping[str, str], source: str) -> None:
    """Binds every expression to the columns.

    Raises:
        SettingsError: One is no DuckDB SQL, or names a column that is not there; all of them at once.
    """
    problems = []
    names = ", ".join(f"cast(null as varchar) as {quoted(column)}" for column in columns)
    with duckdb.connect(config={"enable_external_access": False}) as connection:
        for field, expression in fields.items():
            if expression in _SPECIAL and field == "order_id":
                continue
            try:
                connection.execute(f"select cast(({expression}) as varchar) from (select {names}) limit 0")
            except duckdb.Error as error:
                problems.append(f"  {field} = {expression}: {str(error).splitlines()[0]}")
    if problems:
        raise SettingsError(
            f"{len(problems)} field(s) of [sources.{source}.fields] do not work:\n"
            + "\n".join(problems)
            + f"\nThe columns are: {', '.join(columns)}."
        )
