"""The journal tells what runs did, also of those that died without a word."""

from pathlib import Path

from regulars.engines.journal import FileJournal


def test_a_run_and_its_stages_are_told_in_order(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal.sqlite")
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


def test_a_run_that_died_is_interrupted_when_the_next_begins(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal.sqlite")
    died = journal.start_run("run")
    journal.start_stage(died, 1, "land")
    assert journal.running() is not None
    journal.start_run("run")
    told = {row["run_id"]: row["status"] for row in journal.runs_table().to_pylist()}
    assert told.pop(died) == "interrupted"
    assert list(told.values()) == ["running"]
    assert journal.stages_table(died).column("status").to_pylist() == ["interrupted"]


def test_a_journal_that_was_never_written_is_empty(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "journal.sqlite")
    assert journal.latest() is None
    assert journal.runs_table().num_rows == 0
    assert journal.stages_table().num_rows == 0
