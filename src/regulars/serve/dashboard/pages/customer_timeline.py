"""A customer's orders and refunds on a line of time."""

from __future__ import annotations

from html import escape
from typing import Any

import pyarrow as pa

from regulars.serve.charts.basis import Words
from regulars.serve.charts.plotly_frame import new_figure
from regulars.serve.customer_story import EVENTS_SHOWN
from regulars.serve.dashboard import drawing, numbers, states

_MARKS = {"Order": "circle", "Refund": "triangle-down", "Not counted": "x-thin"}


def timeline(happened: pa.Table, currency: str) -> None:
    """Draws what happened; refunds lie below the line."""
    rows = happened.to_pylist()
    title = "Orders and refunds"
    if not rows:
        return states.missing("There are no orders of this customer.", "`regulars run ORDERS` lands some.")
    valid = [row for row in rows if row["what"] == "order" and row["counts"]]
    refunds = [row for row in rows if row["what"] == "refund"]
    subtitle = f"Amount in {currency or 'the shop’s currency'} by day of the order or of the refund."
    if len(rows) == EVENTS_SHOWN:
        subtitle += f" The newest {EVENTS_SHOWN:,}."
    conclusion = _conclusion(valid, refunds, currency)
    theme = drawing.theme()
    words = Words(title, subtitle, f"{title}. {subtitle} {conclusion}")
    figure = new_figure(words, theme)
    kinds = {
        "Order": (valid, theme.mark),
        "Refund": (refunds, theme.warning),
        "Not counted": ([row for row in rows if row["what"] == "order" and not row["counts"]], theme.text_soft),
    }
    for name, (shown, colour) in kinds.items():
        if shown:
            figure.add_scatter(
                x=[row["day"] for row in shown],
                y=[float(row["amount"]) for row in shown],
                name=name,
                mode="markers",
                marker={"color": colour, "symbol": _MARKS[name], "size": 9, "line": {"width": 1, "color": colour}},
                customdata=[_hover(row, currency) for row in shown],
                hovertemplate="%{customdata}<extra></extra>",
            )
    figure.update_yaxes(tickformat=",.0f", zeroline=True)
    figure.update_layout(legend={"orientation": "h", "y": -0.2}, showlegend=True)
    drawing.figure(figure, words, conclusion=conclusion, key="timeline", height=300)


def _hover(row: dict[str, Any], currency: str) -> str:
    amount = numbers.cents(row["amount"], currency)
    return escape(f"{numbers.date(row['day'])}: {row['what']} {row['order_id'] or ''}, {amount}, {row['status'] or ''}")


def _conclusion(valid: list[dict[str, Any]], refunds: list[dict[str, Any]], currency: str) -> str:
    if not valid:
        return "No order counts: all were cancelled, failed or tests."
    spent = sum(row["amount"] for row in valid)
    back = -sum(row["amount"] for row in refunds)
    words = (
        f"{numbers.count(len(valid))} orders of {numbers.cents(spent, currency)} in all,"
        f" the newest on {numbers.date(valid[0]['day'])}"
    )
    return words + (f"; {numbers.cents(back, currency)} went back." if refunds else ".")
