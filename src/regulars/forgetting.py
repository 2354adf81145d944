"""Erases a person for good and proves it: durable rows, texts, everything derived, models, files; then a search.

The tombstones are written first. From then on nobody brings the person back, and every step after it can be done again:
an erasure that was broken off is finished by whoever asks for it, or for any other, next.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from regulars import catalog
from regulars.engines.base import Engine, Session, open_engine
from regulars.engines.check_records import CheckRecords
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.files import discard
from regulars.engines.journal import ledger_time
from regulars.engines.journal_redacting import redact
from regulars.engines.outbox_people import forget_events
from regulars.engines.scratch import ScratchSpace
from regulars.errors import InputError, SettingsError
from regulars.identity.ids import FIRST_ID, LAST_ID
from regulars.identity.stage import Resolver
from regulars.land import ledger
from regulars.land.stage import anything_staged
from regulars.land.tables import map_tables
from regulars.land.tombstones import erased_customers, remember, tombstones, unfinished
from regulars.pipeline import STAGES, Request, run_locked
from regulars.privacy import progress as going_on
from regulars.privacy.erasing import erase, received
from regulars.privacy.made_exports import exports_with, remove_exports
from regulars.privacy.person import find_person
from regulars.privacy.progress import FILE, Progress
from regulars.privacy.proof import BEYOND_REACH, Proof
from regulars.privacy.side_texts import hiding, redact_messages, remove_files
from regulars.privacy.traces import Traces, search_files, search_tables, wanted
from regulars.quality.checks import GROUPS
from regulars.serve.basis import read_basis
from regulars.settings import Settings, overridden
from regulars.watching import Nobody, Watcher


class _TakenBack(Exception):
    """Ends the transaction of a rehearsal."""


def forget(
    settings: Settings,
    who: str | None,
    *,
    dry_run: bool = False,
    exports: Sequence[Path] = (),
    watcher: Watcher | None = None,
) -> Proof:
    """Erases the person that a text names, or finishes an erasure that was broken off, and proves it.

    Args:
        settings: All settings.
        who: A golden id, SOURCE:ID, a source's id, an e-mail address or a phone number; None = only finish.
        dry_run: Change nothing, and say what would be erased where.
        exports: Files, and folders of files, that were made from the warehouse: those with the person in them go.
        watcher: Sees it go by.

    Raises:
        InputError: Nobody or several people answer to the text, or nothing waits to be finished.
        LockedError: Another run holds the warehouse.
    """
    for place in exports:
        if not place.exists():
            raise InputError(f"There is no file or folder {place}. Mend the path of --exports.")
    engine, watcher = open_engine(settings), watcher or Nobody()
    with engine.lock():
        engine.prepare()
        space = ScratchSpace(engine.scratch_folder, settings.threads, settings.memory_limit)
        if dry_run:
            return _rehearsed(engine, settings, space, who, exports)
        watcher.stage_started("forget", "find the person and note the tombstones")
        progress = _begun(engine, settings, space, who, exports)
        watcher.stage_finished("forget", f"{sum(progress.identifiers.values())} identifiers are remembered", 0.0)
        notes = _erased(engine, settings, space, progress, exports)
        is_live = engine.has_live()
        run_id = run_locked(engine, _as_live(engine, settings), _REBUILD, watcher).run_id if is_live else ""
        # Again, for those that were made of what was live until now.
        notes += _removed_from_what_left(engine, progress)
        engine.journal.compact()
        notes += engine.scrub()
        return _proved(engine, settings, space, progress, exports, run_id, notes)


_STAGES = [stage.name for stage in STAGES if stage.name != "land"]
_REBUILD = Request(stages=_STAGES, forgets_models=True, allow=GROUPS, command="forget")


def _begun(
    engine: Engine, settings: Settings, space: ScratchSpace, who: str | None, exports: Sequence[Path]
) -> Progress:
    """Notes the tombstones and what is looked for; from here on the erasure can be finished."""
    progress = going_on.read_progress(engine)
    with engine.durable() as durable:
        waiting = unfinished(durable)
        if who is None and not waiting:
            raise InputError("No erasure waits to be finished. Name whom to forget: regulars forget ID.")
        if progress is None or progress.erasure_id not in waiting:
            # Killed before the tombstones were noted, an erasure never began; on another machine its file is missing.
            progress = _taken_up(durable, waiting) if waiting else Progress(_new_id())
        if who is not None:
            Resolver.of(settings, engine).resolve(durable)
            try:
                person = find_person(durable, who, settings.shop.country)
            except InputError:
                # Who is erased already is unknown; what is left is to finish it.
                if not waiting:
                    raise
            else:
                with durable.transaction():
                    remember(durable, progress.erasure_id, person.identifiers)
                    what = wanted(person, received(durable, settings, space))
                    progress.add(what, dict(Counter(kind for kind, _ in person.identifiers)))
                    # Before the tombstones are there for good: whoever finishes this knows what to look for.
                    going_on.write_progress(engine, progress)
    before = _searched(engine, progress, exports)
    progress.found_before = {**before.found, **progress.found_before}
    going_on.write_progress(engine, progress)
    return progress


def _taken_up(durable: Session, waiting: list[str]) -> Progress:
    """What the tombstones alone tell of erasures that another machine has begun."""
    rows = durable.query(f"select erasure_id, kind from {catalog.ERASURES.name}").to_pylist()
    [last] = durable.query(LAST_ID).column(0).to_pylist()
    return Progress(
        waiting[0],
        customer_ids=erased_customers(durable, waiting, FIRST_ID, last),
        identifiers=dict(Counter(row["kind"] for row in rows if row["erasure_id"] in waiting)),
    )


def _erased(
    engine: Engine, settings: Settings, space: ScratchSpace, progress: Progress, exports: Sequence[Path]
) -> list[str]:
    """Takes the person out of texts, files and the durable side; says what is worth knowing."""
    hidden = hiding(progress.wanted)
    notes = _removed_from_what_left(engine, progress)
    # What a landing that was killed has left there may be theirs.
    discard(engine.scratch_folder)
    redact(engine.journal, hidden)
    notes += [f"removed {file}, in which the person stood" for file in remove_files(engine, progress.wanted, exports)]
    with engine.durable() as durable:
        with durable.transaction():
            redact_messages(durable, hidden)
            erased = erase(durable, settings, space)
        progress.add_erased(erased.rows)
        going_on.write_progress(engine, progress)
        mapped = [load for load in map_tables(durable, engine, settings).loads if load.forgotten]
        has_rows = anything_staged(durable) or any(load.staged for load in ledger.stamps(durable))
        if engine.has_live() and not has_rows:
            raise SettingsError(
                "Nobody is left in the warehouse, so nothing can be built in the place of what is live."
                f" Remove {engine.location} as a whole."
            )
    notes += [
        f"{load.uri} has {load.forgotten:,} row(s) of erased persons and is not ours: they are left out of everything"
        " from now on; delete them where they lie"
        for load in mapped
    ]
    return notes


def _removed_from_what_left(engine: Engine, progress: Progress) -> list[str]:
    """Sees to the outbox and to the files that the ledger of exports knows, and remembers which of them is searched."""
    events = forget_events(engine.journal, progress.customer_ids)
    ledger = ExportLedger(engine.journal)
    CheckRecords(engine.journal).forget_samples()
    found = exports_with(ledger, progress.wanted)
    progress.changed_exports = sorted({*progress.changed_exports, *map(str, found.changed)})
    going_on.write_progress(engine, progress)
    notes = [f"took {events:,} event(s) out of the outbox of webhooks"] if events else []
    return notes + remove_exports(ledger, progress.customer_ids, found)


def _proved(
    engine: Engine,
    settings: Settings,
    space: ScratchSpace,
    progress: Progress,
    exports: Sequence[Path],
    run_id: str,
    notes: list[str],
) -> Proof:
    """Looks for the person everywhere, keeps the signed proof, and forgets what was looked for."""
    after, hidden = _searched(engine, progress, exports), hiding(progress.wanted)
    still_known = sum(_would_erase(engine, settings, space).values())
    if not progress.texts:
        notes.append(
            "finished on a machine that did not begin it: the tombstones were checked, texts were not searched"
        )
    proof = Proof(
        progress.erasure_id,
        run_id,
        _now(),
        engine.location,
        progress.identifiers,
        progress.erased,
        _without_names(progress.found_before, hidden),
        _without_names(after.found, hidden),
        {"tables": after.tables, "files": after.files, "bytes": after.bytes},
        still_known,
        (*map(hidden, notes), BEYOND_REACH),
    )
    with engine.durable() as durable, durable.transaction():
        known = tombstones(durable)
        assert known is not None
        proof = proof.signed(known.secret)
        # While a trace is left the erasure is not finished.
        for erasure_id in sorted({progress.erasure_id, *unfinished(durable)}) if proof.is_clean else []:
            durable.execute(f"insert into {catalog.ERASURE_PROOFS.name} values ($1, $2)", (erasure_id, proof.json()))
    if proof.is_clean:
        discard(going_on.place_of(engine))
    return proof


def _rehearsed(
    engine: Engine, settings: Settings, space: ScratchSpace, who: str | None, exports: Sequence[Path]
) -> Proof:
    """All that an erasure would do to the durable side, taken back."""
    progress = Progress(_new_id())
    with engine.durable() as durable:
        Resolver.of(settings, engine).resolve(durable)
        if who is None:
            raise InputError("Name whom --dry-run is to look for: regulars forget ID --dry-run.")
        person = find_person(durable, who, settings.shop.country)
        with suppress(_TakenBack), durable.transaction():
            remember(durable, progress.erasure_id, person.identifiers)
            what = wanted(person, received(durable, settings, space))
            progress.add(what, dict(Counter(kind for kind, _ in person.identifiers)))
            progress.add_erased(erase(durable, settings, space).rows)
            raise _TakenBack
    before = _searched(engine, progress, exports)
    notes = [f"{person.shared} of their addresses and numbers are others' too, and keep nobody out"]
    return Proof(
        progress.erasure_id,
        "",
        _now(),
        engine.location,
        progress.identifiers,
        progress.erased,
        before.found,
        notes=tuple(notes) if person.shared else (),
        is_rehearsal=True,
    )


def _would_erase(engine: Engine, settings: Settings, space: ScratchSpace) -> dict[str, int]:
    """What the tombstones still find."""
    found: dict[str, int] = {}
    with engine.durable() as durable, suppress(_TakenBack), durable.transaction():
        found = erase(durable, settings, space).rows
        raise _TakenBack
    return found


def _searched(engine: Engine, progress: Progress, exports: Sequence[Path]) -> Traces:
    traces, what = Traces(), progress.wanted
    with engine.durable() as durable:
        search_tables(durable, what, "durable", traces)
    if engine.has_live():
        with engine.live() as live:
            search_tables(live, what, "live", traces)
    made = exports_with(ExportLedger(engine.journal), what)
    for path in made.untouched:
        traces.add("customer_id", f"export {path}", 1)
    changed = [Path(path) for path in progress.changed_exports]
    places = {*engine.folders(), *exports, *made.changed, *(path for path in changed if path.exists())}
    search_files(sorted(places), what, traces, (FILE,))
    return traces


def _as_live(engine: Engine, settings: Settings) -> Settings:
    """The settings with the day and window of what is live, so that nothing changes but by the person's absence."""
    with engine.live() as live:
        basis = read_basis(live)
    as_of = dt.date.fromisoformat(basis.as_of) if basis.as_of else None
    return overridden(settings, rfm={"as_of": as_of, "window_days": basis.window_days})


def _without_names(found: dict[str, dict[str, int]], hidden: Callable[[str], str]) -> dict[str, dict[str, int]]:
    """A file may be called by the address of whom it is about."""
    return {kind: {hidden(place): number for place, number in places.items()} for kind, places in found.items()}


def _new_id() -> str:
    return f"{ledger_time():%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


def _now() -> str:
    return ledger_time().isoformat(sep=" ", timespec="seconds")
