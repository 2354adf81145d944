"""Which saved models a warehouse knows: the build's own, and after publishing those of the last runs; others go.

A model is saved beside those of earlier runs, so a failed run harms none. Publishing enters the build's models, keeps
the rows of the last runs for readers who have not noticed yet, and then removes every folder that no row names.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.learn.registry import CARD_FILE, MODEL_FILE, REGISTRY

KEPT_RUNS = 5  # whose models stay, the live one included


def register(build: Session, kind: str, model: pa.Table | None) -> None:
    """Enters the model of this build, in the place of one of its kind that a stage had made in it before.

    Args:
        build: The build in flight.
        kind: What the model does.
        model: Its row; None = the build has no such model.
    """
    name = catalog.MODELS.name
    others = build.query(f"select * from {name} where kind <> $1", (kind,)) if build.columns(name) else None
    tables = [table for table in (others, model) if table is not None]
    if tables:
        build.replace(name, pa.concat_tables(tables))


def known_models(build: Session, live: Session | None) -> pa.Table:
    """The registry of what is about to be published: the build's models, and those of the runs that were live before.

    Args:
        build: The build in flight.
        live: What is published; None when nothing is.
    """
    name = catalog.MODELS.name
    tables = [REGISTRY.empty_table()]
    if live is not None and live.columns(name):
        columns = ", ".join("false as is_live" if column == "is_live" else column for column in REGISTRY.names)
        tables.append(
            live.query(
                f"select {columns} from {name}"
                f" where run_id in (select distinct run_id from {name} order by run_id desc limit {KEPT_RUNS - 1})"
                " order by run_id, kind"
            )
        )
    if build.columns(name):
        tables.append(build.query(f"select * from {name} where is_live order by kind"))
    return pa.concat_tables(tables)


def remove_unknown_models(models_folder: Path, known: pa.Table) -> int:
    """Removes the saved models that no row names, and returns how many; what cannot be removed waits for the next run.

    Args:
        models_folder: The folder of all models: `<kind>/<run_id>` in it.
        known: The registry that is live.
    """
    named = set(known["folder"].to_pylist())
    removed = 0
    for file in sorted(models_folder.glob("*/*/*")):
        is_model = file.name.startswith((MODEL_FILE, CARD_FILE))
        if is_model and file.exists() and file.parent.relative_to(models_folder).as_posix() not in named:
            shutil.rmtree(file.parent, ignore_errors=True)
            removed += 1
    return removed
