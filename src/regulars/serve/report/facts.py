"""Everything that the report says, read from one published build."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.serve import charts
from regulars.serve import prediction_words as words
from regulars.serve.basis import Basis, read_basis
from regulars.serve.charts.basis import Missing, Words
from regulars.serve.charts.history import Migration, Retention
from regulars.serve.foretold import Outlook, read_outlook
from regulars.serve.report.at_risk import AtRisk, read_at_risk
from regulars.serve.report.months import Figures, read_base, read_month
from regulars.serve.report.numbers import Number, count, money, share
from regulars.serve.wording import date_words

CHARTS = ("segments", "score_grid", "concentration", "migration", "retention", "forecast_revenue", "calibration")
MOVES_SHOWN = 10
RETENTION_MONTHS = (1, 3, 6, 12)


@dataclass(frozen=True)
class Drawing:
    """A chart with its words; `missing` says why it was not drawn and `image` is then None."""

    words: Words
    image: bytes | None
    missing: Missing | None


@dataclass(frozen=True)
class SegmentRow:
    """A segment with what to do about it."""

    name: str
    colour: str
    customers: Number
    share: Number
    revenue: Number
    revenue_share: Number
    clv: Number
    goal: str


@dataclass(frozen=True)
class ClusterRow:
    """A cluster by its medians."""

    name: str
    customers: Number
    share: Number
    recency: Number
    frequency: Number
    monetary: Number


@dataclass(frozen=True)
class MoveRow:
    """One of the largest moves between segments."""

    source: str
    target: str
    customers: Number
    revenue: Number


@dataclass(frozen=True)
class TestRow:
    """A prediction with what its test has shown."""

    title: str
    days: int
    total: str
    is_validated: bool
    words: str


@dataclass(frozen=True)
class Facts:
    """What the template prints; None and empty tuples are what the warehouse has not."""

    basis: Basis
    run_id: str
    as_of: str
    through: str
    since: str | None
    month: Figures
    base: Figures
    segments: tuple[SegmentRow, ...]
    clusters: tuple[ClusterRow, ...]
    moves: tuple[MoveRow, ...]
    causes: tuple[tuple[str, Number], ...]
    at_risk: AtRisk | None
    retention: tuple[tuple[int, Number], ...]
    outlook: tuple[str, ...]
    tests: tuple[TestRow, ...]
    checks: dict[str, int]
    drawings: dict[str, Drawing]


def read_facts(live: Session, with_names: bool) -> Facts | None:
    """None when nobody ever bought, as there is nothing to report."""
    basis = read_basis(live)
    if basis.as_of is None:
        return None
    as_of, currency = dt.date.fromisoformat(basis.as_of), basis.currency
    run_id = live.query(f"select run_id from {marts.RUN_PARAMETERS}").column(0)[0].as_py()
    [first] = live.query(f"select min(date) as day from {marts.DAILY_SALES} where orders > 0").to_pylist()
    read = {name: charts.KINDS[name].read(live) for name in CHARTS}
    migration, retention, foretold = read["migration"], read["retention"], read_outlook(live)
    return Facts(
        basis=basis,
        run_id=run_id,
        as_of=date_words(as_of),
        through=date_words(dt.date.fromisoformat(basis.data_through or str(as_of - dt.timedelta(days=1)))),
        since=date_words(first["day"]) if first["day"] else None,
        month=read_month(live, as_of, currency),
        base=read_base(live, as_of, basis.window_days, currency),
        segments=_segments(live, currency),
        clusters=_clusters(live, currency),
        moves=_moves(migration, currency) if isinstance(migration, Migration) else (),
        causes=_causes(live, migration.as_of) if isinstance(migration, Migration) else (),
        at_risk=read_at_risk(live, as_of, currency, with_names),
        retention=_retention(retention) if isinstance(retention, Retention) else (),
        outlook=tuple(words.headline(foretold)),
        tests=_tests(foretold),
        checks=_checks(live, run_id),
        drawings={name: _drawing(name, found) for name, found in read.items()},
    )


def _drawing(name: str, found: Any) -> Drawing:
    if isinstance(found, Missing):
        return Drawing(found.words, None, found)
    return Drawing(found.words, charts.image(name, found, kind="svg", titled=False), None)


def _segments(live: Session, currency: str) -> tuple[SegmentRow, ...]:
    rows = live.query(f"select * from {marts.SEGMENT_METRICS} order by position").to_pylist()
    return tuple(
        SegmentRow(
            row["segment"],
            row["colour"],
            count(row["customers"]),
            share(row["share"]),
            money(row["revenue"], currency),
            share(row["revenue_share"]),
            money(row["clv"], currency),
            row["goal"],
        )
        for row in rows
    )


def _clusters(live: Session, currency: str) -> tuple[ClusterRow, ...]:
    if not live.columns(marts.CLUSTERS):
        return ()
    rows = live.query(f"select * from {marts.CLUSTERS} order by cluster_id").to_pylist()
    return tuple(
        ClusterRow(
            charts.cluster_title(row["cluster_id"], row["cluster_name"]),
            count(row["customers"]),
            share(row["share"]),
            count(round(row["median_recency"])),
            count(round(row["median_frequency"])),
            money(row["median_monetary"], currency),
        )
        for row in rows
    )


def _moves(migration: Migration, currency: str) -> tuple[MoveRow, ...]:
    moved = [flow for flow in migration.flows if flow.source != flow.target]
    largest = sorted(moved, key=lambda flow: (-flow.customers, flow.source, flow.target))[:MOVES_SHOWN]
    return tuple(
        MoveRow(flow.source, flow.target, count(flow.customers), money(flow.revenue, currency)) for flow in largest
    )


def _causes(live: Session, as_of: dt.date) -> tuple[tuple[str, Number], ...]:
    rows = live.query(
        f"select cause, count(*) as customers from {marts.SEGMENT_EVENTS}"
        " where as_of = $1 and event = 'moved' and not is_restatement and cause is not null"
        " group by cause order by count(*) desc, cause",
        (as_of,),
    ).to_pylist()
    return tuple((row["cause"], count(row["customers"])) for row in rows)


def _retention(found: Retention) -> tuple[tuple[int, Number], ...]:
    return tuple((month, share(found.after[month])) for month in RETENTION_MONTHS if month in found.after)


def _tests(found: Outlook) -> tuple[TestRow, ...]:
    return tuple(
        TestRow(
            words.TITLES.get(verdict.model, verdict.model),
            verdict.horizon,
            words.total_words(verdict, found),
            verdict.is_validated,
            words.test_words(verdict, found.currency),
        )
        for verdict in found.verdicts
    )


def _checks(live: Session, run_id: str) -> dict[str, int]:
    if not live.columns(catalog.CHECKS.name):
        return {}
    rows = live.query(
        f"select status, count(*) as checks from {catalog.CHECKS.name} where run_id = $1 group by status", (run_id,)
    ).to_pylist()
    return {row["status"]: row["checks"] for row in rows}
