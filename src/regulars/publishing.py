"""The publish stage: what readers need of the durable side goes into the build, which then replaces the live warehouse.

Readers open the live file alone, so it carries the ledger, the reconciliation, rejected rows, the journal and row
counts with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Engine, Session
from regulars.engines.check_records import CheckRecords
from regulars.engines.export_ledger import ExportLedger
from regulars.land.parse import quoted
from regulars.land.tombstones import hashed, tombstones, unfinished
from regulars.learn.registration import known_models, remove_unknown_models
from regulars.quality.baselines import keep_baselines, read_baselines
from regulars.transform import Transformer

# Rejected rows that the live warehouse shows per load; the durable side keeps them all, and ops.loads counts them.
REJECTED_SHOWN = 10_000
# The newest exports; all of them stay in the ledger, with their members.
EXPORTS_SHOWN = 10_000
# The newest results of checks: of some hundred runs.
CHECKS_SHOWN = 20_000

_RECONCILIATION = """
create table ops.reconciliation as
with rows_of_loads as (
    select
        loads.source, loads.load_id, loads.uri, lines.position, lines.line, case lines.line
            when 'rows landed' then loads.rows
            when 'staged' then loads.staged
            when 'rejected' then loads.rejected
            when 'exact duplicates' then loads.duplicates
            when 'forgotten' then coalesce(loads.forgotten, 0)
            else loads.rows - loads.staged - loads.rejected - loads.duplicates - coalesce(loads.forgotten, 0)
        end as rows
    from durable.ops.loads as loads
    cross join (values
        (1, 'rows landed'), (2, 'staged'), (3, 'rejected'), (4, 'exact duplicates'), (5, 'forgotten'),
        (6, 'unaccounted for')
    ) as lines (position, line)
    where loads.status in ('landed', 'mapped')
)
select
    'rows' as kind, source, load_id, uri, position, line, rows, cast(null as bigint) as orders,
    cast(null as decimal(18, 2)) as amount
from rows_of_loads
union all
select
    'money' as kind, source, cast(null as bigint) as load_id, cast(null as varchar) as uri, line_number as position,
    line, rows, orders, amount
from marts.revenue_reconciliation
union all
select
    'notes' as kind, source, cast(null as bigint) as load_id, cast(null as varchar) as uri, note_number as position,
    note as line, rows, orders, amount
from intermediate.int_orders__noted
"""


# Who is in another segment than was published before, if both were made by the same rules and time went on. The cause
# is the one that segment_events has for that very move; a move between two days of a month may have none there.
_CHANGES = f"""
with last_live as (
    select state.as_of, state.run_id
    from {catalog.PUBLISHED_STATE.name} as state
    inner join {marts.RUN_PARAMETERS} as parameters
        on state.rules = parameters.rules and state.as_of <= parameters.as_of
),
was as (
    select customer_id, segment from {catalog.PUBLISHED_SEGMENTS.name}
),
now as (
    select customer_id, segment from {marts.FCT_CUSTOMER_RFM}
),
changed as (
    select
        coalesce(was.customer_id, now.customer_id) as customer_id, was.segment as from_segment,
        now.segment as to_segment
    from was
    full outer join now on was.customer_id = now.customer_id
    where was.customer_id is null or now.customer_id is null or was.segment <> now.segment
),
caused as (
    select
        events.customer_id, events.from_segment, events.to_segment,
        max(case when events.is_restatement then events.cause end) as restated,
        max(case when not events.is_restatement then events.cause end) as moved
    from {marts.SEGMENT_EVENTS} as events
    cross join last_live
    cross join {marts.RUN_PARAMETERS} as parameters
    where
        (not events.is_restatement and events.as_of = parameters.as_of)
        or (events.is_restatement and events.as_of = last_live.as_of and events.restated_by = parameters.run_id)
    group by events.customer_id, events.from_segment, events.to_segment
)
select
    changed.customer_id,
    case
        when changed.from_segment is null then 'entered'
        when changed.to_segment is null then 'left'
        else 'moved'
    end as event,
    coalesce(caused.restated, caused.moved) as cause,
    changed.from_segment,
    changed.to_segment,
    ids.redirected_to as merged_into,
    last_live.run_id as compared_with,
    parameters.run_id,
    last_live.as_of as from_as_of,
    parameters.as_of
from changed
cross join last_live
cross join {marts.RUN_PARAMETERS} as parameters
left join caused
    on changed.customer_id = caused.customer_id
    and coalesce(changed.from_segment, '') = coalesce(caused.from_segment, '')
    and coalesce(changed.to_segment, '') = coalesce(caused.to_segment, '')
left join {catalog.IDENTITY_IDS.name} as ids
    on changed.customer_id = ids.customer_id and changed.to_segment is null
