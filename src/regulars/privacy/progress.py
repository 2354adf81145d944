"""What an erasure must remember while it goes on, so that it can be finished after it was broken off.

It is the one place where identifiers stand meanwhile: a file that only its owner can read, zeroed and removed in the
end. Without it, on another machine, an erasure is finished by the tombstones, and only the search for texts is missed.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from regulars.engines.base import Engine
from regulars.privacy.traces import Wanted

FILE = "erasing.json"


@dataclass
class Progress:
    """An erasure that goes on: what is looked for, what was found before, and what was taken out so far."""

    erasure_id: str = ""
    texts: dict[str, list[str]] = field(default_factory=dict)
    customer_ids: list[int] = field(default_factory=list)
    identifiers: dict[str, int] = field(default_factory=dict)
    found_before: dict[str, dict[str, int]] = field(default_factory=dict)
    erased: dict[str, int] = field(default_factory=dict)
    changed_exports: list[str] = field(default_factory=list)

    @property
    def wanted(self) -> Wanted:
        """What is looked for."""
        return Wanted(self.texts, self.customer_ids)

    def add(self, what: Wanted, identifiers: dict[str, int]) -> None:
        """Takes somebody into the erasure."""
        for kind, texts in what.texts.items():
            self.texts[kind] = sorted({*self.texts.get(kind, []), *texts})
        self.customer_ids = sorted({*self.customer_ids, *what.customer_ids})
        for kind, number in identifiers.items():
            self.identifiers[kind] = max(self.identifiers.get(kind, 0), number)

    def add_erased(self, rows: dict[str, int]) -> None:
        """Counts what was taken out."""
        for table, number in rows.items():
            self.erased[table] = self.erased.get(table, 0) + number


def place_of(engine: Engine) -> Path:
    """Where the file lies."""
    return engine.models_folder.parent / FILE


def read_progress(engine: Engine) -> Progress | None:
    """The erasure that was broken off on this machine; None when there is none."""
    try:
        return Progress(**json.loads(place_of(engine).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def write_progress(engine: Engine, progress: Progress) -> None:
    """Puts the file in the place of the last one, in one step."""
    place = place_of(engine)
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_suffix(".half")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(progress.__dict__, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(half, place)
