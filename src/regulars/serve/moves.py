"""Who moved between segments from one date of the history to the next: how many, why, and which customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session

# The causes of moves in the history, by the column that counts them.
CAUSES = {
    "own_behaviour": "own behaviour",
    "passing_of_time": "passing of time",
    "threshold_drift": "threshold drift",
}
# What segment_migration calls where customers were who were not in the base.
NOT_KNOWN = "Not known before"
Ways = Sequence[tuple[str, str]]
PERSON_COLUMNS = ("full_name", "email", "segment", "monetary", "health", "clv", "last_order_date")


def moves(live: Session, as_of: dt.date) -> pa.Table:
    """Every move up to a date with its customers, their revenue and how many of them moved by which cause.

    Who stayed is no move. The causes add up to the customers.
    """
    causes = ", ".join(
        f"cast(coalesce(sum(events.customers) filter (where events.cause = '{cause}'), 0) as bigint) as {column}"
        for column, cause in CAUSES.items()
    )
    return live.query(
        f"select migration.from_segment, migration.to_segment, migration.customers, migration.revenue, {causes}"
        f" from {marts.SEGMENT_MIGRATION} as migration left join ("
        f"select coalesce(from_segment, '{NOT_KNOWN}') as from_segment, to_segment, cause, count(*) as customers"
        f" from {marts.SEGMENT_EVENTS} where as_of = $1 and not is_restatement and event in ('moved', 'entered')"
        " group by 1, 2, 3) as events"
        " on migration.from_segment = events.from_segment and migration.to_segment = events.to_segment"
        " where migration.as_of = $1 and migration.from_segment <> migration.to_segment"
        " group by migration.from_segment, migration.to_segment, migration.customers, migration.revenue"
        " order by migration.customers desc, migration.from_segment, migration.to_segment",
        (as_of,),
    )


def causes(found: pa.Table) -> dict[str, int]:
    """How many of the customers of `moves` who were known before moved by which cause, the most first."""
    rows = [row for row in found.to_pylist() if row["from_segment"] != NOT_KNOWN]
    counted = {cause: sum(row[column] for row in rows) for column, cause in CAUSES.items()}
    return dict(sorted(((cause, n) for cause, n in counted.items() if n), key=lambda pair: -pair[1]))


def movers(live: Session, as_of: dt.date, ways: Ways, number: int, size: int) -> pa.Table:
    """The customers who went one of these ways, each with what they are now; all moves when none is named.

    Args:
        live: The session to ask.
        as_of: The date that the moves led to.
        ways: From which segment to which.
        number: The page, from 1.
        size: Rows of a page.
    """
    source, params = _gone(as_of, ways)
    return live.query(
        "select page.customer_id, page.from_segment, page.to_segment, page.cause,"
        f" {', '.join(f'wide.{name}' for name in PERSON_COLUMNS)} from ("
        f"select events.customer_id, coalesce(events.from_segment, '{NOT_KNOWN}') as from_segment, events.to_segment,"
        f" events.cause from {source}"
        f" order by events.customer_id limit {int(size)} offset {int((number - 1) * size)}) as page"
        f" left join {marts.CUSTOMER_360} as wide on page.customer_id = wide.customer_id order by page.customer_id",
        params,
    )


def count_of(live: Session, as_of: dt.date, ways: Ways) -> int:
    """How many customers `movers` has in all."""
    source, params = _gone(as_of, ways)
    return int(live.query(f"select count(*) as n from {source}", params).column(0)[0].as_py())


def _gone(as_of: dt.date, ways: Ways) -> tuple[str, list[object]]:
    params: list[object] = [as_of]
    conditions = []
    for source, target in ways:
        params += [source, target]
        conditions.append(
            f"(coalesce(events.from_segment, '{NOT_KNOWN}') = cast(${len(params) - 1} as varchar)"
            f" and events.to_segment = cast(${len(params)} as varchar))"
        )
    where = "events.as_of = $1 and not events.is_restatement and events.event in ('moved', 'entered')"
    if conditions:
        where += f" and ({' or '.join(conditions)})"
    return f"{marts.SEGMENT_EVENTS} as events where {where}", params
