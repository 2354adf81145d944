"""Leaks that somebody could build into the warehouse's models: none of them reaches a published verdict."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.end_to_end import doors

from regulars import transform
from regulars.engines.base import open_engine
from regulars.settings import Settings
from regulars.transform import PROJECT, Transformer

MODEL = "int_customers__purchase_summary"
PLANTED = {
    "orders of the day itself": (
        "candidates.order_date < learning_dates.cut_off as is_past",
        "candidates.order_date <= learning_dates.cut_off as is_past",
    ),
    "orders of all time": ("count(*) filter (where is_past) as occasions,", "count(*) as occasions,"),
    "spending of all time": ("sum(amount) filter (where is_past) as amount,", "sum(amount) as amount,"),
    "windows of orders without an end": (
        "count(*) filter (where is_past and order_date >= start_of_{{ days }})",
        "count(*) filter (where order_date >= start_of_{{ days }})",
    ),
    "windows of spending without an end": (
        "sum(amount) filter (where is_past and order_date >= start_of_{{ days }})",
        "sum(amount) filter (where order_date >= start_of_{{ days }})",
    ),
}
HIDDEN = (
    " - 1 as integer) as observed_days",
    " - 1 + 1000 * least(summed.occasions_ahead, 1) as integer) as observed_days",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop whose build is made and waits to be learned from."""
    folder = tmp_path_factory.mktemp("leaking")
    made = doors.command("generate", "shop", "--customers", "1500", "--seed", "5", folder=folder)
    assert made.exit_code == 0, made.errors
    stages = [word for stage in ("land", "resolve", "build") for word in ("--stage", stage)]
    built = doors.command("run", "shop/customers.csv", "shop/orders.csv", *stages, folder=folder)
    assert built.exit_code == 0, built.errors
    return folder


def plant(shop: Path, leak: tuple[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds the purchase summary by a project of which one line was changed."""
    right, wrong = leak
    [model] = shutil.copytree(PROJECT, folder / "project").rglob(f"{MODEL}.sql")
    sql = model.read_text()
    assert sql.count(right) == 1
    model.write_text(sql.replace(right, wrong))
    monkeypatch.setattr(transform, "PROJECT", folder / "project")
    monkeypatch.setattr(transform, "_manifests", {})
    engine = open_engine(Settings(warehouse=str(shop / "warehouse")))
    Transformer(engine.dbt_environment(), engine.dbt_target, folder / "dbt").build_models([MODEL])


@pytest.mark.parametrize("leak", PLANTED)
def test_a_feature_that_knows_what_came_ends_the_stage(
    shop: Path, leak: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(shop, PLANTED[leak], tmp_path, monkeypatch)
    learned = doors.command("run", "--stage", "learn", folder=shop)
    assert learned.exit_code != 0
    assert "know what came after their cut-off" in learned.errors


def test_a_leak_that_no_date_gives_away_raises_the_alarm(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(shop, HIDDEN, tmp_path, monkeypatch)
    learned = doors.command("run", "--stage", "learn", folder=shop)
    assert learned.exit_code == 0, learned.errors
    assert "too good to be true: a feature knows what came" in " ".join((learned.output + learned.errors).split())
    [(area, is_better, is_validated)] = doors.ask(
        shop / "warehouse" / "build.duckdb",
        "select value, is_better, is_validated from learned.model_validation where metric = 'area_under_curve'",
    )
    assert area > 0.98
    assert is_better and not is_validated


def test_without_a_leak_nothing_is_said(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(shop, ("-- The past is a test of the models", "-- The past is a test"), tmp_path, monkeypatch)
    learned = doors.command("run", "--stage", "learn", folder=shop)
    assert learned.exit_code == 0, learned.errors
    assert "too good to be true" not in " ".join((learned.output + learned.errors).split())
