"""What the heat map of cohorts draws: one measure of each month's newcomers, month by month since."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from regulars import marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.charts.basis import Missing, Words, missing, percent, read_ground

COHORTS = 24
MONTHS = 12


@dataclass(frozen=True)
class Measure:
    """What is counted of a cohort: the column, its name, its unit, and whether month 0 says anything."""

    column: str
    title: str
    is_share: bool = False
    is_money: bool = False
    first_month: int = 0


MEASURES = {
    "retention": Measure("retention", "Share of the customers who bought again", is_share=True, first_month=1),
    "customers": Measure("customers", "Customers who bought", first_month=0),
    "revenue": Measure("revenue", "Revenue", is_money=True),
    "revenue_per_customer": Measure("revenue_per_customer", "Revenue per customer of the cohort", is_money=True),
    "cumulative_value": Measure(
        "cumulative_value_per_customer", "Revenue per customer of the cohort, summed up to the month", is_money=True
    ),
}


@dataclass(frozen=True)
class Cell:
    """One month of a cohort; an incomplete one can still change."""

    month_number: int
    value: float
    said: str
    is_incomplete: bool


@dataclass(frozen=True)
class Row:
    """The customers whose first purchase fell in a month."""

    month: dt.date
    size: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Cohorts:
    """The newest cohorts, oldest first."""

    words: Words
    conclusion: str
    measure: Measure
    label: str
    rows: tuple[Row, ...]


def read_cohorts(live: Session, measure: str = "retention", cohorts: int = COHORTS) -> Cohorts | Missing:
    """One measure of the newest cohorts.

    Args:
        live: The session to ask.
        measure: One of MEASURES.
        cohorts: How many months of newcomers, the newest.

    Raises:
        InputError: There is no such measure.
    """
    if measure not in MEASURES:
        raise InputError(f"Cohorts have no `{measure}`. Choose of: {', '.join(MEASURES)}.")
    counted, ground = MEASURES[measure], read_ground(live)
    label = ground.money(counted.title) if counted.is_money else counted.title
    title = f"{label}, by the month of the first purchase"
    if not live.columns(marts.COHORT_RETENTION):
        return missing(title, "The published warehouse has no cohorts.")
    rows = live.query(
        f"select cohort_month, cohort_size, month_number, {counted.column} as value, is_incomplete"
        f" from {marts.COHORT_RETENTION}"
        f" where month_number between {counted.first_month} and {MONTHS} and cohort_month in (select distinct"
        f" cohort_month from {marts.COHORT_RETENTION} order by cohort_month desc limit {int(cohorts)})"
        " order by cohort_month, month_number"
    ).to_pylist()
    if not rows:
        return missing(title, "There are no two months of purchases yet.", "`regulars run ORDERS` lands more of them.")
    found: dict[dt.date, list[Cell]] = {}
    sizes = {row["cohort_month"]: row["cohort_size"] for row in rows}
    for row in rows:
        value = float(row["value"] or 0)
        said = percent(value) if counted.is_share else f"{value:,.0f}"
        found.setdefault(row["cohort_month"], []).append(
            Cell(row["month_number"], value, said + ("*" if row["is_incomplete"] else ""), row["is_incomplete"])
        )
    subtitle = f"The newest {len(found)} months with newcomers; * = the month is not over and can still change."
    conclusion = _conclusion(live)
    return Cohorts(
        Words(title, subtitle, f"{title}. {subtitle} {conclusion}"),
        conclusion,
        counted,
        label,
        tuple(Row(month, sizes[month], tuple(cells)) for month, cells in found.items()),
    )


def _conclusion(live: Session) -> str:
    """How many buy again a month and half a year after, of all cohorts whose month is over, and what follows."""
    after = {
        row["month_number"]: row
        for row in live.query(
            "select month_number, cast(sum(customers) as double precision) / sum(cohort_size) as share,"
            " count(*) as cohorts"
            f" from {marts.COHORT_RETENTION} where month_number in (1, 6) and not is_incomplete"
            " group by month_number having sum(cohort_size) > 0"
        ).to_pylist()
    }
    if 1 not in after:
        return "It is too early to tell who comes back: no month after a first purchase is over yet."
    first = f"{percent(after[1]['share'])} of new customers buy again in the month after their first purchase"
    if 6 not in after:
        return f"{first}."
    kept = after[6]["share"] / after[1]["share"] if after[1]["share"] else 0.0
    word = "who stays after the first weeks stays for long" if kept >= 0.7 else "win them back before the sixth"
    return f"{first}, {percent(after[6]['share'])} in the sixth: {word}."
