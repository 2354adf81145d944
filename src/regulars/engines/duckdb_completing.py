"""The last touch to a build in a DuckDB file: it stands alone, and the rows of its tables are counted."""

from __future__ import annotations

import re

from regulars.engines.base import Session

_VIEWS = """
select view_name, sql from duckdb_views() where schema_name = 'intermediate' and database_name = current_database()
"""
_ROW_COUNTS = """
create or replace table ops.row_counts as
select schema_name, table_name, estimated_size as rows
from duckdb_tables()
where database_name in ('durable', current_database()) and not internal
order by schema_name, table_name
"""


def complete(build: Session) -> None:
    """Drops what looks beyond the file, by whatever way: its readers have that file alone. Counts the rows of tables."""
    looks_at = {view["view_name"]: set(re.findall(r"\w+", view["sql"])) for view in build.query(_VIEWS).to_pylist()}
    beyond = {"durable"}
    while found := {view for view, words in looks_at.items() if view not in beyond and words & beyond}:
        beyond |= found
    for view in sorted(looks_at.keys() & beyond):
        build.execute(f'drop view intermediate."{view}"')
    build.execute(_ROW_COUNTS)
