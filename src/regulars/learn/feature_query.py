"""Where the features of a customer stand in the marts: one query for the fit, and the same for scoring in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from regulars import marts
from regulars.cluster_settings import ClusterFeature
from regulars.learn.features import Feature

_ELSEWHERE = {
    marts.FCT_CUSTOMER_RFM: ("recency", "frequency", "monetary"),
    marts.DIM_CUSTOMERS: ("age", "income"),
}
# Every feature that settings may name, by the table that has it.
FEATURES = {
    **_ELSEWHERE,
    marts.CUSTOMER_BEHAVIOR: tuple(
        name for name in get_args(ClusterFeature) if not any(name in columns for columns in _ELSEWHERE.values())
    ),
}
# Amounts, counts and days have long tails; ages have none.
NEVER_LOGGED = ("age",)


def feature_of(column: str, *, log: bool = True) -> Feature:
    """The feature of a column, in logarithms if they are taken and make sense of it."""
    return Feature(column, is_logged=log and column not in NEVER_LOGGED)


def feature_query(columns: Sequence[str]) -> str:
    """Selects customer_id and these columns of everybody who ever bought, in portable SQL."""
    rfm = marts.FCT_CUSTOMER_RFM
    wanted = [(table, column) for column in columns for table, known in FEATURES.items() if column in known]
    selected = ", ".join(f"{table.partition('.')[2]}.{column}" for table, column in wanted)
    joined = [
        f" left join {table} as {_name(table)} on {_name(rfm)}.customer_id = {_name(table)}.customer_id"
        for table in FEATURES
        if table != rfm and table in dict(wanted)
    ]
    return (
        f"select {_name(rfm)}.customer_id, {selected} from {rfm} as {_name(rfm)}{''.join(joined)}"
        f" where {_name(rfm)}.rfm_score is not null"
    )


def _name(table: str) -> str:
    return table.partition(".")[2]
