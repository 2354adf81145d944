"""The journal tells what runs did, also of those that died without a word."""

from pathlib import Path

import pytest

from regulars.engines.journal import FileJournal, Journal
from regulars.engines.postgres import PostgresEngine


@pytest.fixture(params=["file", "database"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    """An empty journal, in a file or in a database."""
    if request.param == "file":
        return FileJournal(tmp_path / "journal.sqlite")
    return PostgresEngine(request.getfixturevalue("warehouse_url")).journal


def test_a_run_and_its_stages_are_told_in_order(journal: Journal) -> None:
    run = journal.start_run("run orders.csv")
    journal.start_stage(run, 1, "land")
    journal.progress(run, 1, "half way")
    assert journal.stages_table(run).column("progress").to_pylist() == ["half way"]
    journal.finish_stage(run, 1, "done", 1.23456, "3 rows")
    journal.finish_run(run, "done")
    [stage] = journal.stages_table(run).to_pylist()
    assert (stage["status"], stage["seconds"], stage["summary"], stage["progress"]) == ("done", 1.235, "3 rows", None)
    [told] = journal.runs_table().to_pylist()
    assert (told["status"], told["command"]) == ("done", "run orders.csv")
    assert told["finished_at"] >= told["started_at"]


def test_a_run_that_died_is_interrupted_when_the_next_begins(journal: Journal) -> None:
    died = journal.start_run("run")
    journal.start_stage(died, 1, "land")
    assert journal.running() is not None
    journal.start_run("run")
    told = {row["run_id"]: row["status"] for row in journal.runs_table().to_pylist()}
    assert told.pop(died) == "interrupted"
    assert list(told.values()) == ["running"]
    assert journal.stages_table(died).column("status").to_pylist() == ["interrupted"]


def test_a_journal_that_was_never_written_is_empty(journal: Journal) -> None:
    assert journal.latest() is None
    assert journal.runs_table().num_rows == 0
    assert journal.stages_table().num_rows == 0


def test_a_round_that_came_to_nothing_is_forgotten(journal: Journal) -> None:
    kept = journal.start_run("run")
    journal.finish_run(kept, "failed", "It said why.")
    gone = journal.start_run("a round")
    journal.start_stage(gone, 1, "land")
    journal.forget_run(gone)
    latest = journal.latest()
    assert latest is not None
    assert (latest.run_id, latest.error) == (kept, "It said why.")
    assert journal.stages_table().num_rows == 0


def test_the_newest_run_comes_first_also_of_two_that_began_at_once(journal: Journal) -> None:
    runs = [journal.start_run("run") for _ in range(5)]
    assert journal.runs_table().column("run_id").to_pylist() == runs[::-1]
    assert journal.runs_table(2).num_rows == 2


def test_a_database_that_no_run_has_seen_has_an_empty_journal(database: str) -> None:
    journal = PostgresEngine(database).journal
    assert journal.latest() is None
    assert journal.runs_table().num_rows == 0
