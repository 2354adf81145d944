"""Interactive charts of health: a bar per band, and the points that each factor earns in it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from regulars.prediction_settings import HEALTH_FACTORS
from regulars.serve.charts.basis import percent
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.charts.standing import COLOURS, FACTOR_WORDS, STEP, Factors, Scores, Standing
from regulars.serve.charts.theme import Theme, cluster_colour, text_on
from regulars.serve.health_views import BANDS

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def health(found: Standing, theme: Theme) -> Figure:
    """The share of the customers and of the revenue; a click on a bar chooses the band."""
    figure = new_figure(found.words, theme)
    customers = sum(band.customers for band in found.bands)
    revenue = sum(band.revenue for band in found.bands)
    names = [band.name for band in found.bands]
    for name, values, total, pattern in (
        ("Customers", [float(band.customers) for band in found.bands], float(customers), ""),
        ("Revenue of the window", [max(band.revenue, 0.0) for band in found.bands], revenue, "/"),
    ):
        shares = [value / total if total > 0 else 0.0 for value in values]
        figure.add_bar(
            y=names,
            x=shares,
            orientation="h",
            name=name,
            text=[percent(share) for share in shares],
            textposition="outside",
            textfont={"color": theme.text},
            cliponaxis=False,
            marker={
                "color": [COLOURS[band.name] for band in found.bands],
                "pattern": {"shape": pattern, "solidity": 0.3},
            },
            customdata=[[band.name, f"{value:,.0f}"] for band, value in zip(found.bands, values, strict=True)],
            hovertemplate=f"{name} of %{{y}}: %{{x:.1%}} (%{{customdata[1]}})<extra></extra>",
        )
    figure.update_xaxes(title_text="Share", tickformat=".0%", rangemode="tozero")
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    figure.update_layout(barmode="group", legend={"orientation": "h", "y": 1.0, "yanchor": "bottom"})
    return figure


def scores(found: Scores, theme: Theme) -> Figure:
    """A bar per five points, in the colour of its band."""
    figure = new_figure(found.words, theme)
    bands = [next(name for name, least in BANDS.items() if score >= least) for score, _ in found.steps]
    figure.add_bar(
        x=[score + STEP / 2 for score, _ in found.steps],
        y=[customers for _, customers in found.steps],
        width=STEP * 0.92,
        marker={"color": [COLOURS[band] for band in bands]},
        customdata=[[score, score + STEP, band] for (score, _), band in zip(found.steps, bands, strict=True)],
        hovertemplate="%{customdata[0]} to %{customdata[1]} (%{customdata[2]}): %{y:,} customers<extra></extra>",
    )
    figure.update_xaxes(title_text="Health score", dtick=20, range=[0, 100], showgrid=False)
    figure.update_yaxes(title_text="Customers", tickformat=",", rangemode="tozero")
    return figure


def factors(found: Factors, theme: Theme) -> Figure:
    """Stacked points: a full bar would be 100."""
    figure = new_figure(found.words, theme)
    names = [band.name for band in found.bands]
    for place, factor in enumerate(HEALTH_FACTORS):
        points = [band.points[place] for band in found.bands]
        label = f"{FACTOR_WORDS[factor]} (of {found.most[factor]:g})"
        figure.add_bar(
            y=names,
            x=points,
            orientation="h",
            name=escape(label),
            text=[f"{value:.0f}" if value >= 3 else "" for value in points],
            textposition="inside",
            insidetextanchor="middle",
            textfont={"color": text_on(cluster_colour(place))},
            marker={"color": cluster_colour(place), "line": {"width": 1, "color": theme.outline}},
            hovertemplate=f"%{{y}}: %{{x:.1f}} points for {escape(FACTOR_WORDS[factor].lower())}<extra></extra>",
        )
    figure.update_xaxes(title_text="Mean points", range=[0, 100])
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False)
    figure.update_layout(
        barmode="stack", legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "traceorder": "normal"}
    )
    return figure
