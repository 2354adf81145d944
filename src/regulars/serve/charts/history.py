"""What charts of time draw: who came back month after month, and who moved from which segment to which."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.charts.basis import Missing, Words, missing, percent
from regulars.serve.charts.theme import UNKNOWN_COLOUR
from regulars.serve.wording import date_words

COHORTS_SHOWN = 13
MONTHS_SHOWN = 12
GAP = 0.012  # between two segments, as a share of the height
KEEP_HISTORY = "`regulars run` keeps it from the second month on."


@dataclass(frozen=True)
class RetentionCell:
    """One month of one cohort; an incomplete month can still change."""

    month_number: int
    retention: float
    customers: int
    is_incomplete: bool


@dataclass(frozen=True)
class Cohort:
    """The customers whose first purchase fell in a month."""

    month: dt.date
    size: int
    cells: tuple[RetentionCell, ...]


@dataclass(frozen=True)
class Retention:
    """The newest cohorts, oldest first, each without its month 0, which is 100 % by definition.

    `after` has the share of all complete cohorts that bought again in a month, by the months since the first.
    """

    words: Words
    cohorts: tuple[Cohort, ...]
    after: dict[int, float]


@dataclass(frozen=True)
class Flow:
    """Customers who went from one segment to another, or stayed."""

    source: str
    target: str
    customers: int
    revenue: Decimal


@dataclass(frozen=True)
class Migration:
    """All that happened between two dates; colours and order are by the segments' names."""

    words: Words
    from_as_of: dt.date
    as_of: dt.date
    is_month_end: bool
    segments: tuple[str, ...]
    colours: dict[str, str]
    flows: tuple[Flow, ...]

    @property
    def moved(self) -> int:
        """Customers who were known before and are in another segment now."""
        return sum(flow.customers for flow in self.flows if flow.source in self.colours and flow.source != flow.target)


def read_retention(live: Session) -> Retention | Missing:
    """How many customers of each month's newcomers bought again in later months."""
    title = "Customers who bought again, by the month of their first purchase"
    if not live.columns(marts.COHORT_RETENTION):
        return missing(title, "The published warehouse has no cohorts.")
    rows = live.query(
        "select cohort_month, cohort_size, month_number, retention, customers, is_incomplete"
        f" from {marts.COHORT_RETENTION}"
        f" where month_number between 1 and {MONTHS_SHOWN} and cohort_month in (select distinct cohort_month"
        f" from {marts.COHORT_RETENTION} order by cohort_month desc limit {COHORTS_SHOWN})"
        " order by cohort_month, month_number"
    ).to_pylist()
    if not rows:
        return missing(title, "There are no two months of purchases yet.", "`regulars run ORDERS` lands more of them.")
    cohorts: dict[dt.date, list[RetentionCell]] = {}
    sizes = {row["cohort_month"]: row["cohort_size"] for row in rows}
    for row in rows:
        cell = RetentionCell(row["month_number"], float(row["retention"]), row["customers"], row["is_incomplete"])
        cohorts.setdefault(row["cohort_month"], []).append(cell)
    after = {
        row["month_number"]: row["customers"] / row["sizes"]
        for row in live.query(
            "select month_number, cast(sum(customers) as bigint) as customers,"
            " cast(sum(cohort_size) as bigint) as sizes"
            f" from {marts.COHORT_RETENTION} where month_number between 1 and {MONTHS_SHOWN} and not is_incomplete"
            " group by month_number having sum(cohort_size) > 0 order by month_number"
        ).to_pylist()
    }
    subtitle = f"Share of each month's new customers. The newest {len(cohorts)} months; * = the month is not over."
    said = ", ".join(f"{percent(after[month])} in month {month}" for month in (1, 3, 6, 12) if month in after)
    alt = f"{title}. {subtitle} Of all complete cohorts bought again: {said or 'not known yet'}."
    found = tuple(Cohort(month, sizes[month], tuple(cells)) for month, cells in cohorts.items())
    return Retention(Words(title, subtitle, alt), found, after)


def migration_dates(live: Session) -> list[dt.date]:
    """The dates that a migration can be shown of, oldest first."""
    if not live.columns(marts.SEGMENT_MIGRATION):
        return []
    return [
        row["as_of"]
        for row in live.query(f"select distinct as_of from {marts.SEGMENT_MIGRATION} order by as_of").to_pylist()
    ]


def read_migration(live: Session, as_of: dt.date | None = None) -> Migration | Missing:
    """Who went where up to a date of the history; None = the newest one.

    Raises:
        InputError: The history has no such date.
    """
    title = "Moves between segments"
    dates = migration_dates(live)
    if not dates:
        return missing(title, "There is no history of segments yet.", KEEP_HISTORY)
    if as_of is not None and as_of not in dates:
        raise InputError(
            f"The history has no {as_of}. Its dates go from {dates[0]} to {dates[-1]}, the first day of each month."
        )
    chosen = as_of or dates[-1]
    rows = live.query(
        "select from_segment, to_segment, customers, revenue, from_as_of, is_month_end"
        f" from {marts.SEGMENT_MIGRATION} where as_of = $1",
        (chosen,),
    ).to_pylist()
    kinds = live.query(f"select segment, colour from {catalog.SEGMENTS.name} order by position").to_pylist()
    colours = {kind["segment"]: kind["colour"] for kind in kinds}
    order = [*colours, *sorted({row["from_segment"] for row in rows} - set(colours))]
    rows.sort(key=lambda row: (order.index(row["from_segment"]), order.index(row["to_segment"])))
    flows = tuple(Flow(r["from_segment"], r["to_segment"], r["customers"], r["revenue"]) for r in rows)
    before = rows[0]["from_as_of"]
    title = f"{title} from {date_words(before)} to {date_words(chosen)}"
    moved = sum(flow.customers for flow in flows if flow.source in colours and flow.source != flow.target)
    known = sum(flow.customers for flow in flows if flow.source in colours)
    subtitle = f"{moved:,} of {known:,} customers moved; the width of a band is the number of customers."
    largest = sorted((flow for flow in flows if flow.source != flow.target), key=lambda flow: -flow.customers)[:3]
    listed = "; ".join(f"{flow.customers:,} from {flow.source} to {flow.target}" for flow in largest)
    words = Words(title, subtitle, f"{title}. {subtitle} The widest: {listed or 'none'}.")
    return Migration(words, before, chosen, rows[0]["is_month_end"], tuple(order), colours, flows)


def stacked(migration: Migration, side: str) -> dict[str, tuple[float, float, int]]:
    """Top, height and customers of each segment on one side, `source` or `target`, in the map's order.

    Both sides are from 0 to 1 with the same height per customer; the gaps of the side with more segments fill it.
    """
    unit, top = height_of_one(migration), 0.0
    placed: dict[str, tuple[float, float, int]] = {}
    for name in migration.segments:
        customers = sum(flow.customers for flow in migration.flows if getattr(flow, side) == name)
        if customers:
            placed[name] = (top, customers * unit, customers)
            top += customers * unit + GAP
    return placed


def height_of_one(migration: Migration) -> float:
    """The height of one customer's band."""
    most = max(len({getattr(flow, side) for flow in migration.flows}) for side in ("source", "target"))
    return (1 - GAP * (most - 1)) / sum(flow.customers for flow in migration.flows)


def flow_colour(migration: Migration, segment: str) -> str:
    """The colour of a segment, grey for those who were not known before."""
    return migration.colours.get(segment, UNKNOWN_COLOUR)
