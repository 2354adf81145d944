from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.unit.conftest import Published

from regulars import catalog
from regulars.engines.base import open_engine
from regulars.errors import InputError, ModelError, WarehouseError
from regulars.learn.lifetime_value import MODELS
from regulars.learn.registry import save_model
from regulars.serve.saved_models import live_clusters, live_scorer, models
from regulars.settings import Settings


@pytest.fixture
def copied(clustered: Published, tmp_path: Path) -> Settings:
    """A warehouse of one's own to spoil."""
    shutil.copytree(clustered.settings.warehouse, tmp_path / "moved")
    return clustered.settings.model_copy(update={"warehouse": str(tmp_path / "moved")})


def _folder(settings: Settings, kind: str = "clusters") -> Path:
    return next((Path(settings.warehouse) / "models" / kind).iterdir())


def test_the_live_model_gives_every_customer_the_published_cluster(clustered: Published) -> None:
    live = live_clusters(clustered.engine)
    rfm = clustered.queries.sql("select customer_id, recency, frequency, monetary from fct_customer_rfm order by 1")
    expected = clustered.queries.sql("select * from learned.customer_clusters order by customer_id")
    assert live.model.assign(rfm).to_pylist() == expected.to_pylist()
    assert live.card["run_id"] == clustered.report.run_id


def test_a_warehouse_that_was_moved_finds_its_model(copied: Settings) -> None:
    assert live_clusters(open_engine(copied)).model.names


def test_a_model_that_was_cut_changed_or_replaced_is_refused(copied: Settings) -> None:
    folder = _folder(copied)
    whole = (folder / "model.skops").read_bytes()
    for damaged in (whole[:-20], whole[:200] + b"x" + whole[201:], b""):
        (folder / "model.skops").write_bytes(damaged)
        with pytest.raises(ModelError, match=r"it was changed or cut\. Make it again with `regulars run"):
            live_clusters(open_engine(copied))
    save_model(folder, "clusters", "forged", {"names": []}, {})
    with pytest.raises(ModelError, match="is not the model that the warehouse registered"):
        live_clusters(open_engine(copied))
    shutil.rmtree(folder)
    with pytest.raises(ModelError, match=r"card.json cannot be read"):
        live_clusters(open_engine(copied))


def test_what_is_published_without_clusters_has_no_model(published: Published, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no clusters, so there is no model to score by"):
        live_clusters(published.engine)
    with pytest.raises(WarehouseError, match="Nothing is published"):
        live_clusters(open_engine(Settings(warehouse=str(tmp_path / "none"))))


def test_the_registry_lists_what_was_published_and_which_is_live(clustered: Published) -> None:
    found = models(clustered.engine).to_pylist()
    assert [(row["kind"], row["customers"], row["is_live"]) for row in found] == [
        ("churn", 60, True),
        ("clusters", 60, True),
        ("value", 60, True),
    ]
    assert found[1]["algorithm"] == "kmeans" and found[2]["algorithm"] in MODELS
    kept = clustered.queries.sql(f"select run_id, sha256 from {catalog.MODELS.name} order by kind").to_pylist()
    assert kept == [{"run_id": row["run_id"], "sha256": row["sha256"]} for row in found]


@pytest.mark.parametrize("kind", ["clusters", "value", "churn"])
def test_nothing_is_scored_by_a_model_that_was_cut_or_replaced(copied: Settings, kind: str) -> None:
    folder = _folder(copied, kind)
    (folder / "model.skops").write_bytes((folder / "model.skops").read_bytes()[:-20])
    with pytest.raises(ModelError, match=r"it was changed or cut\. Make it again with `regulars run"):
        live_scorer(open_engine(copied))
    save_model(folder, kind, "forged", {"names": []}, {})
    with pytest.raises(ModelError, match="is not the model that the warehouse registered"):
        live_scorer(open_engine(copied))


def test_what_is_published_without_clusters_is_scored_by_what_there_is(published: Published, tmp_path: Path) -> None:
    scorer = live_scorer(published.engine)
    assert scorer.clusters is None and scorer.value is not None and scorer.churn is not None
    with pytest.raises(WarehouseError, match="Nothing is published"):
        live_scorer(open_engine(Settings(warehouse=str(tmp_path / "none"))))
