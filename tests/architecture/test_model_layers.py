"""Models read downwards only, and each says what it is: grain, key, types."""

from __future__ import annotations

import re

import pytest
import yaml
from tests.architecture.dbt_project import WAREHOUSE, Model, models

# Layer -> the layers its models may ref, and the sources they may read.
MAY_READ = {
    "staging": (set(), {"raw", "staging", "ops"}),
    "intermediate": ({"staging", "intermediate", "facts"}, {"identity", "settings", "published", "ops"}),
    "marts/core": ({"intermediate", "marts/core", "facts"}, {"identity", "settings"}),
    "marts/finish": ({"intermediate", "marts/core", "marts/finish", "facts"}, {"settings", "learned"}),
}
PREFIX = {"staging": "stg_", "intermediate": "int_"}


def _named(*layers: str) -> list[Model]:
    return [model for model in models() if not layers or model.layer in layers]


def _readable_as(model: Model) -> str:
    """Facts and dimensions of the core define an order and a customer once; what comes after starts from them."""
    return "facts" if model.layer == "marts/core" and model.name.startswith(("fct_", "dim_")) else model.layer


@pytest.mark.parametrize("model", _named(), ids=lambda model: model.name)
def test_the_model_reads_only_what_lies_below_it(model: Model) -> None:
    readable = {other.name: _readable_as(other) for other in models()}
    may_ref, may_source = MAY_READ[model.layer]
    assert {readable[name] for name in model.refs} <= may_ref
    assert {source for source, _ in model.sources} <= may_source


@pytest.mark.parametrize("model", _named(), ids=lambda model: model.name)
def test_the_model_is_named_for_its_layer(model: Model) -> None:
    assert model.name.startswith(PREFIX.get(model.layer, ""))


@pytest.mark.parametrize("model", _named(), ids=lambda model: model.name)
def test_the_model_fits_a_screen_or_two(model: Model) -> None:
    assert len(model.file.read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("model", _named(), ids=lambda model: model.name)
def test_the_yml_describes_the_model_and_ends_with_its_grain(model: Model) -> None:
    description = " ".join(model.properties.get("description", "").split())
    assert description, "no yml, or no description in it"
    assert re.search(r"Grain\b[^.]+\.$", description), f"ends with: {description[-60:]}"


@pytest.mark.parametrize("model", _named("marts/core", "marts/finish"), ids=lambda model: model.name)
def test_the_key_that_the_grain_names_is_tested(model: Model) -> None:
    if "materialized='view'" in model.sql:
        return  # it shows another mart, whose key is tested
    tests = {name: arguments for test in model.properties.get("data_tests", []) for name, arguments in test.items()}
    assert "key" in tests
    key = tests["key"].get("arguments", tests["key"])["column_names"]
    grain = model.properties["description"].rsplit("Grain", 1)[-1]
    assert [column for column in key if column not in grain] == []


@pytest.mark.parametrize("model", _named("marts/core", "marts/finish"), ids=lambda model: model.name)
def test_the_mart_types_and_explains_every_column(model: Model) -> None:
    columns = model.properties.get("columns", [])
    assert columns
    assert not [column["name"] for column in columns if not column.get("data_type")], "columns without a type"
    assert not [column["name"] for column in columns if not column.get("description")], "columns without a meaning"


def test_the_contracts_of_all_marts_are_enforced() -> None:
    project = yaml.safe_load((WAREHOUSE / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["models"]["regulars"]["marts"]["+contract"] == {"enforced": True}
    assert not [model.name for model in models() if "contract" in model.properties.get("config", {})]


def test_every_yml_lies_beside_the_model_it_describes() -> None:
    assert not [model.name for model in models() if not model.file.with_suffix(".yml").exists()]
