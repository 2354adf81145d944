"""The months' revenue, as bars."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import Any

from regulars.serve import overview
from regulars.serve.charts.basis import Words
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.dashboard import drawing, numbers, states
from regulars.serve.dashboard.desk import Desk


def sales(desk: Desk, currency: str) -> None:
    """Draws the months and says how the last whole one compares with the one before."""
    rows = desk.ask(overview.monthly_sales).to_pylist()
    title = "Revenue month by month"
    if not rows:
        return states.missing("No day has sales yet.", "`regulars run ORDERS` lands orders.")
    whole = [row for row in rows if _is_whole(row)]
    subtitle = f"Net revenue in {currency or 'the shop’s currency'}, after refunds; a month that is not over is pale."
    conclusion = _conclusion(whole, currency)
    theme = drawing.theme()
    words = Words(title, subtitle, f"{title}. {subtitle} {conclusion}")
    figure = new_figure(words, theme)
    figure.add_bar(
        x=[row["month"] for row in rows],
        y=[float(row["revenue"]) for row in rows],
        marker={"color": [theme.mark if _is_whole(row) else theme.mark_soft for row in rows]},
        customdata=[
            f"{numbers.money(row['revenue'], escape(currency))}, {numbers.count(row['orders'])} orders" for row in rows
        ],
        hovertemplate="<b>%{x|%B %Y}</b><br>%{customdata}<extra></extra>",
    )
    figure.update_xaxes(tickformat="%b %Y", dtick="M1", showgrid=False)
    figure.update_yaxes(tickformat=",.0f", rangemode="tozero")
    drawing.figure(figure, words, conclusion=conclusion, key="months", height=300)


def _is_whole(row: dict[str, Any]) -> bool:
    return bool((row["last_day"] + dt.timedelta(days=1)).day == 1)


def _conclusion(whole: list[dict[str, Any]], currency: str) -> str:
    if len(whole) < 2:
        return ""
    last, before = whole[-1], whole[-2]
    return (
        f"{last['month']:%B %Y} brought {numbers.money(last['revenue'], currency)}:"
        f" {numbers.change(last['revenue'], before['revenue'])} against {before['month']:%B}."
    )
