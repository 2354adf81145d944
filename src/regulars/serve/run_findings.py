"""What kept a run from being published: each check that did, in words, with what to do about it."""

from __future__ import annotations

from typing import Any

from regulars.engines.base import Engine
from regulars.engines.check_records import CheckRecord, CheckRecords
from regulars.quality.meanings import allowed_by, meaning_of, speaks_for_itself, words_of


def stopping(engine: Engine, run_id: str) -> list[dict[str, Any]]:
    """The findings of a run that stop it, as rows: the check, what it found, an example, what to do, what allows it."""
    found = CheckRecords(engine.journal).of_run(run_id)
    return [_told(record) for record in found if record.stops_publishing]


def _told(record: CheckRecord) -> dict[str, Any]:
    return {
        "check_name": record.check_name,
        "message": words_of(record),
        "failures": None if speaks_for_itself(record) else record.failures,
        "sample": record.sample,
        "advice": meaning_of(record.check_name).advice,
        "allowed_by": allowed_by(record),
    }
