"""What the published tables are like, in the shape in which dbt's documentation shows it: columns, types and rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from regulars.engines.base import Session


def catalog_document(project: Mapping[str, Any], live: Session | None, suffix: str = "") -> dict[str, Any]:
    """dbt's catalog of what is live, without a single value of it.

    Args:
        project: dbt's manifest.
        live: The published warehouse; None = nothing is published.
        suffix: What the schemas of a build end with, which those of the published do not.
    """
    tables = set[tuple[str, str]]()
    rows = dict[tuple[str, str], int]()
    if live is not None:
        tables = {(row["schema"], row["table_name"]) for row in live.tables().to_pylist()}
        counted = live.query("select schema_name, table_name, max(rows) as rows from ops.row_counts group by 1, 2")
        rows = {(row["schema_name"], row["table_name"]): row["rows"] for row in counted.to_pylist()}

    def shown(known: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for unique_id, node in known.items():
            name = node.get("identifier") or node.get("alias") or node["name"]
            place = (str(node["schema"]).removesuffix(suffix), name)
            if live is not None and node["resource_type"] in ("model", "source") and place in tables:
                yield unique_id, _shown(live, unique_id, node, place, rows.get(place))

    return {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"},
        "nodes": dict(shown(project["nodes"])),
        "sources": dict(shown(project["sources"])),
        "errors": None,
    }


def _shown(
    live: Session, unique_id: str, node: Mapping[str, Any], place: tuple[str, str], rows: int | None
) -> dict[str, Any]:
    schema, name = place
    described = node["columns"]
    shape = live.query(f"select * from {schema}.{name} limit 0").schema
    columns = {
        field.name: {
            "type": described.get(field.name, {}).get("data_type") or str(field.type),
            "index": position,
            "name": field.name,
            "comment": None,
        }
        for position, field in enumerate(shape, 1)
    }
    kind = node.get("config", {}).get("materialized", "table")
    count = {"id": "row_count", "label": "Row count", "value": rows, "include": True, "description": "As published"}
    has = {"id": "has_stats", "label": "Has stats?", "value": rows is not None, "include": False, "description": ""}
    return {
        "unique_id": unique_id,
        "metadata": {"type": kind, "schema": schema, "name": name, "database": None, "comment": None, "owner": None},
        "columns": columns,
        "stats": {"has_stats": has, **({"row_count": count} if rows is not None else {})},
    }
