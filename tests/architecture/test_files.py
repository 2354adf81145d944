"""Files are short, named for their one job, finished, and know nothing of the machine they were written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

LONGEST = 300
# Path under src/regulars -> why one file of more than 300 lines reads better than two.
LONGER: dict[str, str] = {"catalog.py": "every table that Python creates stands there once, in one list"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
# A module may be tested once more, on another engine or in another state, in a file of its own.
AGAIN = re.compile(r"_(on_postgres|on_spark|without_orders|of_many)(?=\.py$)")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\bNotImplementedError|^\s*pass\s*#", re.MULTILINE)
OF_A_MACHINE = re.compile(r"(?<![\w.~*-])/(home|root|Users|work)/\w|index-url|pythonhosted|registry\.npm")
TEXT = {".py", ".sql", ".md", ".toml", ".yml", ".yaml", ".csv", ".cfg", ".json", ".html", ".css", ".js", ""}


def test_no_source_file_is_too_long_to_read(repository: Path) -> None:
    source = repository / "src" / "regulars"
    lengths = {
        str(file.relative_to(source)): len(file.read_text(encoding="utf-8").splitlines())
        for suffix in ("*.py", "*.sql")
        for file in source.rglob(suffix)
    }
    too_long = {name: length for name, length in lengths.items() if length > LONGEST and name not in LONGER}
    assert not too_long
    assert set(LONGER) <= {name for name, length in lengths.items() if length > LONGEST}, (
        "shorten the list of exceptions"
    )


def test_no_module_is_named_for_nothing_in_particular(repository: Path) -> None:
    modules = [*(repository / "src").rglob("*.py"), *(repository / "tests").rglob("*.py")]
    assert not [file for file in modules if file.stem.removeprefix("test_") in FORBIDDEN_NAMES]


def test_unit_tests_mirror_the_modules_they_test(repository: Path) -> None:
    unit = repository / "tests" / "unit"
    modules = {file.relative_to(repository / "src/regulars") for file in (repository / "src/regulars").rglob("*.py")}
    strays = [
        str(test.relative_to(repository))
        for test in sorted(unit.rglob("test_*.py"))
        if test.relative_to(unit).with_name(AGAIN.sub("", test.name.removeprefix("test_"))) not in modules
    ]
    assert not strays, f"no module in src/regulars is tested by {strays}"


@pytest.mark.parametrize("what", ["unfinished work", "a machine"])
def test_no_file_speaks_of(what: str, repository: Path) -> None:
    pattern = UNFINISHED if what == "unfinished work" else OF_A_MACHINE
    found = []
    for file in _files(repository):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{file.relative_to(repository)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def _files(repository: Path) -> list[Path]:
    """The text files that are, or are about to be, part of the project; without git, those of its main folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        files = [repository / name for name in listed.stdout.splitlines()]
    else:
        files = [file for folder in ("src", "tests", "docs", "benchmarks") for file in (repository / folder).rglob("*")]
    return [file for file in files if file.is_file() and file.suffix in TEXT and file != Path(__file__)]
