"""The check stage: dbt's tests over the build and the ages of its sources; what fails at error level stops publishing.

The results are in `ops.checks` of the build and, run by run, beside the journal, where those of a run that published
nothing stay too. A finding that the user allows is kept as such: the state is published with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Engine, Session
from regulars.engines.check_records import CheckRecord, CheckRecords
from regulars.errors import ChecksFailed, InputError
from regulars.quality.freshness import FRESHNESS, measure_freshness
from regulars.quality_settings import QualitySettings

if TYPE_CHECKING:
    from regulars.transform import CheckResult, Transformer

DRIFT = "drift"
# Whole groups that can be allowed beside single checks.
GROUPS = (DRIFT, "landing", FRESHNESS)
# Addresses and numbers of persons; the keys of rows stay, or nobody could find them.
_PERSONAL = re.compile(r"[\w.%+'-]+@[\w.-]+|\+\d[\d ()-]{7,}\d")


def check(
    engine: Engine,
    transformer: Transformer,
    run_id: str,
    on_progress: Callable[[str], None],
    settings: QualitySettings | None = None,
    allow: Collection[str] = (),
) -> str:
    """Runs every check, keeps the results and returns one line about them.

    Args:
        engine: The warehouse, with a finished build.
        transformer: Runs dbt's tests.
        run_id: The run.
        on_progress: Told in words how far the stage is.
        settings: Whether drift is looked for, and what is always allowed.
        allow: Checks, or groups of them, whose findings do not stop this run.

    Raises:
        ChecksFailed: A check at error level found something that is not allowed; nothing is published.
    """
    settings = settings or QualitySettings()
    allowed = {*settings.allow, *allow}
    results = transformer.test(on_progress, *([[DRIFT]] if settings.drift == "off" else []))
    with engine.build() as build:
        records = [_judged(result, settings, allowed) for result in results]
        records += measure_freshness(build, run_id, allowed)
        build.replace(catalog.CHECKS.name, _table(run_id, records))
    CheckRecords(engine.journal).keep(run_id, records)
    _refuse(records)
    permitted = [record.check_name for record in records if record.status == "allowed"]
    warned = [record.check_name for record in records if record.status not in ("pass", "allowed")]
    if not warned and not permitted:
        return f"{len(records)} checks passed"
    words = [f"{len(records)} checks"]
    words += [f"{len(warned)} warned: {', '.join(warned)}"] if warned else []
    words += [f"{len(permitted)} allowed: {', '.join(permitted)}"] if permitted else []
    return ", ".join(words)


def refuse_failed_build(build: Session) -> None:
    """Keeps a build from going live whose checks found what is not allowed.

    Raises:
        ChecksFailed: They did.
    """
    if not build.columns(catalog.CHECKS.name):
        return
    names = ", ".join(CheckRecord.__annotations__)
    found = build.query(f"select {names} from {catalog.CHECKS.name} order by check_name").to_pylist()
    _refuse([CheckRecord(**row) for row in found])


def refuse_unknown(allow: Collection[str], known: Collection[str]) -> None:
    """Refuses to allow what no check is called.

    Raises:
        InputError: There is no such check.
    """
    for name in allow:
        if name not in known and name not in GROUPS and not name.startswith(f"{FRESHNESS}_of_"):
            raise InputError(
                f"There is no check `{name}` to allow. `regulars check` lists them; {', '.join(GROUPS)} mean all of"
                " a kind, and freshness_of_SOURCE the age of one source."
            )


def _judged(result: CheckResult, settings: QualitySettings, allowed: Collection[str]) -> CheckRecord:
    severity, status = result.severity, result.status
    if result.group == DRIFT and settings.drift == "warn" and status in ("fail", "warn"):
        severity, status = "warn", "warn"
    if severity == "error" and status == "fail" and ({result.name, result.group} & set(allowed)):
        status = "allowed"
    sample = _PERSONAL.sub("***", result.sample)
    return CheckRecord(result.name, severity, status, result.failures, result.message, sample)


def _refuse(records: Sequence[CheckRecord]) -> None:
    failed = [record for record in records if record.stops_publishing]
    if not failed:
        return
    lines = "\n".join(
        f"  {record.check_name}: {record.message}" + (f"\n    e.g. {record.sample}" if record.sample else "")
        for record in failed
    )
    words = " ".join(f"--allow {record.check_name}" for record in failed if record.status == "fail")
    raise ChecksFailed(
        f"{len(failed)} check(s) failed, so the live warehouse stays as it was:\n{lines}\n"
        "Mend the data or the settings and run again; `regulars check` says what each means."
        + (f" If it is all as it should be: regulars run {words}" if words else "")
    )


def _table(run_id: str, records: Sequence[CheckRecord]) -> pa.Table:
    columns = {name: [getattr(record, name) for record in records] for name in CheckRecord.__annotations__}
    return pa.table(
        {
            "run_id": pa.array([run_id] * len(records), pa.string()),
            **{
                name: pa.array(values, pa.int64() if name == "failures" else pa.string())
                for name, values in columns.items()
            },
        }
    )
