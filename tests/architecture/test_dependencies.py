"""What the code imports is what pyproject.toml asks for: nothing comes along by luck, nothing is asked for in vain."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

# Named in pyproject.toml though no line of ours imports them: what needs them, or pyarrow, dbt or fsspec, does.
NOT_IMPORTED = {"dbt-duckdb", "dlt", "s3fs"}


def test_every_library_that_the_code_imports_is_a_dependency(repository: Path) -> None:
    asked = _asked(repository)
    homes = packages_distributions()
    unasked = {
        f"{module} in {file.relative_to(repository)}"
        for file in (repository / "src").rglob("*.py")
        for module in _imported(file)
        if not asked & {_plain(name) for name in homes.get(module, [module])}
    }
    assert not unasked


def test_every_dependency_is_imported_somewhere(repository: Path) -> None:
    homes = packages_distributions()
    modules = {module for file in (repository / "src").rglob("*.py") for module in _imported(file)}
    used = {_plain(name) for module in modules for name in homes.get(module, [])}
    assert _asked(repository) - used - NOT_IMPORTED == set()


def _asked(repository: Path) -> set[str]:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "dev" for line in lines]
    return {_plain(re.split(r"[\[<>=~!; ]", line)[0]) for line in [*project["dependencies"], *extras]}


def _imported(file: Path) -> set[str]:
    """The top modules that a file imports from outside Python and Regulars."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"regulars"}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
