"""Stages that run as processes of their own, as on a schedule: retried, cleared, out of order, and for past days."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest
from tests.end_to_end import doors

from regulars.engines.duckdb import DuckDBEngine
from regulars.pipeline import STAGES

SETTINGS = """
[sources.customers]
path = "customers.csv"
[sources.orders]
path = "orders.csv"
"""
TODAY, TOMORROW, LONG_AGO = dt.date(2026, 1, 1), dt.date(2026, 1, 2), dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def template(shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose state of today is live, and whose state of tomorrow was published next to it, in one go."""
    folder = tmp_path_factory.mktemp("stages") / "template"
    folder.mkdir()
    (folder / "regulars.toml").write_text(SETTINGS)
    for name in ("customers.csv", "orders.csv"):
        shutil.copy(shop_files / name, folder)
    assert doors.command("run", "-q", "--as-of", str(TODAY), folder=folder).exit_code == 0
    shutil.copytree(folder / "warehouse", folder / "whole")
    assert doors.command("run", "-q", "--as-of", str(TOMORROW), "-w", "whole", folder=folder).exit_code == 0
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy of its own."""
    shutil.copytree(template, tmp_path / "project")
    return tmp_path / "project"


def _stage(project: Path, name: str, day: dt.date | str, *words: str) -> doors.Outcome:
    return doors.command("run", "-q", "--stage", name, "--as-of", str(day), *words, folder=project)


def _live_day(project: Path) -> dt.date:
    [(day,)] = doors.ask(project / "warehouse" / "live.duckdb", "select distinct as_of from marts.fct_customer_rfm")
    return day


def test_stages_that_are_tried_again_and_a_publishing_that_stopped_give_what_one_run_gives(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Landing and resolving again change nothing, and building begins anew; these write into what is there.
    for name in ("build", "learn", "learn", "finish", "finish", "check"):
        done = _stage(project, name, TOMORROW, "--keep-newer")
        assert done.exit_code == 0, (name, done.errors)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", stop)
        assert _stage(project, "publish", TOMORROW).exit_code == 130
    assert _live_day(project) == TODAY
    # Whoever clears the check as well finds the build as the publishing left it.
    for name in ("check", "publish"):
        done = _stage(project, name, TOMORROW, "--keep-newer")
        assert done.exit_code == 0, done.errors
    assert doors.different(doors.marts(project / "warehouse"), doors.marts(project / "whole")) == []


def test_publishing_again_what_is_live_already_is_done_and_of_another_day_is_refused(project: Path) -> None:
    before = doors.marts(project / "warehouse")
    again = doors.command("run", "--stage", "publish", "--as-of", str(TODAY), folder=project)
    assert again.exit_code == 0 and f"as of {TODAY} is live already" in again.errors
    assert doors.different(doors.marts(project / "warehouse"), before) == []
    for words in ([], ["--as-of", str(TOMORROW)]):
        refused = doors.command("run", "--stage", "publish", *words, folder=project)
        assert refused.exit_code == 2 and "of a build in flight, and there is none" in refused.errors


def test_a_past_day_meets_no_other_build_and_replaces_a_newer_state_only_when_that_is_wanted(project: Path) -> None:
    kept = _stage(project, "build", LONG_AGO, "--keep-newer")
    assert kept.exit_code == 5
    assert f"as of {TODAY}, later than {LONG_AGO}, and was kept" in kept.errors
    assert not DuckDBEngine(project / "warehouse").has_build()
    assert _stage(project, "build", LONG_AGO).exit_code == 0
    for stage in STAGES[3:]:
        refused = _stage(project, stage.name, TOMORROW)
        assert refused.exit_code == 2
        assert f"was asked as of {TOMORROW}, and the build in flight is as of {LONG_AGO}" in refused.errors
        assert f"regulars run --stage build --as-of {TOMORROW}" in refused.errors
        if stage.name != "publish":
            assert _stage(project, stage.name, LONG_AGO).exit_code == 0
    assert _stage(project, "publish", LONG_AGO, "--keep-newer").exit_code == 5
    assert _live_day(project) == TODAY
    assert _stage(project, "publish", LONG_AGO).exit_code == 0
    assert _live_day(project) == LONG_AGO
