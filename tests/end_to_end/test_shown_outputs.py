"""What the docs show of the demo shop is what its commands print: a number that has changed is shown anew."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.end_to_end import doors

# What an ellipsis stands for is left out, and a run has another name each time.
_LEFT_OUT = re.compile(r"\s*(…|\.\.\.)?|.*\brun \d{8}T.*")
_BLOCK = re.compile(r"^```text\n(?P<commands>(?:\$ regulars .*\n)*)(?P<shown>(?:.*\n)*?)```", re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `regulars demo` has run as the README says."""
    folder = tmp_path_factory.mktemp("newcomer")
    done = doors.process("demo", folder=folder)
    assert done.exit_code == 0, done.errors
    shutil.copy(folder / "shop" / "orders.csv", folder / "their-orders.csv")
    return folder


@pytest.mark.parametrize("page", ["README.md", "docs/predictions.md"])
def test_what_is_shown_is_what_is_printed(page: str, repository: Path, demo: Path, tmp_path: Path) -> None:
    blocks = list(_BLOCK.finditer((repository / page).read_text(encoding="utf-8")))
    assert len(blocks) >= 3
    for block in blocks:
        commands = [line.removeprefix("$ regulars ") for line in block["commands"].splitlines()]
        # What the README shows first is what the demo ends with. Several commands make a shop of their own.
        *before, command = commands or ["segments"]
        folder = tmp_path if before else demo
        for earlier in before:
            _printed(earlier, folder, columns=80)
        printed = _printed(command, folder, columns=80 if commands else 110)
        for line in block["shown"].splitlines():
            if not _LEFT_OUT.fullmatch(line):
                assert line.rstrip() in printed, f"{page} shows of `regulars {command}`: {line}"


def _printed(command: str, folder: Path, columns: int) -> list[str]:
    done = subprocess.run(
        [str(doors.SCRIPT), *shlex.split(command)],
        cwd=folder,
        env={**os.environ, "COLUMNS": str(columns)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.rstrip() for line in done.stdout.splitlines()]
