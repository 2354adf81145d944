"""The check stage: dbt's tests over the build, kept in `ops.checks`; one that fails at error level stops publishing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Engine
from regulars.errors import ChecksFailed

if TYPE_CHECKING:
    from regulars.transform import CheckResult, Transformer


def check(engine: Engine, transformer: Transformer, run_id: str, on_progress: Callable[[str], None]) -> str:
    """Runs every check, keeps the results in the build and returns one line about them.

    Raises:
        ChecksFailed: A check at error level found something; nothing is published.
    """
    results = transformer.test(on_progress)
    with engine.build() as build:
        build.replace(catalog.CHECKS.name, _table(run_id, results))
    failed = [r for r in results if r.status != "pass" and r.severity == "error"]
    if failed:
        lines = "\n".join(f"  {r.name}: {r.message}" + (f"\n    e.g. {r.sample}" if r.sample else "") for r in failed)
        raise ChecksFailed(
            f"{len(failed)} check(s) failed, so the live warehouse stays as it was:\n{lines}\n"
            "Mend the data or the settings and run again."
        )
    warned = [r for r in results if r.status != "pass"]
    if not warned:
        return f"{len(results)} checks passed"
    return f"{len(results)} checks, {len(warned)} warned: {', '.join(r.name for r in warned)}"


def _table(run_id: str, results: list[CheckResult]) -> pa.Table:
    return pa.table(
        {
            "run_id": pa.array([run_id] * len(results), pa.string()),
            "check_name": pa.array([r.name for r in results], pa.string()),
            "severity": pa.array([r.severity for r in results], pa.string()),
            "status": pa.array([r.status for r in results], pa.string()),
            "failures": pa.array([r.failures for r in results], pa.int64()),
            "message": pa.array([r.message for r in results], pa.string()),
            "sample": pa.array([r.sample for r in results], pa.string()),
        }
    )
