"""What charts of groups draw: segments with customers and revenue, the grid of scores, the concentration of revenue."""

from __future__ import annotations

from dataclasses import dataclass

from regulars import marts
from regulars.engines.base import Session
from regulars.serve.charts.basis import Floats, Ground, Missing, Words, floats, missing, percent, read_ground


@dataclass(frozen=True)
class SegmentBar:
    """A segment as a bar or a tile; shares are from 0 to 1."""

    name: str
    colour: str
    customers: int
    share: float
    revenue: float
    revenue_share: float


@dataclass(frozen=True)
class Segments:
    """The segments in the map's order, also those without a customer."""

    words: Words
    ground: Ground
    bars: tuple[SegmentBar, ...]


@dataclass(frozen=True)
class Cell:
    """The customers with one score of recency and one of frequency."""

    recency: int
    frequency: int
    customers: int
    share: float
    revenue: float


@dataclass(frozen=True)
class Grid:
    """Customers by their scores of recency and frequency; `cells` has one for each pair of scores."""

    words: Words
    ground: Ground
    bins: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Concentration:
    """Which share of the revenue (`y`) the best share of the customers (`x`) brings, both from 0 to 1."""

    words: Words
    x: Floats
    y: Floats
    best: tuple[tuple[float, float], ...]


def read_segments(live: Session) -> Segments | Missing:
    """The segments with their customers and the revenue of the window."""
    ground = read_ground(live)
    title = "Customers and revenue by segment"
    rows = live.query(
        "select segment, colour, customers, share, revenue, revenue_share"
        f" from {marts.SEGMENT_METRICS} order by position"
    ).to_pylist()
    bars = tuple(
        SegmentBar(
            row["segment"],
            row["colour"],
            row["customers"],
            float(row["share"] or 0),
            float(row["revenue"] or 0),
            float(row["revenue_share"] or 0),
        )
        for row in rows
    )
    if not sum(bar.customers for bar in bars):
        return missing(title, "There are no customers yet.", "`regulars run ORDERS` lands some.")
    total = sum(bar.revenue for bar in bars)
    subtitle = (
        f"{sum(bar.customers for bar in bars):,} customers; revenue of {ground.window_words},"
        f" {total:,.0f} {ground.currency}".rstrip()
        + " in total."
    )
    listed = "; ".join(
        f"{bar.name} {percent(bar.share)} of the customers, {percent(bar.revenue_share)} of the revenue"
        for bar in bars
        if bar.customers
    )
    return Segments(Words(title, subtitle, f"{title}. {subtitle} {listed}."), ground, bars)


def read_grid(live: Session) -> Grid | Missing:
    """How many customers have which scores of recency and frequency."""
    ground = read_ground(live)
    title = "Customers by their scores of recency and frequency"
    rows = live.query(
        "select r_score, f_score, count(*) as customers, cast(sum(monetary) as decimal(18, 2)) as revenue"
        f" from {marts.FCT_CUSTOMER_RFM} where r_score is not null group by r_score, f_score"
    ).to_pylist()
    if not rows:
        return missing(title, "Nobody has scores: there is no valid order yet.", "`regulars run ORDERS` lands some.")
    bins = int(live.query(f"select bins from {marts.RUN_PARAMETERS}").column(0)[0].as_py())
    total = sum(row["customers"] for row in rows)
    found = {(row["r_score"], row["f_score"]): row for row in rows}
    scores = range(1, bins + 1)
    cells = []
    for recency in scores:
        for frequency in scores:
            row = found.get((recency, frequency), {"customers": 0, "revenue": 0})
            share = row["customers"] / total
            cells.append(Cell(recency, frequency, row["customers"], share, float(row["revenue"])))
    best = next(cell for cell in cells if (cell.recency, cell.frequency) == (bins, bins))
    subtitle = f"{total:,} customers who ever bought; {bins} is the best score. Colour: number of customers."
    alt = f"{title}. {subtitle} {best.customers:,} have the best score in both."
    return Grid(Words(title, subtitle, alt), ground, bins, tuple(cells))


def read_concentration(live: Session) -> Concentration | Missing:
    """How much of the window's revenue the best customers bring, in a hundred steps worked out by the warehouse."""
    ground = read_ground(live)
    title = "How much of the revenue the best customers bring"
    steps = live.query(
        "select step, max(place) as place, max(running) as running, max(customers) as customers, max(total) as total"
        f" from ({_RANKED}) as ranked group by step order by step"
    )
    if not steps.num_rows:
        return missing(title, f"Nobody spent anything in {ground.window_words}.", "`regulars run ORDERS` lands orders.")
    places, running = floats(steps, "place"), floats(steps, "running")
    customers, total = float(floats(steps, "customers")[0]), float(floats(steps, "total")[0])
    x, y = places / customers, running / total
    best = tuple((share, float(y[int((x < share - 1e-9).sum())])) for share in (0.01, 0.1, 0.2, 0.5))
    subtitle = (
        f"{customers:,.0f} customers who spent in {ground.window_words}, {total:,.0f} {ground.currency}".rstrip()
        + " in total, best first."
    )
    listed = ", ".join(f"the best {percent(share)} bring {percent(value)}" for share, value in best)
    return Concentration(Words(title, subtitle, f"{title}. {subtitle} {listed.capitalize()}."), x, y, best)


_RANKED = f"""
select place, customers, running, total, floor((place - 1) * 100.0 / customers) as step
from (
    select
        row_number() over (order by monetary desc, customer_id) as place, count(*) over () as customers,
        sum(monetary) over (order by monetary desc, customer_id rows unbounded preceding) as running,
        sum(monetary) over () as total
    from {marts.FCT_CUSTOMER_RFM} where monetary > 0
) as placed
"""
