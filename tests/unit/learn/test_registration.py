"""The registry and the folders of models: a failed run harms nothing, readers find what they opened, old ones go."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Engine, Session, open_engine
from regulars.learn.registration import KEPT_RUNS, known_models, register, remove_unknown_models
from regulars.learn.registry import REGISTRY, registered, save_model
from regulars.settings import Settings


def _engine(tmp_path: Path) -> Engine:
    engine = open_engine(Settings(warehouse=str(tmp_path / "warehouse")))
    engine.prepare()
    return engine


def _learn(build: Session, folder: Path, run: str, *kinds: str) -> None:
    for kind in kinds:
        saved = save_model(folder / kind / run, kind, run, {"run": run}, {"customers": 3})
        register(build, kind, registered(saved, folder))


def _publish(engine: Engine, run: str, *kinds: str) -> pa.Table:
    with engine.build(fresh=True) as build:
        _learn(build, engine.models_folder, run, *kinds)
        if engine.has_live():
            with engine.live() as live:
                known = known_models(build, live)
        else:
            known = known_models(build, None)
        build.replace(catalog.MODELS.name, known)
    engine.publish()
    remove_unknown_models(engine.models_folder, known)
    return known


def _folders(engine: Engine) -> set[str]:
    return {path.relative_to(engine.models_folder).as_posix() for path in engine.models_folder.glob("*/*")}


def test_learning_twice_in_a_build_leaves_one_model_of_each_kind(tmp_path: Path) -> None:
    engine = _engine(tmp_path)
    with engine.build(fresh=True) as build:
        _learn(build, engine.models_folder, "1", "clusters", "value")
        _learn(build, engine.models_folder, "2", "value")
        assert {(row["kind"], row["run_id"]) for row in known_models(build, None).to_pylist()} == {
            ("clusters", "1"),
            ("value", "2"),
        }
        register(build, "clusters", None)
        assert known_models(build, None)["kind"].to_pylist() == ["value"]


def test_models_of_the_last_runs_stay_and_older_ones_go_with_their_rows(tmp_path: Path) -> None:
    engine = _engine(tmp_path)
    for run in range(KEPT_RUNS + 3):
        known = _publish(engine, f"run {run}", "clusters", "value", "churn")
    kept = [f"run {run}" for run in range(3, KEPT_RUNS + 3)]
    assert sorted(set(known["run_id"].to_pylist())) == kept
    assert [row["run_id"] for row in known.to_pylist() if row["is_live"]] == [kept[-1]] * 3
    assert _folders(engine) == {f"{kind}/{run}" for kind in ("clusters", "value", "churn") for run in kept}


def test_what_a_failed_run_left_goes_when_the_next_one_is_published_and_not_before(tmp_path: Path) -> None:
    engine = _engine(tmp_path)
    _publish(engine, "1", "value")
    with engine.build(fresh=True) as build:
        _learn(build, engine.models_folder, "failed", "value")
    assert _folders(engine) == {"value/1", "value/failed"}
    _publish(engine, "3", "value")
    assert _folders(engine) == {"value/1", "value/3"}


def test_only_folders_of_models_are_removed(tmp_path: Path) -> None:
    (tmp_path / "mine" / "notes").mkdir(parents=True)
    (tmp_path / "mine" / "notes" / "todo.txt").write_text("keep me")
    half = save_model(tmp_path / "value" / "half", "value", "half", {}, {})
    (half / "card.json").unlink()
    assert remove_unknown_models(tmp_path, REGISTRY.empty_table()) == 1
    assert (tmp_path / "mine" / "notes" / "todo.txt").exists() and not half.exists()
    assert remove_unknown_models(tmp_path / "absent", REGISTRY.empty_table()) == 0