"""

_STATE = f"""
select parameters.as_of, parameters.run_id, parameters.rules, changes.identity_change
from {marts.RUN_PARAMETERS} as parameters
cross join (select coalesce(max(change_id), 0) as identity_change from {catalog.IDENTITY_CHANGES.name}) as changes
where parameters.as_of is not null
"""


def customers_being_erased(engine: Engine) -> list[str]:
    """Conditions of customers who are live still and of whom nothing new may be said: their erasure is going on."""
    with engine.durable() as durable:
        known, begun = tombstones(durable), unfinished(durable)
        if known is None or not begun:
            return []
        listed = ", ".join(f"'{name}'" for name in begun)
        hashes = durable.query(
            f"select hash from {catalog.ERASURES.name} where kind = 'customer' and erasure_id in ({listed})"
        )
        hash_ = hashed("customer", "cast(customer_id as varchar)", durable.dialect, quoted(known.secret))
    values = ", ".join(f"'{value}'" for value in hashes.column(0).to_pylist())
    return [f"{hash_} not in ({values})"] if values else []


def remember_published(engine: Engine, build: Session, hidden: Sequence[str] = ()) -> list[str]:
    """Writes into the build what is live now, for this run to say what it has restated; returns notes worth reading.

    Args:
        engine: The warehouse.
        build: The build in flight.
        hidden: Conditions that a customer must fulfil to be spoken of.
    """
    if not engine.has_live():
        return []
    with engine.live() as live:
        if not live.columns(catalog.IDENTITY_CHANGES.name):
            return []
        state = live.query(_STATE)
        build.append(catalog.PUBLISHED_STATE.name, state)
        columns = ", ".join(catalog.PUBLISHED_SEGMENTS.column_names)
        where = f" where {' and '.join(hidden)}" if hidden else ""
        customers = live.stream(f"select {columns} from {marts.FCT_CUSTOMER_RFM}{where}")
        build.append(catalog.PUBLISHED_SEGMENTS.name, customers)
    rules = build.query(f"select rules from {catalog.PARAMETERS.name}").column(0).to_pylist()
    if state.num_rows and state.column("rules").to_pylist() != rules:
        return [
            "The rules are others than those of the live state, so what moved because of them is not in segment_events."
        ]
    return []


def make_segment_changes(build: Session) -> None:
    """Notes in the build who is in another segment than was published before."""
    _make(build, catalog.SEGMENT_CHANGES.name, _CHANGES)


def publish(engine: Engine, run_id: str, *, forgets_models: bool = False) -> str:
    """Completes the build and puts it live; returns one line of what is live now.

    Args:
        engine: The warehouse.
        run_id: The run that publishes.
        forgets_models: Keep no model of an earlier run.
    """
    home = engine.bring_home()
    if home is not engine:
        # What came home are tables; the views over them are those that the home's own models would have.
        transformer = Transformer.of(home)
        transformer.build_models(transformer.views(without=engine.kept_away()))
    with home.build() as build:
        _carry_over(build, engine, run_id)
        customers = build.query(f"select count(*) from {marts.CUSTOMER_SEGMENTS}").column(0)[0].as_py()
        compared = build.query(f"select run_id from {catalog.PUBLISHED_STATE.name}").column(0).to_pylist()
        # By what they were compared with: the run that built them need not be the one that publishes them.
        restated = build.query(
            f"select * from {marts.RESTATED} where compared_with in (select run_id from {catalog.PUBLISHED_STATE.name})"
        )
        baselines = read_baselines(build)
        models = known_models(build, None) if forgets_models else _known_models(engine, build)
        build.replace(catalog.MODELS.name, models)
        home.complete(build)
    _keep_restatements(engine, restated, compared)
    keep_baselines(engine, run_id, baselines)
    engine.publish()
    # Only now: until here a run that fails must leave the models of the live warehouse.
    remove_unknown_models(engine.models_folder, models)
    engine.forget_models(models["folder"].to_pylist())
    return f"{customers:,} customers live in {engine.location}"


def _keep_restatements(engine: Engine, restated: pa.Table, compared: list[str]) -> None:
    """Adds the build's restatements to the durable ones, in the place of those of a run that stopped right here."""
    with engine.durable() as durable, durable.transaction():
        for run_id in compared:
            durable.execute(f"delete from {catalog.SEGMENT_RESTATEMENTS.name} where compared_with = $1", (run_id,))
        durable.append(catalog.SEGMENT_RESTATEMENTS.name, restated)


def _known_models(engine: Engine, build: Session) -> pa.Table:
    if not engine.has_live():
        return known_models(build, None)
    with engine.live() as live:
        return known_models(build, live)


def _carry_over(build: Session, engine: Engine, run_id: str) -> None:
    for table in (
        catalog.LOADS,
        catalog.IDENTITY_IDS,
        catalog.IDENTITY_DECISIONS,
        catalog.IDENTITY_CHANGES,
        catalog.ERASURE_PROOFS,
    ):
        _make(build, table.name, f"select * from durable.{table.name}")
    columns = ", ".join(catalog.REJECTED_ROWS.column_names)
    _make(
        build,
        catalog.REJECTED_ROWS.name,
        f"select {columns} from"
        " (select *, row_number() over (partition by load_id order by row_number) as place"
        f" from durable.{catalog.REJECTED_ROWS.name}) as numbered where place <= {REJECTED_SHOWN}",
    )
    make_segment_changes(build)
    build.execute("drop table if exists ops.reconciliation")
    build.execute(_RECONCILIATION)
    build.replace(catalog.RUNS.name, engine.journal.runs_table())
    build.replace(catalog.RUN_STAGES.name, engine.journal.stages_table())
    build.replace(catalog.ACCESS.name, engine.access.access_table())
    build.replace(catalog.CHECK_HISTORY.name, CheckRecords(engine.journal).history(CHECKS_SHOWN))
    build.replace(catalog.EXPORTS.name, ExportLedger(engine.journal).entries(EXPORTS_SHOWN))
    # The run that publishes is still open in the journal, and whoever reads this file sees it finished.
    for name in (catalog.RUNS.name, catalog.RUN_STAGES.name):
        build.execute(f"update {name} set status = 'done' where run_id = $1 and status = 'running'", (run_id,))


def _make(build: Session, table: str, query: str) -> None:
    build.execute(f"drop table if exists {table}")
    build.execute(f"create table {table} as {query}")
