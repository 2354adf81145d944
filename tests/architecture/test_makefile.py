"""`make` tells a newcomer everything it can do, and CI does nothing they could not."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

TARGETS = {"setup", "demo", "test", "check", "bench", "golden", "docs", "airflow"}


def test_make_alone_prints_every_target_with_its_line_of_help(repository: Path) -> None:
    done = subprocess.run(["make"], cwd=repository, capture_output=True, text=True, check=True)
    helped = {line.split()[1] for line in done.stdout.splitlines() if len(line.split()) > 3}
    assert helped >= TARGETS


def test_every_target_of_the_makefile_has_help(repository: Path) -> None:
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    with_help = set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE))
    assert targets == with_help


def test_ci_is_executable_and_ends_with_the_tests(repository: Path) -> None:
    script = repository / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").rstrip().endswith("make test")
