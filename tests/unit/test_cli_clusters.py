"""`regulars clusters` shows the published clusters, their choice and their models, and prints a query that runs."""

from __future__ import annotations

import json
import sys

import pytest
from tests.unit.conftest import Published

from regulars.cli import main


@pytest.fixture
def call(clustered: Published, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["regulars", "clusters", *words, "-w", clustered.settings.warehouse])
        try:
            main()
        except SystemExit as end:
            assert not end.code
        return capsys.readouterr().out

    return run


def test_the_clusters_are_shown_best_first(call) -> None:
    rows = json.loads(call("show", "--json"))
    assert [row["cluster_id"] for row in rows] == [1, 2]
    assert sum(row["customers"] for row in rows) == 60
    assert "Champions" in call("show")


def test_the_search_shows_every_index_and_the_choice(call) -> None:
    rows = json.loads(call("search", "--json"))
    assert [row["k"] for row in rows] == list(range(2, 11))
    assert [row["k"] for row in rows if row["is_chosen"]] == [2]
    assert all(0 <= row["stability"] <= 1 for row in rows)
    assert {"davies_bouldin", "calinski_harabasz", "inertia", "is_elbow"} <= set(rows[0])


def test_the_models_are_listed_with_their_hash(call, clustered: Published) -> None:
    rows = json.loads(call("models", "--json"))
    assert [row["kind"] for row in rows] == ["churn", "clusters", "value"]
    for row in rows:
        assert (row["run_id"], row["is_live"], len(row["sha256"])) == (clustered.report.run_id, True, 64)
    assert "clusters" in call("models")


def test_the_query_that_is_printed_gives_the_published_clusters(call, clustered: Published) -> None:
    query = call("sql")
    found = clustered.queries.sql(f"select * from ({query}) placed order by customer_id")
    expected = clustered.queries.sql("select customer_id, cluster_id, cluster_name from customer_clusters order by 1")
    assert found.to_pylist() == expected.to_pylist()
    assert "double precision" in call("sql", "--dialect", "postgres")
    assert "from shop.new_customers" in call("sql", "--table", "shop.new_customers")
