"""Overview."""

from __future__ import annotations

from regulars.serve.dashboard import drawing, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.queries import Queries


def draw(desk: Desk) -> None:
    """Draws the page."""
    segments = desk.ask_queries(Queries.segments)
    drawing.chart("segments", desk.chart("segments"), key="segments", selects=True)
    tables.show(
        segments,
        [
            tables.Column(
                "segment",
                "Segment",
                swatch=lambda r: r["colour"],
                link=lambda r: tables.address("segments", segment=r["segment"]),
            ),
            tables.Column("customers", "Customers", "count"),
            tables.Column("revenue", "Revenue", "money"),
        ],
        currency="EUR",
    )
    tables.download(desk, "segments", segments, key="segments_file")


PAGE = Page("overview", "Overview", ":material/home:", draw)
