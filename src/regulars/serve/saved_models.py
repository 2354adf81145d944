"""The models of the live warehouse, each the very one that was registered when it was published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Engine, Session
from regulars.errors import InputError, ModelError
from regulars.learn.cluster_model import KIND, ClusterModel
from regulars.learn.registry import load_model
from regulars.learn.saved_predictions import CHURN_KIND, TRUSTED, VALUE_KIND, PublishedChurn, value_from_content
from regulars.serve.evidence import read_yardstick
from regulars.serve.scorer import Scorer

Model = TypeVar("Model")


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
        found = _loaded(engine, _live_rows(engine, live), KIND, ClusterModel.from_content)
    if found is None:
        raise InputError(
            f"What is published in {engine.location} has no clusters, so there is no model to score by."
            " `regulars status` says why; land more orders, or set a small `k` under [clusters]."
        )
    return LiveClusters(*found)


def live_scorer(engine: Engine) -> Scorer:
    """Loads everything of the live warehouse that can be said of new customers.

    Raises:
        WarehouseError: Nothing is published.
        InputError: What is published has neither a model nor cut points.
        ModelError: The file of a model is absent, changed, of another version, or not the one that was registered.
    """
    with engine.live() as live:
        rows, yardstick = _live_rows(engine, live), read_yardstick(live)
        [as_of] = live.query(f"select as_of from {marts.RUN_PARAMETERS}").column(0).to_pylist()
    clusters = _loaded(engine, rows, KIND, ClusterModel.from_content)
    value = _loaded(engine, rows, VALUE_KIND, value_from_content)
    churn = _loaded(engine, rows, CHURN_KIND, PublishedChurn.from_content)
    if clusters is None and value is None:
        raise InputError(
            f"What is published in {engine.location} has no models to score by."
            " `regulars status` says why; land orders, then `regulars run`."
        )
    return Scorer(
        str(next(iter(rows.values()))["run_id"]),
        clusters[0] if clusters else None,
        yardstick,
        value[0] if value else None,
        churn[0] if churn else None,
        as_of,
    )


def models(engine: Engine) -> pa.Table:
    """The models of the last runs, newest first, and which are the live ones."""
    with engine.live() as live:
        if not live.columns(catalog.MODELS.name):
            return pa.table({name: pa.array([], pa.string()) for name in ("kind", "run_id", "algorithm", "folder")})
        return live.query(
            "select kind, run_id, algorithm, customers, is_live, folder, sha256"
            f" from {catalog.MODELS.name} order by run_id desc, kind"
        )


def _live_rows(engine: Engine, live: Session) -> dict[str, dict[str, Any]]:
    """The registered models that are live, by their kind."""
    if not live.columns(catalog.MODELS.name):
        raise ModelError(
            f"What is published in {engine.location} is of a version of Regulars that registered no models."
            " Publish it anew with `regulars run`."
        )
    rows = live.query(f"select * from {catalog.MODELS.name} where is_live").to_pylist()
    return {row["kind"]: row for row in rows}


def _loaded(
    engine: Engine, rows: dict[str, dict[str, Any]], kind: str, made: Callable[[dict[str, Any]], Model]
) -> tuple[Model, dict[str, Any]] | None:
    """The live model of a kind and its card; None when none is published."""
    if kind not in rows:
        return None
    folder = engine.model(rows[kind]["folder"])
    content, card = load_model(folder, kind, rows[kind]["sha256"], TRUSTED.get(kind, ()))
    try:
        return made(content), card
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder} was saved by another version of Regulars: {error}. Make it again with `regulars run`."
        ) from None
