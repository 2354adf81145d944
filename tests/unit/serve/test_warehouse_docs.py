"""The catalog says of what is live its columns, types and rows, and not one value."""

from __future__ import annotations

import json

from tests.unit.conftest import Published

from regulars.dbt_docs import project_document
from regulars.serve.warehouse_docs import catalog_document


def test_columns_types_and_rows_are_told_and_no_value(published: Published) -> None:
    project = project_document(published.engine)
    with published.engine.live() as live:
        found = catalog_document(project, live)
    people = found["nodes"]["model.regulars.customer_360"]
    assert people["columns"]["customer_id"] == {"type": "bigint", "index": 1, "name": "customer_id", "comment": None}
    assert people["stats"]["row_count"]["value"] == 5 and people["metadata"]["schema"] == "marts"
    assert {"model.regulars.fct_orders", "model.regulars.segment_metrics"} <= found["nodes"].keys()
    assert found["sources"]["source.regulars.learned.customer_value"]["stats"]["row_count"]["value"] is not None
    assert found["nodes"].keys() | found["sources"].keys() <= project["nodes"].keys() | project["sources"].keys()
    said = json.dumps([project, found])
    for value in ("ann@example.org", "bob@example.org", "7946", "Leigh", str(published.folder)):
        assert value not in said
    # By what this names, dbt would know an installation, and its page would report to a server elsewhere.
    assert project["metadata"]["send_anonymous_usage_stats"] is False and project["metadata"]["user_id"] is None
    assert "No value of" in project["docs"]["doc.dbt.__overview__"]["block_contents"]


def test_before_anything_is_live_there_is_nothing_to_tell(published: Published) -> None:
    empty = catalog_document({"nodes": {}, "sources": {}}, None)
    assert empty["nodes"] == {} and empty["sources"] == {}


def test_the_suffix_of_a_build_is_none_of_what_is_live(published: Published) -> None:
    node = {"schema": "marts__next", "name": "customer_360", "resource_type": "model", "columns": {}}
    with published.engine.live() as live:
        found = catalog_document({"nodes": {"x": node}, "sources": {}}, live, "__next")
    assert found["nodes"]["x"]["metadata"]["name"] == "customer_360"
