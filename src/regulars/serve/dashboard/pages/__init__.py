"""The pages, in the order of the list at their left; the first is shown at /dashboard/."""

from __future__ import annotations

from regulars.serve.dashboard.pages import customers, overview, segments

PAGES = (overview.PAGE, segments.PAGE, customers.PAGE)
