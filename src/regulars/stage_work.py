"""What each stage of the pipeline does with a run, and the one line it says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regulars import days, marts
from regulars.engines.base import Engine
from regulars.errors import InputError
from regulars.run_request import Request
from regulars.settings import Settings
from regulars.telling import gather_events

if TYPE_CHECKING:
    from regulars.transform import Transformer


@dataclass
class Run:
    """One run on its way through the stages."""

    run_id: str
    engine: Engine
    settings: Settings
    request: Request
    transformer: Transformer
    progress: Callable[[str], None]
    notes: list[str] = field(default_factory=list)
    has_landed: bool = False
    stage: str = ""


def land_sources(run: Run) -> str:
    """Reads what is new of the sources; refuses when there is nothing to work on."""
    from regulars.land.given import emptied, given_sources
    from regulars.land.stage import anything_staged, land, restage
    from regulars.land.tables import map_tables

    given = [*given_sources(run.request.files, run.settings), *run.request.given]
    refresh, progress = run.request.full_refresh, run.progress
    with emptied(run.engine.scratch_folder) as scratch, run.engine.durable() as durable:
        tables = map_tables(durable, run.engine, run.settings, progress, refresh=refresh, rest=run.request.may_be_empty)
        if run.request.restage:
            run.notes += restage(durable, run.settings, progress, scratch=scratch).notes
        report = land(durable, run.settings, given, full_refresh=refresh, scratch=scratch, on_progress=progress)
        has_rows = anything_staged(durable) or any(load.staged for load in tables.loads)
    run.notes += [*tables.notes, *report.notes]
    run.has_landed = bool(report.loads)
    if not has_rows and (report.loads or tables.loads):
        raise InputError(f"No row could be used. {' '.join(run.notes)} Mend the file or its mapping, and run again.")
    if not has_rows and not run.request.may_be_empty:
        raise InputError(
            "There is nothing to work on: no file was given and none had landed before."
            " Write `regulars run orders.csv`, or name your files in regulars.toml."
        )
    if any(load.rejected for load in (*report.loads, *tables.loads)):
        run.notes.append('Rows set aside are listed by: regulars sql "select * from rejected_rows"')
    return tables.added_to(report.summary)


def resolve_people(run: Run) -> str:
    """Finds out which records are one person."""
    from regulars.identity.stage import Resolver

    with run.engine.durable() as durable:
        return Resolver.of(run.settings, run.engine, run.progress).resolve(durable).summary


def build_core(run: Run) -> str:
    """Makes a fresh build, with what is live remembered for comparison."""
    from regulars.parameters import write_parameters
    from regulars.publishing import customers_being_erased, remember_published
    from regulars.quality.measuring import last_landing, write_measures

    if run.request.keep_newer:
        days.refuse_to_replace_newer(run.engine, run.settings.rfm.as_of)
    hidden, landed_at = customers_being_erased(run.engine), last_landing(run.engine)
    with run.engine.build(fresh=True) as build:
        write_parameters(build, run.settings, run.run_id)
        run.notes += remember_published(run.engine, build, hidden)
        write_measures(run.engine, build, run.settings, landed_at)
    return run.transformer.build("core", run.progress)


def learn_models(run: Run) -> str:
    """Fits the models and writes what they say into the build."""
    from regulars.learn.predictions import predict
    from regulars.learn.stage import last_clusters, learn

    previous = None
    if run.engine.has_live():
        with run.engine.live() as live:
            previous = last_clusters(live)
    with run.engine.build() as build:
        clusters = learn(build, run.settings.clusters, run.engine.models_folder, run.run_id, previous)
        predictions = predict(build, run.settings, run.engine.models_folder, run.run_id, run.progress)
    run.engine.keep_models(run.run_id)
    run.notes += [*predictions.notes, *predictions.alarms]
    return f"{clusters.summary}; {predictions.summary}"


def build_finish(run: Run) -> str:
    """Builds what needs the learned columns."""
    return run.transformer.build("finish", run.progress)


def check_build(run: Run) -> str:
    """Runs the checks; notes what was found and allowed."""
    from regulars.quality.checks import check

    with run.engine.build() as build:
        is_whole = bool(build.columns(marts.STAGED_ORDERS))
    if not is_whole:
        # A publishing that stopped had let go of the views of the durable side, which the checks look at.
        run.transformer.build_models(run.transformer.views(without=run.engine.kept_away()))
    summary = check(run.engine, run.transformer, run.run_id, run.progress, run.settings.quality, run.request.allow)
    if " allowed: " in summary:
        run.notes.append(f"Published with findings, as allowed: {summary.rpartition(' allowed: ')[2]}.")
    return summary


def publish_build(run: Run) -> str:
    """Puts the build live, and gathers what others are told of it."""
    from regulars.publishing import publish
    from regulars.quality.checks import refuse_failed_build

    with run.engine.build() as build:
        refuse_failed_build(build)
    if run.request.keep_newer:
        days.refuse_to_replace_newer(run.engine, days.build_day(run.engine))
    # What is live says who moved, and is about to go.
    run.notes += gather_events(run.engine, run.settings)
    summary = publish(run.engine, run.run_id, forgets_models=run.request.forgets_models)
    run.notes += gather_events(run.engine, run.settings)
    return summary


def words_if_live(run: Run) -> str:
    """The words of a publishing that is asked for again: the process that did it may have died before it said so."""
    asked = run.settings.rfm.as_of
    return f"as of {asked} is live already" if asked is not None and days.live_day(run.engine) == asked else ""
