"""The land stage: what was given, or what the settings name, is found, mapped and landed.

Each delivery has its own transaction. One that fails is entered in the ledger as failed and stops the stage; what
landed before it stays landed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.journal import ledger_time
from regulars.engines.scratch import ScratchSpace
from regulars.errors import RegularsError, SettingsError, SourceUnreachable
from regulars.land import forgetting, ledger, raw
from regulars.land.given import Asked, Given, Remote, fetched, mapped
from regulars.land.load import NothingNew, Target, land_delivery, stage_again
from regulars.land.tombstones import tombstones, unfinished
from regulars.settings import Settings
from regulars.source_settings import SourceSettings
from regulars.sources import Mapping, detect
from regulars.sources.feed import open_feed

Progress = Callable[[str], None]


@dataclass
class LandReport:
    """What the stage did: loads that landed, and deliveries that had landed before."""

    loads: list[ledger.Load] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """One line for the journal and the terminal."""
        if not self.loads:
            return f"nothing new in {len(self.known)} file(s)" if self.known else "nothing to land"
        staged, rejected = sum(x.staged for x in self.loads), sum(x.rejected for x in self.loads)
        words = f"{sum(x.rows for x in self.loads):,} rows, {staged:,} staged"
        words += f", {rejected:,} rejected" if rejected else ""
        duplicates, forgotten = sum(x.duplicates for x in self.loads), sum(x.forgotten for x in self.loads)
        words += f", {duplicates:,} duplicates" if duplicates else ""
        return words + (f", {forgotten:,} of erased persons kept out" if forgotten else "")


def land(
    session: Session,
    settings: Settings,
    given: Iterable[Given | Remote | Asked],
    *,
    full_refresh: bool = False,
    scratch: Path | None = None,
    on_progress: Progress = lambda words: None,
) -> LandReport:
    """Lands every delivery that is not landed yet, in the order given.

    Args:
        session: The durable warehouse.
        settings: All settings.
        given: The deliveries, the files to fetch and the sources to ask.
        full_refresh: Forget what the sources landed before, and start again.
        scratch: Where fetched files lie while they are read, and what is conformed beside the warehouse; unset = the
            system's temporary folder.
        on_progress: Told in words how far the stage is.

    Raises:
        InputError: A delivery cannot be read or mapped.
        SourceUnreachable: A source does not answer.
        ChecksFailed: A delivery does not reconcile.
    """
    report = LandReport()
    forgotten: set[str] | None = set() if full_refresh else None
    # What is asked about the landed customers is asked once they have landed.
    for item in sorted(given, key=_asks_about_customers):
        if isinstance(item, Given):
            _land_one(session, settings, item, report, on_progress, forgotten, scratch)
        elif isinstance(item, Remote):
            if not full_refresh and ledger.version_landed(session, item.source, item.file.url, item.file.version):
                report.known.append(item.file.name)
                continue
            on_progress(f"{item.file.name}: fetching")
            with (
                _failures_entered(session, item.source, item.settings, item.file.url) as opened,
                fetched(item, settings, scratch) as found,
            ):
                opened.append(found)
                _land_one(session, settings, found, report, on_progress, forgotten, scratch)
        else:
            on_progress(f"{item.source}: asking what is new")
            since = None if full_refresh else ledger.watermark_of(session, item.source)
            with (
                _failures_entered(session, item.source, item.settings, item.source) as opened,
                open_feed(item.source, item.settings, since, partial(customer_keys, session)) as delivery,
            ):
                found = Given(delivery, item.source, item.settings)
                opened.append(found)
                if not delivery.columns:
                    report.known.append(item.source)
                    report.notes += [f"{item.source}: {note}" for note in delivery.warnings]
                    continue
                _land_one(session, settings, found, report, on_progress, forgotten, scratch)
    if unfinished(session):
        report.notes.append("An erasure was broken off. Finish it: regulars forget --resume")
    return report


@contextmanager
def _failures_entered(
    session: Session, source: str | None, settings: SourceSettings, uri: str
) -> Iterator[list[Given]]:
    """Enters in the ledger what goes wrong before the list holds what was opened, or when its source breaks off.

    What else goes wrong with an open delivery is entered by who lands it.
    """
    opened: list[Given] = []
    try:
        yield opened
    except RegularsError as error:
        if source and (not opened or isinstance(error, SourceUnreachable)):
            _enter_failure(session, source, settings.entity or "", uri, 0, error)
        raise


def _asks_about_customers(item: Given | Remote | Asked) -> bool:
    rest = item.settings.rest
    return isinstance(item, Asked) and rest is not None and rest.batch_keys is not None


def customer_keys(session: Session, field: str, size: int) -> Iterator[list[str]]:
    """The distinct values of a field of the landed customers, in order, so many at a time.

    Raises:
        SettingsError: Customers have no such field.
    """
    column = "source_customer_id" if field == "customer_id" else field
    known = [name for name in catalog.CUSTOMER_RECORDS.column_names if not name.startswith("_")]
    if column not in known:
        raise SettingsError(f"Customers have no field `{field}` for batch_keys. They have: {', '.join(known)}.")
    table = catalog.KNOWN_CUSTOMER_RECORDS
    keys = f"select distinct cast({column} as varchar) as key from {table} where {column} is not null"
    # By their bytes, in whatever order the warehouse puts words.
    sql = f'select key from ({keys}) as keys order by key collate "C"'
    for batch in session.stream(sql, batch_rows=size):
        for start in range(0, batch.num_rows, size):
            yield batch.column(0).slice(start, size).to_pylist()


def _land_one(
    session: Session,
    settings: Settings,
    item: Given,
    report: LandReport,
    on_progress: Progress,
    refreshed: set[str] | None,
    scratch: Path | None,
) -> None:
    """Lands one delivery in a transaction of its own; `refreshed` are the sources that were forgotten already."""
    delivery = item.delivery
    mapping, source_settings = mapped(item, settings)
    target = _target(mapping, source_settings, settings)
    report.notes += [f"{delivery.name}: {note}" for note in [*delivery.warnings, *mapping.notes]]

    def on_rows(done: int) -> None:
        on_progress(f"{delivery.name}: {done:,} rows")

    on_progress(f"{delivery.name}")
    try:
        with session.transaction():
            if refreshed is not None and target.source not in refreshed:
                forget_source(session, target.source)
                refreshed.add(target.source)
            elif (
                delivery.content_hash
                and delivery.bytes in ledger.sizes_landed(session, target.source)
                and ledger.landed_before(session, target.source, delivery.content_hash)
            ):
                report.known.append(delivery.name)
                return
            load = land_delivery(session, delivery, target, on_rows, _space(settings, scratch))
            report.loads.append(load)
            report.notes += _odd(session, delivery.name, load)
    except NothingNew:
        report.known.append(delivery.name)
    except RegularsError as error:
        # A feed that broke off is entered by whoever asked it.
        if not isinstance(error, SourceUnreachable):
            _enter_failure(session, target.source, target.entity, delivery.uri, delivery.bytes, error)
        raise


def restage(
    session: Session, settings: Settings, on_progress: Progress = lambda words: None, *, scratch: Path | None = None
) -> LandReport:
    """Applies the present mapping to everything in raw, source by source, each in one transaction."""
    report, space = LandReport(), _space(settings, scratch)
    for source, entity in ledger.sources_landed(session).items():
        target = landed_target(session, settings, source, entity)
        with session.transaction():
            if tombstones(session) is not None:
                # The mapping of now may tell of more rows whose they are.
                forgetting.find_rows(session, target, space)
                forgetting.forget_found(session, target)
            _forget_staged(session, source)
            raw.ensure_load_index(session, source)
            for load in ledger.loads_of(session, source):
                on_progress(f"{source}: load {load.load_id}")
                staged = stage_again(session, load, target, space)
                ledger.recount(session, staged)
                report.loads.append(staged)
    return report


def landed_target(session: Session, settings: Settings, source: str, entity: str) -> Target:
    """How a source that has landed is mapped by the settings of now."""
    source_settings = settings.sources.get(source, SourceSettings())
    hints = source_settings.model_copy(update={"entity": source_settings.entity or entity})
    mapping = detect(raw.received_columns(session, source), raw.sample(session, source), source, source, hints)
    return _target(mapping, source_settings, settings)


def _space(settings: Settings, scratch: Path | None) -> ScratchSpace:
    return ScratchSpace(scratch, settings.threads, settings.memory_limit)


def _target(mapping: Mapping, source: SourceSettings, settings: Settings) -> Target:
    source = source.model_copy(update={"date_formats": list(mapping.date_formats)})
    return Target(mapping.source, mapping.entity, mapping.fields, source, settings.shop)


def _odd(session: Session, name: str, load: ledger.Load) -> list[str]:
    """What the user should know of a load that went through: that it was empty, or what was set aside and why."""
    if load.rows == 0:
        return [f"{name} has a header and no rows."]
    if load.rejected == 0:
        return []
    [reason] = session.query(
        f"select reason, count(*) as rows from {catalog.REJECTED_ROWS.name} where source = $1 and load_id = $2"
        " group by reason order by rows desc, reason limit 1",
        (load.source, load.load_id),
    ).to_pylist()
    return [
        f"{name}: {load.rejected:,} of {load.rows:,} rows were set aside,"
        f" {reason['rows']:,} because {reason['reason']}."
    ]


def anything_staged(session: Session) -> bool:
    """Whether any row ever passed into staging, or lies in a mapped table."""
    return any(session.query(f"select 1 from {view} limit 1").num_rows for view in catalog.KNOWN.values())


def forget_source(session: Session, source: str) -> None:
    """Takes out all that a source has landed."""
    raw.forget(session, source)
    _forget_staged(session, source)
    session.execute(f"delete from {catalog.REJECTED_ROWS.name} where source = $1", (source,))
    session.execute(
        f"update {catalog.LOADS.name} set status = 'replaced' where source = $1 and status = 'landed'", (source,)
    )


def _forget_staged(session: Session, source: str) -> None:
    """Takes a source out of staging; rows that could not be read (no field at fault) are not in raw and stay."""
    for table in (*(t.name for t in catalog.STAGED.values()), catalog.SUPERSEDED.name):
        session.execute(f"delete from {table} where source = $1", (source,))
    session.execute(f"delete from {catalog.REJECTED_ROWS.name} where source = $1 and field is not null", (source,))


def _enter_failure(session: Session, source: str, entity: str, uri: str, size: int, error: RegularsError) -> None:
    with session.transaction():
        ledger.enter(
            session,
            ledger.Load(
                load_id=ledger.next_load_id(session),
                source=source,
                entity=entity,
                uri=uri,
                content_hash="",
                bytes=size,
                started_at=ledger_time(),
                status="failed",
                error=str(error),
            ),
        )
