"""What a check means and what to do when it finds something, in the words of `warehouse/tests/checks.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from regulars.engines.check_records import CheckRecord

# Before the name of a source: the check of its age, which is no dbt test.
AGE_OF = "freshness_of_"
_OUR_FAULT = "This is a fault of Regulars, or of a model of yours: please report it with the rows."
# Checks that are made for a model and its columns are named by dbt: the kind, the model, the columns.
_KINDS = {
    "key_": "The key of {rest} is never empty and never there twice.",
    "accepted_values_": "{rest} are values that there can be.",
    "not_null_": "{rest} is never empty.",
    "unique_": "{rest} is never there twice.",
    "relationships_": "{rest} leads to a row that exists.",
}


@dataclass(frozen=True)
class Meaning:
    """What must hold, in a sentence; what to do when it does not; the command that lists the rows, if there is one."""

    what: str
    advice: str
    rows: str = ""


def meaning_of(check_name: str) -> Meaning:
    """The meaning of a check."""
    known = _written().get(check_name)
    if known is not None:
        return known
    if check_name.startswith(AGE_OF):
        source = check_name.removeprefix(AGE_OF)
        return Meaning(
            f"{source} says something new in time.",
            f"See why {source} delivers nothing new: `regulars sources list` says when it last did. Its limits are"
            f" warn_after and error_after under [sources.{source}] or [quality].",
        )
    for prefix, what in _KINDS.items():
        if check_name.startswith(prefix):
            return Meaning(what.format(rest=check_name.removeprefix(prefix)), _OUR_FAULT)
    return Meaning("", "See the rows, and the check in the dbt project.")


def speaks_for_itself(record: CheckRecord) -> bool:
    """Whether a finding says in words of its own what it is: the age of a source, and why a check broke."""
    return record.status == "error" or record.check_name.startswith(AGE_OF)


def words_of(record: CheckRecord) -> str:
    """What a finding is, for people: in its own words, or else what must hold."""
    return record.message if speaks_for_itself(record) else meaning_of(record.check_name).what or record.message


def allowed_by(record: CheckRecord) -> str | None:
    """The command that publishes all the same; a check that broke has seen nothing that could be allowed."""
    return f"regulars run --allow {record.check_name}" if record.status == "fail" else None


@cache
def _written() -> dict[str, Meaning]:
    file = Path(str(files("regulars") / "warehouse" / "tests" / "checks.yml"))
    entries: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["data_tests"]
    return {entry["name"]: _meaning(entry["name"], entry["description"], entry["config"]["meta"]) for entry in entries}


def _meaning(check_name: str, what: str, meta: dict[str, Any]) -> Meaning:
    return Meaning(what, meta["next"], f"regulars check --rows {check_name}" if meta.get("rows") else "")
