"""Charts of the published warehouse, for the API, the dashboard and the report alike.

`png`, `interactive` and `clusters_3d` are what the API serves, `figure` what the dashboard shows, `svg` what the report
prints. What is drawn is read in modules that know no drawing library; each chart has its words, so that all of them say
the same of the same numbers. Where there is nothing to draw, the chart says why, and which command helps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.errors import InputError
from regulars.serve.charts.basis import Missing, Words
from regulars.serve.charts.customers import cluster_title
from regulars.serve.charts.kinds import KINDS, Kind
from regulars.serve.charts.theme import theme_named
from regulars.serve.queries import Queries

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = [
    "IMAGES",
    "KINDS",
    "cluster_title",
    "clusters_3d",
    "figure",
    "image",
    "interactive",
    "plotted",
    "png",
    "read",
    "svg",
]

IMAGES = tuple(name for name, kind in KINDS.items() if kind.still is not None)


def png(queries: Queries, plot_type: str, *, theme: str = "light", **options: Any) -> bytes:
    """A chart as a PNG image with its title.

    Args:
        queries: The published warehouse.
        plot_type: One of IMAGES.
        theme: light or dark.
        options: Of the chart: `coloured_by` ("segment" or "cluster") of the scatter charts, `as_of` of migration.

    Raises:
        InputError: There is no such chart, theme or option, it is no image, or matplotlib is not installed.
    """
    return image(plot_type, read(queries, plot_type, **options), theme=theme)


def interactive(queries: Queries, plot_type: str, *, theme: str = "light", **options: Any) -> str:
    """A chart as one HTML page with everything in it; arguments and errors as of `png`, but for any of KINDS."""
    from regulars.serve.charts.plotly_frame import page

    found = read(queries, plot_type, **options)
    return page(plotted(plot_type, found, theme=theme), found.words, theme_named(theme))


def clusters_3d(queries: Queries, *, theme: str = "light") -> str:
    """The clusters in three dimensions as one HTML page."""
    return interactive(queries, "clusters_3d", theme=theme)


def figure(queries: Queries, plot_type: str, *, theme: str = "light", **options: Any) -> Figure:
    """A chart as a figure of Plotly, for the dashboard."""
    return plotted(plot_type, read(queries, plot_type, **options), theme=theme)


def svg(queries: Queries, plot_type: str, *, theme: str = "light", **options: Any) -> tuple[Words, bytes]:
    """A chart's words, and its drawing without them as SVG, for a page that has the words as text."""
    found = read(queries, plot_type, **options)
    return found.words, image(plot_type, found, theme=theme, kind="svg", titled=False)


def read(queries: Queries, plot_type: str, **options: Any) -> Any:
    """What a chart draws, read from one published build: a value of the chart's own class, or a Missing.

    Raises:
        InputError: There is no such chart, or it has no such option.
    """
    kind = _kind(plot_type)
    _check_options(plot_type, options)
    with queries.session() as live:
        return kind.read(live, **options)


def image(plot_type: str, found: Any, *, theme: str = "light", kind: str = "png", titled: bool = True) -> bytes:
    """Draws what `read` gave as PNG or SVG."""
    from regulars.serve.charts.still_frame import draw_gap, drawn

    chart, colours = _kind(plot_type), theme_named(theme)
    if chart.still is None:
        raise InputError(f"`{plot_type}` is no image. Images are: {', '.join(IMAGES)}.")
    draw = draw_gap(found, colours) if isinstance(found, Missing) else chart.still(found, colours)
    return drawn(found.words, colours, draw, size=chart.size, kind=kind, titled=titled)


def plotted(plot_type: str, found: Any, *, theme: str = "light") -> Figure:
    """Draws what `read` gave with Plotly."""
    from regulars.serve.charts.plotly_frame import empty

    chart, colours = _kind(plot_type), theme_named(theme)
    return empty(found, colours) if isinstance(found, Missing) else chart.interactive(found, colours)


_OPTIONS = {
    "frequency_monetary": ("coloured_by",),
    "recency_frequency": ("coloured_by",),
    "recency_monetary": ("coloured_by",),
    "migration": ("as_of",),
    "value_spread": ("days",),
    "cohorts": ("measure", "cohorts"),
    "days": ("metric", "first", "last"),
}


def _kind(plot_type: str) -> Kind:
    if plot_type not in KINDS:
        raise InputError(f"There is no chart `{plot_type}`. The charts are: {', '.join(KINDS)}.")
    return KINDS[plot_type]


def _check_options(plot_type: str, options: dict[str, Any]) -> None:
    from regulars.serve.charts.customers import COLOURED_BY

    known = _OPTIONS.get(plot_type, ())
    for name, value in options.items():
        if name not in known:
            raise InputError(f"The chart `{plot_type}` has no option `{name}`. It has: {', '.join(known) or 'none'}.")
        if name == "coloured_by" and value not in COLOURED_BY:
            raise InputError(f"Customers cannot be coloured by `{value}`. Choose of: {', '.join(COLOURED_BY)}.")
