"""What charts of customers draw: a sample of them by two of recency, frequency and spend, and their clusters.

The base is never loaded. The sample is taken in SQL by a hash of customer_id, so the same customers are drawn on every
warehouse and after every run, and the words of a chart say how many of how many they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.serve.charts.basis import (
    Floats,
    Ground,
    Missing,
    Words,
    floats,
    missing,
    percent,
    read_ground,
    spans_decades,
)
from regulars.serve.charts.theme import UNKNOWN_COLOUR, cluster_colour, marker

SAMPLE = 3000
LAYERS = 5
PLOT_TYPES = {
    "frequency_monetary": ("frequency", "monetary"),
    "recency_frequency": ("recency", "frequency"),
    "recency_monetary": ("recency", "monetary"),
}
COLOURED_BY = ("segment", "cluster")
_NAMES = {"recency": "days since the last order", "frequency": "number of orders", "monetary": "spend"}
# Of so many customers at least the hashes are worked out, which on a large base takes longer than all the rest.
_CANDIDATES = 8 * SAMPLE


@dataclass(frozen=True)
class Axis:
    """One axis: what it measures, with its unit; `is_count` = whole numbers that many customers share."""

    label: str
    is_log: bool = False
    is_count: bool = False


@dataclass(frozen=True)
class Group:
    """The drawn customers of one segment or cluster."""

    name: str
    colour: str
    marker: str
    customer_ids: tuple[int, ...]
    x: Floats
    y: Floats
    z: Floats


@dataclass(frozen=True)
class Cloud:
    """Customers as points, in two dimensions or three, with how many of how many are drawn."""

    words: Words
    axes: tuple[Axis, ...]
    groups: tuple[Group, ...]
    drawn: int
    customers: int


def read_scatter(live: Session, plot_type: str, coloured_by: str, sample: int = SAMPLE) -> Cloud | Missing:
    """The customers who bought in the window, by two metrics."""
    ground, metrics = read_ground(live), PLOT_TYPES[plot_type]
    title = f"Customers by {_NAMES[metrics[0]]} and {_NAMES[metrics[1]]}, coloured by {coloured_by}"
    if coloured_by == "cluster" and not _has_rows(live, marts.CLUSTERED_CUSTOMERS):
        return missing(
            title,
            "There are no clusters in the published warehouse.",
            "`regulars run` finds them as soon as there are enough customers.",
        )
    # A log axis has no place for what is not positive: refunds can outweigh the window's orders.
    drawable = "rfm.is_active" + (" and rfm.monetary > 0" if "monetary" in metrics else "")
    [counts] = live.query(
        f"select count(*) filter (where {drawable}) as drawable, count(*) filter (where rfm.is_active) as active,"
        f" count(*) as customers from {marts.FCT_CUSTOMER_RFM} rfm"
    ).to_pylist()
    if not counts["drawable"]:
        return missing(title, f"Nobody bought in {ground.window_words}.", "`regulars run ORDERS` lands newer orders.")
    points = live.query(
        "select rfm.customer_id, rfm.recency, rfm.frequency, rfm.monetary, segments.segment, segments.cluster_id,"
        f" segments.cluster_name from {marts.FCT_CUSTOMER_RFM} rfm"
        f" inner join {marts.CUSTOMER_SEGMENTS} segments on rfm.customer_id = segments.customer_id"
        f" where {drawable} and {_drawn(counts['drawable'])}",
        (sample,),
    )
    axes = tuple(_axis(points, metric, ground) for metric in metrics)
    subtitle = _said(points.num_rows, counts["drawable"], ground)
    if "frequency" in metrics:
        subtitle += " Points with the same number of orders are spread around it."
    if left_out := counts["active"] - counts["drawable"]:
        subtitle += f" Not drawn: {left_out:,} whose refunds outweigh their orders."
    groups = _groups(live, points, coloured_by, metrics)
    largest = max(groups, key=lambda group: len(group.customer_ids))
    alt = (
        f"{title}. {subtitle} Most of the points, {percent(len(largest.customer_ids) / points.num_rows)}, are"
        f" {largest.name}."
    )
    return Cloud(Words(title, subtitle, alt), axes, groups, points.num_rows, counts["drawable"])


def read_clusters_3d(live: Session, sample: int = SAMPLE) -> Cloud | Missing:
    """The clustered customers along the three axes in which they differ most."""
    return _clusters(live, ("x", "y", "z"), sample)


def read_clusters_2d(live: Session, sample: int = SAMPLE) -> Cloud | Missing:
    """The same along the first two of them, on which the clusters can be compared without turning anything."""
    return _clusters(live, ("x", "y"), sample)


def _drawn(customers: int) -> str:
    """The end of a question for a sample of `rfm`: of ids that a power of two divides, those with the least hashes.

    A smaller sample is a part of a larger one, for the candidates go by the base alone.

    The text before the id keeps this sample apart from other draws by a hash of it, such as control groups.
    """
    step = 1
    while customers // (2 * step) >= _CANDIDATES:
        step *= 2
    return (
        f"rfm.customer_id % {step} = 0"
        " order by md5('chart ' || cast(rfm.customer_id as varchar)), rfm.customer_id limit $1"
    )


def _clusters(live: Session, along: tuple[str, ...], sample: int) -> Cloud | Missing:
    number = {2: "two", 3: "three"}[len(along)]
    title = f"Clusters of customers who buy alike, in the {number} directions in which they differ most"
    if not _has_rows(live, marts.CLUSTERED_CUSTOMERS):
        return missing(
            title,
            "There are no clusters in the published warehouse.",
            "`regulars run` finds them as soon as there are enough customers.",
        )
    [counts] = live.query(f"select count(*) as customers from {marts.CLUSTERED_CUSTOMERS}").to_pylist()
    points = live.query(
        "select rfm.customer_id, rfm.cluster_id, rfm.cluster_name, cast(null as varchar) as segment, rfm.x, rfm.y,"
        f" coalesce(rfm.z, 0) as z from {marts.CLUSTERED_CUSTOMERS} rfm where {_drawn(counts['customers'])}",
        (sample,),
    )
    groups = _groups(live, points, "cluster", along)
    directions = [_loadings(live, axis) for axis in along]
    axes = tuple(Axis(label) for label, _ in directions)
    subtitle = f"{_said(points.num_rows, counts['customers'], None)} {' '.join(made_of for _, made_of in directions)}"
    named = ", ".join(group.name for group in groups)
    return Cloud(
        Words(title, subtitle, f"{title}. {subtitle} The clusters: {named}."),
        axes,
        groups,
        points.num_rows,
        counts["customers"],
    )


def layers(group: Group) -> list[Group]:
    """The group in parts, to be drawn in turn with those of others, so that no group hides all the rest."""
    return [
        replace(
            group,
            customer_ids=group.customer_ids[start::LAYERS],
            x=group.x[start::LAYERS],
            y=group.y[start::LAYERS],
            z=group.z[start::LAYERS],
        )
        for start in range(LAYERS)
    ]


def spread(group: Group, axis: Axis, values: Floats) -> Floats:
    """Places to draw at: whole numbers that many share are spread by a hash of the customer, less than halfway."""
    if not axis.is_count:
        return values
    # Knuth's multiplicative hash: the same customer always lies in the same place.
    hashed = np.array(group.customer_ids, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(2**32)
    places: Floats = values + 0.7 * (hashed.astype(np.float64) / 2**32 - 0.5)
    return places


def _has_rows(live: Session, table: str) -> bool:
    return bool(live.columns(table)) and live.query(f"select 1 as one from {table} limit 1").num_rows > 0


def _said(drawn: int, customers: int, ground: Ground | None) -> str:
    of = f"{customers:,} customer" + ("" if customers == 1 else "s")
    who = f" who bought in {ground.window_words}" if ground else " who ever bought"
    return f"A sample of {drawn:,} of the {of}{who}." if drawn < customers else f"{of}{who}, all of them."


def _axis(points: pa.Table, metric: str, ground: Ground) -> Axis:
    labels = {
        "recency": "Days since the last order",
        "frequency": "Orders in the window",
        "monetary": ground.money("Spend in the window"),
    }
    is_log = metric != "recency" and spans_decades(floats(points, metric))
    return Axis(labels[metric] + (", log scale" if is_log else ""), is_log, metric == "frequency")


def _groups(live: Session, points: pa.Table, coloured_by: str, columns: tuple[str, ...]) -> tuple[Group, ...]:
    if coloured_by == "segment":
        rows = live.query(f"select segment, colour from {catalog.SEGMENTS.name} order by position").to_pylist()
        kinds = [(row["segment"], row["segment"], row["colour"]) for row in rows]
        column = "segment"
    else:
        rows = live.query(f"select cluster_id, cluster_name from {marts.CLUSTERS} order by cluster_id").to_pylist()
        kinds = [
            (row["cluster_id"], cluster_title(row["cluster_id"], row["cluster_name"]), _colour_of(row["cluster_id"]))
            for row in rows
        ]
        column = "cluster_id"
    found = []
    for place, (value, name, colour) in enumerate(kinds):
        own = points.filter(pc.equal(points[column], pa.scalar(value, points[column].type)))
        if own.num_rows:
            numbers = [floats(own, axis) for axis in columns]
            depth = numbers[2] if len(numbers) > 2 else np.zeros(own.num_rows)
            ids = tuple(own["customer_id"].to_pylist())
            found.append(Group(name, colour, marker(place), ids, numbers[0], numbers[1], depth))
    return tuple(found)


def cluster_title(cluster_id: int, name: str) -> str:
    """A cluster's number and name."""
    return name if cluster_id < 0 else f"{cluster_id} {name}"


def _colour_of(cluster_id: int) -> str:
    return UNKNOWN_COLOUR if cluster_id < 0 else cluster_colour(cluster_id - 1)


def _loadings(live: Session, axis: str) -> tuple[str, str]:
    """The label of an axis, and what it is made of."""
    if not live.columns(marts.AXES_OF_CLUSTERS):
        return axis, ""
    rows = live.query(
        f"select feature, loading, explained_share from {marts.AXES_OF_CLUSTERS} where axis = $1 order by feature",
        (axis,),
    ).to_pylist()
    if not rows:
        return axis, ""
    strongest = sorted(rows, key=lambda row: (-abs(row["loading"]), row["feature"]))[:3]
    listed = ", ".join(f"{'+' if row['loading'] > 0 else '−'} {row['feature']}" for row in strongest)
    return f"{axis}, {percent(float(rows[0]['explained_share']))} of the differences", f"{axis} is {listed}."
