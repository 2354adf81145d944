"""How old the word of each source was when the live run measured it."""

from __future__ import annotations

from typing import Any

from regulars import catalog
from regulars.serve.queries import Published

_WORST_FIRST = "case status when 'error' then 1 when 'warn' then 2 else 3 end"


def source_ages(published: Published) -> list[dict[str, Any]]:
    """A row per source, the worst first; none of a state that an older version published."""
    with published.live() as live:
        if not live.columns(catalog.FRESHNESS.name):
            return []
        columns = ", ".join(catalog.FRESHNESS.column_names)
        sql = f"select {columns} from {catalog.FRESHNESS.name} order by {_WORST_FIRST}, age_hours desc, source"
        return live.query(sql).to_pylist()
