"""The pages, in the order of the list at their left; the first is shown at /dashboard/."""

from __future__ import annotations

from regulars.serve.dashboard.pages import (
    clusters,
    customers,
    data,
    forecast,
    health,
    migration,
    overview,
    retention,
    segments,
    value,
)

PAGES = (
    overview.PAGE,
    segments.PAGE,
    customers.PAGE,
    clusters.PAGE,
    value.PAGE,
    retention.PAGE,
    migration.PAGE,
    health.PAGE,
    forecast.PAGE,
    data.PAGE,
)
