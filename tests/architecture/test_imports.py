"""The house stands as ARCHITECTURE.md draws it: imports go downwards, and importing Regulars costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("pandas", "pyarrow", "duckdb", "sklearn", "scipy", "numpy", "dbt", "streamlit", "typer", "faker")


def test_imports_keep_the_layers_and_contracts_of_pyproject(repository: Path) -> None:
    checker = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", checker], cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_regulars_is_cheap_and_loads_nothing_heavy() -> None:
    script = (
        "import sys, time\n"
        "start = time.perf_counter()\n"
        "import regulars\n"
        "print(time.perf_counter() - start)\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    runs = [_output(script) for _ in range(3)]
    assert min(float(seconds) for seconds, _ in runs) < 0.2
    assert runs[0][1] == "", f"`import regulars` loads {runs[0][1]}; import it inside the function that needs it"


def test_the_estimators_are_found_when_they_are_named_and_not_before() -> None:
    script = (
        "import sys\n"
        "import regulars as rg\n"
        "names = rg.learn.__all__\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])\n"
        "print(*[name for name in names if getattr(rg.learn, name).__name__ != name], len(names))\n"
    )
    assert _output(script) == ["", "7"]


def test_asking_for_help_loads_no_warehouse_and_no_model() -> None:
    script = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from regulars.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print('-')\n"
        "print(*[name for name in ('duckdb', 'sklearn', 'dbt', 'streamlit', 'faker') if name in sys.modules])\n"
    )
    assert _output(script)[1] == ""


def _output(script: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:2]
