"""The views of what is known, in a warehouse whose own SQL reads both what landed and the tables that are mapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars import catalog
from regulars.engines.base import Session


def show_known(durable: Session, selections: Mapping[str, Sequence[str]]) -> None:
    """Makes the views anew: what was staged, and these selections of mapped rows, by entity."""
    for entity, view in catalog.KNOWN.items():
        rows = catalog.known_rows(entity, selections.get(entity, ()))
        durable.execute(f"create or replace view {view} as {rows}")
