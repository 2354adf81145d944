"""The list of charts: for each its reader, and what draws it with Plotly and with matplotlib."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from regulars.engines.base import Session
from regulars.serve.charts import (
    clusters,
    cohorts,
    customers,
    days,
    groups,
    history,
    outlook,
    plotly_clusters,
    plotly_cohorts,
    plotly_customers,
    plotly_days,
    plotly_groups,
    plotly_history,
    plotly_outlook,
    plotly_standing,
    plotly_worth,
    standing,
    still_customers,
    still_groups,
    still_history,
    still_outlook,
    worth,
)


@dataclass(frozen=True)
class Kind:
    """How one chart is made; what `read` gives is either for both drawers or a Missing.

    Attributes:
        read: Reads what is drawn from one published build; takes the chart's own options.
        interactive: (what was read, theme) -> a figure of Plotly.
        still: (what was read, theme) -> what draws on a figure of matplotlib; None = there is no such image.
        size: Of the image, in inches.
    """

    read: Callable[..., Any]
    interactive: Callable[..., Any]
    still: Callable[..., Any] | None
    size: tuple[float, float] = (9.0, 5.4)


def _scatter(plot_type: str) -> Callable[..., Any]:
    def read(live: Session, coloured_by: str = "segment") -> Any:
        return customers.read_scatter(live, plot_type, coloured_by)

    return read


KINDS: dict[str, Kind] = {
    **{
        plot_type: Kind(_scatter(plot_type), plotly_customers.scatter, still_customers.scatter)
        for plot_type in customers.PLOT_TYPES
    },
    "clusters_3d": Kind(customers.read_clusters_3d, plotly_customers.clusters_3d, None),
    "segments": Kind(groups.read_segments, plotly_groups.segments, still_groups.segments, (9.0, 4.4)),
    "segment_treemap": Kind(groups.read_segments, plotly_groups.segment_treemap, None),
    "score_grid": Kind(groups.read_grid, plotly_groups.grid, still_groups.grid, (7.0, 4.6)),
    "retention": Kind(history.read_retention, plotly_history.retention, still_history.retention, (9.0, 4.9)),
    "migration": Kind(history.read_migration, plotly_history.migration, still_history.migration, (9.0, 6.0)),
    **{
        f"forecast_{metric}": Kind(
            partial(outlook.read_forecast, metric=metric), plotly_outlook.forecast, still_outlook.forecast, (9.0, 3.9)
        )
        for metric in outlook.METRICS
    },
    "calibration": Kind(outlook.read_calibration, plotly_outlook.calibration, still_outlook.calibration, (9.0, 3.7)),
    "clusters_2d": Kind(customers.read_clusters_2d, plotly_customers.scatter, None),
    "cluster_search": Kind(clusters.read_cluster_search, plotly_clusters.search, None),
    "cluster_profiles": Kind(clusters.read_cluster_profiles, plotly_clusters.profiles, None),
    "value_spread": Kind(worth.read_value_spread, plotly_worth.value_spread, None),
    "cohorts": Kind(cohorts.read_cohorts, plotly_cohorts.cohorts, None),
    "health": Kind(standing.read_health, plotly_standing.health, None),
    "health_scores": Kind(standing.read_health_scores, plotly_standing.scores, None),
    "health_factors": Kind(standing.read_health_factors, plotly_standing.factors, None),
    "days": Kind(days.read_days, plotly_days.days, None),
    "concentration": Kind(groups.read_concentration, plotly_groups.concentration, still_groups.concentration),
}
