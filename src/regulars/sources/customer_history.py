"""Lists of customers that also tell what models of buying need: all orders, the first, the last and their worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.sources.customer_features import known_columns
from regulars.sources.preset import normalised

# Days since the last order however long ago that is; recency stops at the window, and stands in for it.
_DAYS_SINCE_LAST = ("dayssincelastorder", "dayssincelastpurchase", "dayssincelast")
RECENT = ("occasions_30", "occasions_90", "occasions_365", "amount_90", "amount_365")


@dataclass(frozen=True)
class HistoryColumns:
    """Which columns of a list say it.

    Attributes:
        orders: Orders of all time.
        tenure_days: Days from the first order to now.
        days_since_last: Days from the last order to now.
        is_recency: Whether that column is the recency within a window, which does not say how long ago a last order
            beyond it was.
        value: The mean value of an order, or that of all of them.
        is_total: Whether it is that of all of them.
        recent: The columns of RECENT, if the list has all of them; else none.
    """

    orders: str
    tenure_days: str
    days_since_last: str
    is_recency: bool
    value: str
    is_total: bool
    recent: Mapping[str, str]


def history_columns(columns: Sequence[str], features: Mapping[str, str]) -> tuple[HistoryColumns | None, list[str]]:
    """The columns of the history, or what is missing for it.

    Args:
        columns: Of the list.
        features: The columns that are features already; what counts the orders of a window counts not all of them.
    """
    of_window = {features[name] for name in ("frequency", "monetary") if name in features}
    found = known_columns(
        [column for column in columns if column not in of_window],
        ("orders", "tenure_days", "average_order_value", "lifetime_value"),
    )
    by_header = {normalised(column): column for column in columns}
    since = next((by_header[header] for header in _DAYS_SINCE_LAST if header in by_header), features.get("recency"))
    missing = [name for name in ("orders", "tenure_days") if name not in found]
    if since is None:
        missing.append("days_since_last_order")
    value = found.get("average_order_value", found.get("lifetime_value"))
    if value is None:
        missing.append("average_order_value")
    if missing or since is None or value is None:
        return None, missing
    recent = {name: by_header[normalised(name)] for name in RECENT if normalised(name) in by_header}
    return HistoryColumns(
        found["orders"],
        found["tenure_days"],
        since,
        normalised(since) not in _DAYS_SINCE_LAST,
        value,
        "average_order_value" not in found,
        recent if len(recent) == len(RECENT) else {},
    ), []
