"""What an erasure must remember is kept for its owner alone, and can be read again."""

from __future__ import annotations

from pathlib import Path

from regulars.engines.duckdb import DuckDBEngine
from regulars.privacy.progress import Progress, place_of, read_progress, write_progress
from regulars.privacy.traces import Wanted


def test_it_is_read_as_it_was_written_by_its_owner_alone(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "warehouse")
    assert read_progress(engine) is None
    progress = Progress("e1")
    progress.add(Wanted({"email": ["anna@shop.example"]}, [7]), {"email": 1})
    progress.add(Wanted({"email": ["bert@shop.example"]}, [8]), {"email": 1, "key": 2})
    progress.add_erased({"raw.shop": 3})
    progress.add_erased({"raw.shop": 1})
    write_progress(engine, progress)
    assert read_progress(engine) == progress
    assert progress.wanted.texts == {"email": ["anna@shop.example", "bert@shop.example"]}
    assert progress.customer_ids == [7, 8]
    assert progress.erased == {"raw.shop": 4}
    assert place_of(engine).stat().st_mode & 0o777 == 0o600
