"""What a run does for others: events are gathered and posted, and who asked for it is told how it went.

None of it may fail the run, or hold it up for long: what is not done now waits in the outbox. Heavy libraries are
imported only where a webhook or a messenger is set up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from regulars import catalog
from regulars.engines.base import Engine
from regulars.errors import LockedError, NewerIsLive, RegularsError
from regulars.settings import Settings
from regulars.watching import Watcher

# How long the end of a run may take for deliveries; the rest is for `webhooks deliver` and the server.
SECONDS_AFTER_RUN = 30.0


def gather_events(engine: Engine, settings: Settings) -> list[str]:
    """Puts the events of what is live into the outbox, if they are not there; returns notes worth reading."""
    if not settings.webhooks:
        return []
    from regulars.activate.gathering import gather
    from regulars.engines.outbox_records import OutboxRecords
    from regulars.serve.queries import Queries

    try:
        queries = Queries(engine, settings.shop) if engine.has_live() else None
        return gather(queries, OutboxRecords(engine.journal), settings.webhooks, settings.exports.consent)
    except RegularsError as error:
        return [f"Events for webhooks could not be gathered and will be tried again: {error}"]


def tell_others(
    engine: Engine,
    settings: Settings,
    seconds: float = SECONDS_AFTER_RUN,
    stopped: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Posts what waits for webhooks and tells the alerts that wait; returns notes worth reading.

    Args:
        engine: The warehouse.
        settings: All settings.
        seconds: How long posting may take.
        stopped: Asked before each request.
    """
    notes = []
    try:
        if settings.webhooks:
            from regulars.activate.delivering import deliver
            from regulars.engines.outbox_records import OutboxRecords

            delivery = deliver(OutboxRecords(engine.journal), settings.webhooks, seconds=seconds, stopped=stopped)
            notes += delivery.words()
        if settings.notify.urls:
            from regulars.activate.notifying import tell_waiting
            from regulars.engines.alert_records import AlertRecords

            notes += tell_waiting(AlertRecords(engine.journal), settings.notify).notes
    except RegularsError as error:
        notes.append(f"Others could not be told and will be later: {error}")
    except ImportError as error:
        notes.append(f"Webhooks need {error.name}, and wait. Install it: pip install 'regulars[webhooks]'.")
    return notes


@contextmanager
def telling_others(engine: Engine, settings: Settings, watcher: Watcher) -> Iterator[list[str]]:
    """Tells others what happened in the block once it ended, also by an error; gives the notes that this leads to."""
    notes: list[str] = []
    try:
        yield notes
    except (LockedError, NewerIsLive):
        raise
    except Exception:
        tell_others(engine, settings)
        raise
    notes += tell_others(engine, settings)
    for note in notes:
        watcher.note(note)


def note_failure(engine: Engine, settings: Settings, run_id: str, stage: str, error: BaseException, words: str) -> None:
    """Notes that a run failed, for those who are to be told; one that was stopped or kept what is newer has not."""
    if not settings.notify.urls or isinstance(error, NewerIsLive) or not isinstance(error, Exception):
        return
    from regulars.activate.run_alerts import run_failed
    from regulars.engines.alert_records import AlertRecords

    # Where the warehouse is gone, what failed the run is what its user must hear of.
    with suppress(RegularsError):
        live = _live(engine, settings)
        run_failed(AlertRecords(engine.journal), settings.notify, settings.shop.name, run_id, stage, words, live)
        _note_ages(engine, settings, run_id)


def note_success(engine: Engine, settings: Settings, run_id: str, summaries: Mapping[str, str]) -> None:
    """Notes that a run is done, for those who are to be told."""
    if not settings.notify.urls:
        return
    from regulars.activate.late_sources import is_lateness
    from regulars.activate.run_alerts import Finding, run_done, run_warned
    from regulars.engines.alert_records import AlertRecords

    records, shop = AlertRecords(engine.journal), settings.shop.name
    with suppress(RegularsError):
        run_done(records, settings.notify, shop, run_id, summaries)
    with suppress(RegularsError):
        _note_ages(engine, settings, run_id)
    if "publish" not in summaries:
        return
    with suppress(RegularsError):
        with engine.live() as live:
            sql = f"select check_name, status, failures, message from {catalog.CHECKS.name} where status <> 'pass'"
            rows = live.query(sql).to_pylist()
        # A source that is late has a cause of its own, so that the end of it is told as well.
        rows = [row for row in rows if not is_lateness(row["check_name"], row["status"])]
        found = [Finding(row["check_name"], row["status"], row["failures"], row["message"]) for row in rows]
        run_warned(records, settings.notify, shop, run_id, found)


def _note_ages(engine: Engine, settings: Settings, run_id: str) -> None:
    """Notes which sources are late, of a run that measured it, whether it published or not."""
    from regulars.activate.late_sources import sources_measured
    from regulars.engines.alert_records import AlertRecords
    from regulars.engines.check_records import CheckRecords

    if found := CheckRecords(engine.journal).of_run(run_id):
        sources_measured(AlertRecords(engine.journal), settings.notify, settings.shop.name, run_id, found)


def _live(engine: Engine, settings: Settings) -> str:
    """What readers see, and in which warehouse."""
    from regulars.serve.queries import Queries

    if not engine.has_live():
        return f"Nothing is live in {engine.location}: nothing was ever published."
    as_of = Queries(engine, settings.shop).basis().as_of
    return (
        f"What was published before is live still in {engine.location}, as of"
        f" {f'the start of {as_of}' if as_of else 'no day'}. Readers notice nothing but its age."
    )
