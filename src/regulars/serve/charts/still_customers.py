"""Still charts of customers: points by two metrics, a colour and a marker per group."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regulars.serve.charts.customers import Cloud, layers, spread
from regulars.serve.charts.still_frame import MARKERS, plain_axes, plain_log
from regulars.serve.charts.theme import Theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def scatter(cloud: Cloud, theme: Theme) -> Callable[[Figure], None]:
    """Draws the first two dimensions of the points."""

    def draw(figure: Figure) -> None:
        axes = plain_axes(figure, theme)
        across, up = cloud.axes[:2]
        size = 26 if cloud.drawn <= 1000 else 16
        for place, parts in enumerate(zip(*map(layers, cloud.groups), strict=True)):
            for group, part in zip(cloud.groups, parts, strict=True):
                axes.scatter(
                    spread(part, across, part.x),
                    spread(part, up, part.y),
                    s=size,
                    c=group.colour,
                    marker=MARKERS[group.marker],
                    alpha=0.75,
                    linewidths=0.4,
                    edgecolors=theme.outline,
                    label=None if place else f"{group.name} ({len(group.customer_ids):,})",
                )
        plain_log(axes, across.is_log, up.is_log)
        axes.set_xlabel(across.label)
        axes.set_ylabel(up.label)
        legend = axes.legend(
            loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=9, handletextpad=0.3, markerscale=1.3
        )
        for handle in legend.legend_handles:
            if handle is not None:
                handle.set_alpha(1)

    return draw
