"""Interactive charts of customers: points in two dimensions, clusters in three."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from regulars.serve.charts.customers import Cloud, layers, spread
from regulars.serve.charts.plotly_frame import MARKERS_3D, log_axis, new_figure
from regulars.serve.charts.theme import Theme

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def scatter(cloud: Cloud, theme: Theme) -> Figure:
    """Points that can be hidden, group by group, by a click on the legend."""
    figure = new_figure(cloud.words, theme)
    across, up = cloud.axes
    for layer, parts in enumerate(zip(*map(layers, cloud.groups), strict=True)):
        for group, part in zip(cloud.groups, parts, strict=True):
            name = escape(group.name)
            figure.add_scattergl(
                x=spread(part, across, part.x),
                y=spread(part, up, part.y),
                mode="markers",
                name=f"{name} ({len(group.customer_ids):,})",
                legendgroup=name,
                showlegend=layer == 0,
                customdata=[
                    f"customer {customer_id}<br>{x:,.0f} · {y:,.2f}"
                    for customer_id, x, y in zip(part.customer_ids, part.x, part.y, strict=True)
                ],
                hovertemplate=f"<b>{name}</b><br>%{{customdata}}<extra></extra>",
                marker={
                    "color": group.colour,
                    "symbol": group.marker,
                    "size": 8 if cloud.drawn <= 1000 else 7,
                    "opacity": 0.75,
                    "line": {"width": 0.6, "color": theme.outline},
                },
            )
    figure.update_xaxes(title_text=escape(across.label), **log_axis(across.is_log))
    figure.update_yaxes(title_text=escape(up.label), **log_axis(up.is_log))
    return figure


def clusters_3d(cloud: Cloud, theme: Theme) -> Figure:
    """A cloud that can be turned."""
    figure = new_figure(cloud.words, theme)
    for group in cloud.groups:
        name = escape(group.name)
        figure.add_scatter3d(
            x=group.x,
            y=group.y,
            z=group.z,
            mode="markers",
            name=f"{name} ({len(group.customer_ids):,})",
            customdata=[str(customer_id) for customer_id in group.customer_ids],
            hovertemplate=f"<b>{name}</b><br>customer %{{customdata}}<extra></extra>",
            marker={
                "color": group.colour,
                "symbol": MARKERS_3D.get(group.marker, group.marker),
                "size": 2.5,
                "opacity": 0.7,
            },
        )
    plane = {
        "gridcolor": theme.grid,
        "backgroundcolor": theme.background,
        "color": theme.text,
        "zeroline": False,
        # Few and small: of a short axis more of them would lie over each other.
        "nticks": 5,
        "tickfont": {"size": 10},
    }
    labels = [escape(axis.label) for axis in cloud.axes]
    figure.update_layout(
        scene={
            # The first direction the longest, but not by what it weighs: that is in its words.
            "aspectmode": "manual",
            "aspectratio": {"x": 1.4, "y": 1.1, "z": 0.8},
            "camera": {"eye": {"x": 1.6, "y": 1.6, "z": 0.8}, "center": {"x": 0, "y": 0, "z": -0.2}},
            **{
                f"{axis}axis": {**plane, "title": {"text": label, "font": {"size": 12}}}
                for axis, label in zip("xyz", labels, strict=True)
            },
        }
    )
    return figure
