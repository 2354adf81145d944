"""Datasets have the names that OpenLineage gives them, and no password; tables their columns, meanings and rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.unit.conftest import Published

from regulars.lineage.datasets import Datasets, source_at


@pytest.mark.parametrize(
    ("uri", "namespace", "name"),
    [
        ("/data/orders.csv", "file", "/data/orders.csv"),
        ("file:///data/orders.csv", "file", "/data/orders.csv"),
        ("s3://bucket/2025/orders.csv", "s3://bucket", "2025/orders.csv"),
        ("https://me:hunter2@api.example/orders?token=hunter2", "https://api.example", "orders"),
        ("postgresql://me:hunter2@db:5432/shop/orders", "postgresql://db:5432", "shop/orders"),
    ],
)
def test_a_source_is_named_by_where_it_is(uri: str, namespace: str, name: str) -> None:
    found = source_at(uri, 7)
    assert (found.namespace, found.name, found.rows) == (namespace, name, 7)


def test_a_relative_path_is_told_whole() -> None:
    assert source_at("orders.csv").name == str(Path("orders.csv").absolute())


def test_what_was_published_is_told_with_its_columns_their_meanings_and_its_rows(published: Published) -> None:
    datasets = Datasets(published.engine, dt.datetime(2020, 1, 1))
    read, made = datasets.made_by("publish")
    assert read == ()
    by_name = {each.name: each for each in made}
    people = by_name["marts.customer_360"]
    assert people.rows == 5 and people.namespace == f"duckdb://{published.folder / 'warehouse'}"
    columns = {column.name: column for column in people.columns}
    assert columns["customer_id"].type == "int64" and columns["customer_id"].meaning
    assert "learned.customer_value" in by_name and not any(name.startswith("staging") for name in by_name)


def test_a_stage_reads_what_the_stages_before_it_made(published: Published) -> None:
    datasets = Datasets(published.engine, dt.datetime(2020, 1, 1))
    assert datasets.read_by("build") == ()
    read, made = datasets.made_by("land")
    assert [Path(each.name).name for each in read] == ["customers.csv", "orders.csv"] and read == datasets.sources
    datasets.made_by("resolve")
    names = {each.name for each in datasets.read_by("build")}
    assert {each.name for each in made} < names and "identity.records" in names
    assert Datasets(published.engine, dt.datetime(2999, 1, 1)).made_by("land")[0] == ()
