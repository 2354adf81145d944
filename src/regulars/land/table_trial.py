"""What `regulars sources test` and `preview` find out about a table that is mapped where it lies."""

from __future__ import annotations

import pyarrow as pa

from regulars.engines.base import Engine, Session
from regulars.errors import RegularsError
from regulars.land.table_place import MappedTable, find_table
from regulars.land.tables import stamp, statements
from regulars.land.trial import Trial
from regulars.settings import Settings
from regulars.sources.detect import Mapping
from regulars.sources.preview import Preview


def try_table(session: Session, engine: Engine, name: str, settings: Settings) -> Trial:
    """Counts the rows of a table as a run would, and writes nothing."""
    source = settings.sources[name]
    try:
        table = find_table(session, engine, name, source)
        counted = stamp(session, engine, table, statements(table, settings))
    except RegularsError as error:
        return Trial(name, False, source.entity, error=str(error), exit_code=error.exit_code)
    would = f"nothing: {counted.rows:,} row(s) stay where they lie"
    would += f", {counted.rejected:,} of them left out" if counted.rejected else ""
    return Trial(name, True, table.entity, table.columns, newest=counted.watermark, would_land=would)


def preview_table(session: Session, engine: Engine, name: str, settings: Settings) -> Preview:
    """The mapping of a table and its first rows, as they are.

    Raises:
        InputError: There is no such table, or a required field has no column.
        SettingsError: A field does not work.
    """
    table = find_table(session, engine, name, settings.sources[name])
    rows = table.first_rows(session)
    serves = {
        column: ", ".join(field for field, expression in table.fields.items() if _names(table, expression, column))
        for column in table.columns
    }
    examples = {
        column: next((str(value) for value in rows.column(column).to_pylist() if value is not None), None)
        for column in table.columns
    }
    columns = pa.table(
        {
            "column": pa.array(table.columns, pa.string()),
            "field": pa.array([serves[column] or None for column in table.columns], pa.string()),
            "type": pa.array([str(rows.schema.field(column).type) for column in table.columns], pa.string()),
            "example": pa.array([examples[column] for column in table.columns], pa.string()),
        }
    )
    unmapped = tuple(column for column in table.columns if not serves[column])
    return Preview(Mapping(name, None, table.entity, dict(table.fields), (), unmapped), columns, rows, ())


def _names(table: MappedTable, expression: str, column: str) -> bool:
    """Whether an expression reads a column: by its quoted name, or by the bare one as a word of its own."""
    words = "".join(sign if sign.isalnum() or sign == "_" else " " for sign in expression).split()
    return table.dialect.name(column) in expression or column.lower() in map(str.lower, words)
