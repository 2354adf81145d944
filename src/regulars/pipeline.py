"""STAGES: the map of the whole program, from files to the published warehouse. CLI, docs and tests are made from it.

Each stage is idempotent and can run alone. `land` and `resolve` write the durable schemas by transactions; from `build`
on all is made anew beside the live warehouse, which only `publish` replaces, in one step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from regulars import days, marts, stage_work
from regulars.engines.base import Engine, open_engine
from regulars.errors import InputError, RegularsError, WarehouseError
from regulars.observing import Logged, RunObserver
from regulars.run_request import Request, RunReport
from regulars.segments import load_map
from regulars.settings import Settings
from regulars.stage_work import Run
from regulars.telling import note_failure, note_success, telling_others
from regulars.watching import Nobody, Watcher

__all__ = ["STAGES", "Request", "Run", "RunReport", "Stage", "run_locked", "run_pipeline"]


@dataclass(frozen=True)
class Stage:
    """A step of the pipeline: `work` does it and returns one line of what was done.

    `needs` is a table of the build that an earlier stage, `made_by`, must have made. Without a build, `already` may say
    that what the stage was asked for stands, so that there is nothing to do.
    """

    name: str
    what: str
    work: Callable[[Run], str]
    needs: str | None = None
    made_by: str = ""
    already: Callable[[Run], str] | None = None


STAGES = (
    Stage("land", "read the sources, keep every row, type it or set it aside with a reason", stage_work.land_sources),
    Stage("resolve", "link the records of one person and give each person a stable id", stage_work.resolve_people),
    Stage("build", "customers, orders, RFM scores, segments, cohorts and behaviour", stage_work.build_core),
    Stage(
        "learn",
        "clusters, value, churn and the days ahead, each tested on what it had not seen",
        stage_work.learn_models,
        marts.FCT_CUSTOMER_RFM,
        "build",
    ),
    Stage("finish", "segment metrics and the customer 360", stage_work.build_finish, marts.FCT_CUSTOMER_RFM, "build"),
    Stage(
        "check",
        "keys, contracts, reconciliation, drift and freshness",
        stage_work.check_build,
        marts.CUSTOMER_360,
        "finish",
    ),
    Stage(
        "publish",
        "put the finished build live in one step",
        stage_work.publish_build,
        marts.CUSTOMER_360,
        "finish",
        stage_work.words_if_live,
    ),
)


def run_pipeline(settings: Settings, request: Request, watcher: Watcher | None = None) -> RunReport:
    """Runs the stages asked for, all by default, under the warehouse's lock.

    Args:
        settings: The settings.
        request: Files, stages and the command's words for the journal.
        watcher: Sees the run go by.

    Raises:
        LockedError: Another run holds the warehouse.
        RegularsError: A stage failed; the live warehouse is as it was.
    """
    chosen = _chosen(request.stages)
    if any(stage.name == "build" for stage in chosen):
        # A map that is wrong is told before anything is landed.
        load_map(settings.rfm.map, settings.rfm)
    engine, watcher = open_engine(settings), watcher or Nobody()
    # Others are told when the warehouse is free again, also of a run that failed.
    with telling_others(engine, settings, watcher) as notes, engine.lock():
        engine.prepare()
        report = run_locked(engine, settings, request, watcher)
    return replace(report, notes=(*report.notes, *notes))


def run_locked(engine: Engine, settings: Settings, request: Request, watcher: Watcher | None = None) -> RunReport:
    """The same by somebody who holds the warehouse's lock already and has prepared it."""
    from regulars.transform import Transformer

    watcher, chosen = Logged(watcher or Nobody()), _chosen(request.stages)
    transformer = Transformer.of(engine)
    if request.allow or settings.quality.allow:
        from regulars.quality.checks import refuse_unknown

        refuse_unknown([*request.allow, *settings.quality.allow], transformer.check_names())
    if any(stage.name in ("build", "finish", "check") for stage in chosen):
        transformer.warm()
    if any(stage.name == "learn" for stage in chosen):
        threading.Thread(target=_warm_learning, name="learn", daemon=True).start()
    run = Run(engine.journal.start_run(request.command), engine, settings, request, transformer, watcher.progress)
    observer = RunObserver(engine, settings, run.run_id, request.command)
    try:
        with observer.run():
            summaries = {stage.name: _observed(observer, run, stage, watcher) for stage in chosen}
    except BaseException as error:
        words = str(error) if isinstance(error, RegularsError) else f"{type(error).__name__}: {error}"
        # What failed is what the user must hear of, also when the journal cannot be told.
        with suppress(WarehouseError):
            engine.journal.finish_run(run.run_id, "failed", words)
        note_failure(engine, settings, run.run_id, run.stage, error, words)
        raise
    if request.may_be_empty and not run.has_landed:
        engine.journal.forget_run(run.run_id)
    else:
        engine.journal.finish_run(run.run_id, "done")
    note_success(engine, settings, run.run_id, summaries)
    return RunReport(run.run_id, summaries, tuple(run.notes))


def _is_made(engine: Engine, table: str) -> bool:
    if not engine.has_build():
        return False
    with engine.build() as build:
        return bool(build.columns(table))


def _warm_learning() -> None:
    """Imports the model library while the database works; a fault shows when the stage imports it itself."""
    from regulars.learn.clusters import warm

    with suppress(ImportError):
        warm()


def _chosen(names: Sequence[str]) -> list[Stage]:
    known = [stage.name for stage in STAGES]
    for name in names:
        if name not in known:
            raise InputError(f"There is no stage `{name}`. The stages are: {', '.join(known)}.")
    return [stage for stage in STAGES if not names or stage.name in names]


def _observed(observer: RunObserver, run: Run, stage: Stage, watcher: Watcher) -> str:
    with observer.stage(stage.name, stage.what) as done:
        done.append(_run_stage(run, stage, watcher))
    return done[0]


def _run_stage(run: Run, stage: Stage, watcher: Watcher) -> str:
    journal, position, run.stage = run.engine.journal, STAGES.index(stage) + 1, stage.name
    done_already = ""
    if stage.needs is not None and not _is_made(run.engine, stage.needs):
        done_already = stage.already(run) if stage.already else ""
        if not done_already:
            raise InputError(
                f"Stage {stage.name} needs {stage.needs} of a build in flight, and there is none."
                f" Run `regulars run --stage {stage.made_by}` first."
            )
    elif stage.needs is not None:
        days.refuse_build_of_another_day(run.engine, run.settings.rfm.as_of, stage.name)
    journal.start_stage(run.run_id, position, stage.name)
    watcher.stage_started(stage.name, stage.what)
    said = time.monotonic()

    def progress(words: str) -> None:
        nonlocal said
        watcher.progress(words)
        # The journal's readers look once a second; writing more often would only cost time.
        if time.monotonic() - said >= 1:
            said = time.monotonic()
            journal.progress(run.run_id, position, words)

    run.progress = progress
    started, noted = time.monotonic(), len(run.notes)
    try:
        summary = done_already or stage.work(run)
    except BaseException as error:
        with suppress(WarehouseError):
            journal.finish_stage(run.run_id, position, "failed", time.monotonic() - started, str(error))
        raise
    seconds = time.monotonic() - started
    journal.finish_stage(run.run_id, position, "done", seconds, summary)
    watcher.stage_finished(stage.name, summary, seconds)
    for note in run.notes[noted:]:
        watcher.note(note)
    return summary
