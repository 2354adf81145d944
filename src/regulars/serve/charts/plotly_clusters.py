"""Interactive charts of clusters: a panel per index of the search, and a table of traits as a heat map."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from regulars.serve.charts.clusters import Profiles, Search
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.theme import MARKERS, Theme, cluster_colour, on_scale, text_on

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_COLUMNS = 3


def search(found: Search, theme: Theme) -> Figure:
    """A panel per index, in rows of three; the published split is a large diamond."""
    figure = new_figure(found.words, theme)
    rows = -(-len(found.panels) // _COLUMNS)
    figure.update_layout(
        grid={"rows": rows, "columns": min(_COLUMNS, len(found.panels)), "pattern": "independent", "ygap": 0.5},
        showlegend=False,
    )
    algorithms = sorted({split.algorithm for panel in found.panels for split in panel.splits})
    for place, panel in enumerate(found.panels, start=1):
        axis = "" if place == 1 else str(place)
        on = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        for number, algorithm in enumerate(algorithms):
            own = [split for split in panel.splits if split.algorithm == algorithm and split.value is not None]
            figure.add_scatter(
                x=[_label(split.algorithm, split.setting, len(algorithms)) for split in own],
                y=[split.value for split in own],
                mode="lines+markers",
                line={"color": cluster_colour(number), "width": 1.6},
                marker={
                    "size": [14 if split.is_chosen else 7 for split in own],
                    "symbol": ["diamond" if split.is_chosen else MARKERS[number % len(MARKERS)] for split in own],
                    "color": [theme.warning if split.is_chosen else cluster_colour(number) for split in own],
                },
                customdata=[f"{split.setting}{', published' if split.is_chosen else ''}" for split in own],
                hovertemplate=f"{escape(panel.name)} %{{y:,.3~f}}<br>{escape(algorithm)}, %{{customdata}}"
                "<extra></extra>",
                **on,
            )
        style = {"gridcolor": theme.grid, "zerolinecolor": theme.grid, "linecolor": theme.text_soft, "automargin": True}
        title = f"<b>{escape(panel.name)}</b><br>{escape(panel.good)}"
        figure.update_layout(
            {
                f"xaxis{axis}": {
                    **style,
                    "type": "category",
                    "title": {"text": title, "font": {"size": 13}},
                    "tickfont": {"size": 11},
                },
                f"yaxis{axis}": {**style, "tickfont": {"size": 11}, "nticks": 5, "tickformat": ",~g"},
            }
        )
    return figure


def profiles(found: Profiles, theme: Theme) -> Figure:
    """A row per cluster, a column per trait; a click on a cell chooses the cluster."""
    figure = new_figure(found.words, theme)
    names = [escape(f"{profile.name} ({profile.customers:,})") for profile in found.profiles]
    # Broken, as columns are narrow on a tablet.
    columns = [escape(trait).replace(" in ", "<br>in ").replace(" since ", "<br>since ") for trait in found.traits]
    figure.add_heatmap(
        x=columns,
        y=names,
        z=[[trait.share for trait in profile.traits] for profile in found.profiles],
        colorscale=[[place / (len(theme.scale) - 1), colour] for place, colour in enumerate(theme.scale)],
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
        hoverinfo="skip",
    )
    for profile, name in zip(found.profiles, names, strict=True):
        for trait, column in zip(profile.traits, columns, strict=True):
            times = "" if trait.times_all is None else f"<br>{trait.times_all:.1f} ×"
            figure.add_annotation(
                x=column,
                y=name,
                text=f"<b>{escape(trait.said)}</b>{times}",
                showarrow=False,
                font={"size": 13, "color": text_on(on_scale(trait.share, theme))},
            )
    # A heat map cannot be chosen from, but points that nobody sees can.
    cells = [(name, column, profile) for profile, name in zip(found.profiles, names, strict=True) for column in columns]
    figure.add_scatter(
        x=[column for _, column, _ in cells],
        y=[name for name, _, _ in cells],
        mode="markers",
        marker={"size": 46, "opacity": 0, "symbol": "square"},
        customdata=[[profile.cluster_id] for _, _, profile in cells],
        hovertemplate="%{y}<br>%{x}<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(side="top", showgrid=False, type="category", tickangle=0, range=[-0.5, len(columns) - 0.5])
    figure.update_yaxes(range=[len(names) - 0.5, -0.5], showgrid=False, type="category")
    return figure


def _label(algorithm: str, setting: str, algorithms: int) -> str:
    short = setting.removeprefix("k = ")
    return escape(short if algorithms == 1 else f"{algorithm} {short}")
