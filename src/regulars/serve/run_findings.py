"""What kept a run from being published: each check that did, in words, with what to do about it."""

from __future__ import annotations

from typing import Any

from regulars.engines.base import Engine
from regulars.engines.check_records import CheckRecord, CheckRecords
from regulars.quality.meanings import meaning_of


def stopping(engine: Engine, run_id: str) -> list[dict[str, Any]]:
    """The findings of a run that stop it, as rows: the check, what it found, an example, what to do, what allows it."""
    found = CheckRecords(engine.journal).of_run(run_id)
    return [_told(record) for record in found if record.stops_publishing]


def _told(record: CheckRecord) -> dict[str, Any]:
    meaning = meaning_of(record.check_name)
    # The age of a source, and why a check broke, are said by the finding itself; else what must hold says more.
    speaks = record.status == "error" or record.check_name.startswith("freshness_of_")
    return {
        "check_name": record.check_name,
        "message": record.message if speaks else meaning.what or record.message,
        "failures": None if speaks else record.failures,
        "sample": record.sample,
        "advice": meaning.advice,
        # A check that broke has seen nothing that could be allowed.
        "allowed_by": f"regulars run --allow {record.check_name}" if record.status == "fail" else None,
    }
