"""The models of the live warehouse, each the very one that was registered when it was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Engine
from regulars.errors import InputError, ModelError
from regulars.learn.cluster_model import KIND, ClusterModel
from regulars.learn.registry import load_model


@dataclass(frozen=True)
class LiveClusters:
    """The clustering that is live: the model and its card."""

    model: ClusterModel
    card: dict[str, Any]


def live_clusters(engine: Engine) -> LiveClusters:
    """Loads the clustering of the live warehouse.

    Raises:
        WarehouseError: Nothing is published.
        InputError: What is published has no clusters.
        ModelError: The model's file is absent, changed, of another version, or not the one that was registered.
    """
    with engine.live() as live:
        if not live.columns(catalog.MODELS.name):
            raise ModelError(
                f"What is published in {engine.location} is of a version of Regulars that registered no models."
                " Publish it anew with `regulars run`."
            )
        rows = live.query(f"select * from {catalog.MODELS.name} where is_live and kind = $1", (KIND,)).to_pylist()
    if not rows:
        raise InputError(
            f"What is published in {engine.location} has no clusters, so there is no model to score by."
            " `regulars status` says why; land more orders, or set a small `k` under [clusters]."
        )
    content, card = load_model(engine.model(rows[0]["folder"]), KIND, rows[0]["sha256"])
    return LiveClusters(ClusterModel.from_content(content), card)


def models(engine: Engine) -> pa.Table:
    """Every model that was ever published, newest first, and whether it is the live one."""
    with engine.live() as live:
        if not live.columns(catalog.MODELS.name):
            return pa.table({name: pa.array([], pa.string()) for name in ("kind", "run_id", "algorithm", "folder")})
        return live.query(
            "select kind, run_id, algorithm, customers, is_live, folder, sha256"
            f" from {catalog.MODELS.name} order by run_id desc, kind"
        )
