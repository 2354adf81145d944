"""Which words of `warehouse` mean Spark, and what it is then told."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.engines.base import open_engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.spark import SparkEngine
from regulars.errors import SettingsError, WarehouseError
from regulars.settings import Settings


@pytest.mark.parametrize(
    ("warehouse", "master"),
    [
        ("spark://host:7077", "spark://host:7077"),
        ("spark://one:7077,two:7077", "spark://one:7077,two:7077"),
        ("sc://host:15002/;token=x", "sc://host:15002/;token=x"),
        ("spark://local", "local[*]"),
        ("local[4]", "local[4]"),
    ],
)
def test_these_are_masters(warehouse: str, master: str) -> None:
    engine = open_engine(Settings(warehouse=warehouse))
    assert isinstance(engine, SparkEngine)
    assert engine.master == master


def test_threads_are_those_of_spark_on_this_machine() -> None:
    engine = open_engine(Settings(warehouse="spark://local", threads=3))
    assert isinstance(engine, SparkEngine)
    assert engine.master == "local[3]"


@pytest.mark.parametrize("warehouse", ["local[many]", "spark://", "sc://"])
def test_these_name_no_spark(warehouse: str) -> None:
    with pytest.raises(SettingsError, match=r"names no Spark\. Write spark://host:7077"):
        open_engine(Settings(warehouse=warehouse))


def test_a_folder_of_a_like_name_is_still_a_folder() -> None:
    assert isinstance(open_engine(Settings(warehouse="local")), DuckDBEngine)
    assert isinstance(open_engine(Settings(warehouse="spark")), DuckDBEngine)


def test_what_lands_and_what_is_served_lies_at_home(tmp_path: Path) -> None:
    settings = Settings.model_validate({"warehouse": "spark://host", "spark": {"serving": str(tmp_path / "home")}})
    engine = open_engine(settings)
    assert isinstance(engine, SparkEngine)
    assert isinstance(engine.home, DuckDBEngine)
    assert engine.home.folder == tmp_path / "home"
    assert engine.models_folder == tmp_path / "home" / "models"
    assert engine.dbt_environment() == {"REGULARS_LAKE": (tmp_path / "home" / "lake" / "builds").as_uri()}
    assert not engine.has_live()
    assert not engine.has_build()


def test_a_build_that_was_never_started_is_told_without_starting_spark(tmp_path: Path) -> None:
    engine = SparkEngine("local[1]", DuckDBEngine(tmp_path), str(tmp_path / "lake"), conf={})
    with pytest.raises(WarehouseError, match=r"No build is in flight in the lake .* --stage build"):
        engine.bring_home()
