"""The model of what records of one person look like: comparisons as data, and the two chances of each of their levels.

`m` is the chance of a level among records of one person, `u` among records of two (Fellegi and Sunter 1969). A model is
a file that says what it was trained on; one of another version, cut off or altered is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from regulars.errors import ModelError

FORMAT = "regulars person model"
VERSION = 1
SHIPPED = "person_model.json"


@dataclass(frozen=True)
class Level:
    """One degree of likeness; `when` is none for what remains, `rare` the column whose rare values count for more."""

    name: str
    when: str | None
    rare: str | None


@dataclass(frozen=True)
class Comparison:
    """How one property of two records is compared; it is left out when none of its columns holds anything."""

    name: str
    columns: tuple[str, ...]
    missing: str
    levels: tuple[Level, ...]

    @property
    def decided_by(self) -> frozenset[str]:
        """The columns of people that any of its levels looks at."""
        conditions = " ".join([self.missing, *(level.when or "" for level in self.levels)])
        return frozenset(re.findall(r"\b(\w+)_[lr]\b", conditions))


@dataclass(frozen=True)
class Chances:
    """How often a level is seen among pairs of one person (m) and of two (u)."""

    m: float
    u: float


@dataclass(frozen=True)
class Session:
    """One estimation: which pairs it saw, how many of them it holds for one person, and whether it settled."""

    agreeing_in: tuple[str, ...]
    pairs: int
    matches: float
    iterations: int
    converged: bool


@dataclass(frozen=True)
class PersonModel:
    """A trained model.

    Attributes:
        chances: By comparison, the chances of its levels in their order.
        matches_per_record: Pairs of one person for each record, where the model was trained.
        trained_on: What it was trained on, in words.
        records: How many records that were.
        sessions: How the training went.
    """

    chances: dict[str, tuple[Chances, ...]]
    matches_per_record: float
    trained_on: str
    records: int
    sessions: tuple[Session, ...]

    @property
    def fingerprint(self) -> str:
        """Changes whenever the model would give another probability."""
        return _digest(self._content())[:16]

    @property
    def converged(self) -> bool:
        """Whether every estimation settled."""
        return all(session.converged for session in self.sessions)

    def save(self, path: Path) -> None:
        """Writes the model as a file, with a seal over its content."""
        content = self._content()
        path.write_text(json.dumps({**content, "seal": _digest(content)}, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def _content(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "comparisons_fingerprint": comparisons_fingerprint(),
            "trained_on": self.trained_on,
            "records": self.records,
            "matches_per_record": self.matches_per_record,
            "sessions": [{**vars(session), "agreeing_in": list(session.agreeing_in)} for session in self.sessions],
            "chances": {
                comparison.name: {
                    level.name: {"m": chances.m, "u": chances.u}
                    for level, chances in zip(comparison.levels, self.chances[comparison.name], strict=True)
                }
                for comparison in comparisons()
            },
        }


@cache
def comparisons() -> tuple[Comparison, ...]:
    """The comparisons that Regulars ships."""
    return tuple(
        Comparison(
            found["name"],
            tuple(found["columns"]),
            found["missing"],
            tuple(Level(level["name"], level.get("when"), level.get("rare")) for level in found["level"]),
        )
        for found in _read("comparisons.toml")["comparison"]
    )


@cache
def comparisons_fingerprint() -> str:
    """Changes whenever a comparison does: chances are worth nothing for another one."""
    return hashlib.sha256(repr(comparisons()).encode()).hexdigest()[:16]


def usable_comparisons(filled: Collection[str]) -> tuple[Comparison, ...]:
    """The comparisons of which at least one column holds something."""
    return tuple(one for one in comparisons() if not set(one.columns).isdisjoint(filled))


def read_blocking() -> dict[str, Any]:
    """The blocking rules that Regulars ships."""
    return _read("blocking.toml")


def shipped_model() -> PersonModel:
    """The trained model that Regulars ships."""
    return _parse((files("regulars.identity") / "model" / SHIPPED).read_text(encoding="utf-8"), "The shipped model")


def load_model(path: Path) -> PersonModel:
    """Reads a model that `save` wrote.

    Raises:
        ModelError: The file is missing, cut off, altered, or made for other comparisons.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ModelError(f"There is no model {path}. Train one with `regulars identity train`.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The model {path} cannot be read: {error}. {_REPAIR}") from error
    return _parse(text, f"The model {path}")


_REPAIR = "Train it again with `regulars identity train`."


def _parse(text: str, what: str) -> PersonModel:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ModelError(f"{what} is cut off or no JSON (line {error.lineno}). {_REPAIR}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ModelError(f"{what} is no model of persons. {_REPAIR}")
    if content.get("version") != VERSION:
        raise ModelError(f"{what} is of version {content.get('version')}; this is version {VERSION}. {_REPAIR}")
    seal = content.pop("seal", None)
    if seal != _digest(content):
        raise ModelError(f"{what} was altered after it was written: its seal does not fit. {_REPAIR}")
    if content["comparisons_fingerprint"] != comparisons_fingerprint():
        raise ModelError(f"{what} was trained for other comparisons than those of this release. {_REPAIR}")
    return PersonModel(
        {
            name: tuple(Chances(level["m"], level["u"]) for level in levels.values())
            for name, levels in content["chances"].items()
        },
        content["matches_per_record"],
        content["trained_on"],
        content["records"],
        tuple(Session(**{**session, "agreeing_in": tuple(session["agreeing_in"])}) for session in content["sessions"]),
    )


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("regulars.identity") / "model" / name).read_text(encoding="utf-8"))
