"""The docs say what the code does: pages made from code are fresh, links lead somewhere, named commands exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

WRITTEN = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "DECISIONS.md",
    "CHANGELOG.md",
    "docs/clusters.md",
    "docs/predictions.md",
    "docs/deployment.md",
    "docs/operations.md",
    "docs/quality.md",
    "docs/security.md",
    "docs/exports.md",
    "docs/webhooks.md",
    "docs/dashboard.md",
)
PAGES = ("settings.md", "tables.md", "presets.md", "cli.md", "api.md")
STAGES_OF_THE_DAG = "../airflow/dags/regulars_stages.json"


@pytest.fixture(scope="module")
def generator(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", repository / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", [*PAGES, STAGES_OF_THE_DAG])
def test_the_page_is_what_the_code_says(page: str, generator: ModuleType, repository: Path) -> None:
    written = (repository / "docs" / page).read_text(encoding="utf-8")
    assert written == generator.PAGES[page](), "run `make docs`"


def test_every_stage_of_the_pipeline_is_in_the_architecture(repository: Path) -> None:
    from regulars.pipeline import STAGES

    architecture = (repository / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [stage.name for stage in STAGES if f"\n| {stage.name} |" not in architecture] == []


def test_every_module_at_the_top_is_on_the_map_of_the_architecture(repository: Path) -> None:
    architecture = (repository / "ARCHITECTURE.md").read_text(encoding="utf-8")
    top = (repository / "src" / "regulars").iterdir()
    parts = {path.name + "/" * path.is_dir() for path in top if path.suffix == ".py" or path.is_dir()}
    assert [part for part in sorted(parts - {"__pycache__/"}) if f"\n  {part} " not in architecture] == []


@pytest.mark.parametrize("page", [*WRITTEN, "docs/identity.md", *(f"docs/{page}" for page in PAGES)])
def test_links_lead_to_files_and_headings_that_exist(page: str, repository: Path) -> None:
    text = (repository / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        file = (repository / page).parent / path if path else repository / page
        assert file.exists(), target
        if anchor:
            assert anchor in _anchors(file), target


@pytest.mark.parametrize("page", WRITTEN)
def test_paths_written_in_backticks_exist(page: str, repository: Path) -> None:
    text = (repository / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:src|tests|docs|benchmarks)/[\w./-]+)`", text)
    assert [path for path in named if not (repository / path).exists()] == []


@pytest.mark.parametrize("page", [*WRITTEN, "docs/identity.md"])
def test_commands_written_in_backticks_exist(page: str, repository: Path, generator: ModuleType) -> None:
    text = (repository / page).read_text(encoding="utf-8")
    commands = generator.PAGES["cli.md"]()
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    unknown = [name for name in re.findall(r"`regulars ([a-z]+)", text) if f"## `regulars {name}" not in commands]
    unknown += [f"make {name}" for name in re.findall(r"`make ([a-z]+)`", text) if f"\n{name}:" not in makefile]
    assert unknown == []


def _anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
