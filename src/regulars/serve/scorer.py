"""What the published models and cut points say of any customer: cluster, segment, value and churn.

It is the one place that puts them together for customers whom no run has seen. A column that a model adds to what it
foretells is in the result without a change here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.learn.cluster_model import CUSTOMER_CLUSTERS, ClusterModel
from regulars.learn.features import RFM_FEATURES
from regulars.learn.lifetime_value import LifetimeValue
from regulars.learn.saved_predictions import PublishedChurn
from regulars.segments.placing import place_customers
from regulars.segments.standing import Yardstick

RFM = tuple(feature.column for feature in RFM_FEATURES)
# What the models of buying know of a customer, as int_customers__purchase_summary has it, and the orders of all time.
HISTORY = ("orders", "x", "t_x", "observed_days", "amount")
# What the classifier of churn must know beside it.
RECENT = ("occasions_30", "occasions_90", "occasions_365", "amount_90", "amount_365")
_MONEY = pa.decimal128(18, 2)


def history_column(name: str) -> str:
    """What a column of HISTORY or RECENT is called among the features, some of which have the same names."""
    return f"history_{name}"


@dataclass(frozen=True)
class Scorer:
    """Everything that is published and applies to a new customer; what is None is not published.

    Attributes:
        run_id: The run that published it.
        clusters: The clusters.
        yardstick: The cut points and the map of the segments.
        value: The models of the number and the value of purchases.
        churn: What gives the probability of churn.
        as_of: The day that the published numbers hold for.
    """

    run_id: str
    clusters: ClusterModel | None
    yardstick: Yardstick | None
    value: LifetimeValue | None
    churn: PublishedChurn | None
    as_of: dt.date | None

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that a customer must have."""
        return self.clusters.columns if self.clusters is not None else RFM

    def score(self, rows: pa.Table, as_of: dt.date | None) -> pa.Table:
        """What is published of customers like these.

        Args:
            rows: `customer_id`, the features and, as far as they are known, recency, frequency and monetary, and the
                columns of HISTORY and RECENT under the names of `history_column`.
            as_of: The day that the rows hold for.

        Returns:
            The results without customer_id, in the order of the rows; null where too little is known.
        """
        found = [*self._segments(rows), *self._clusters(rows), *self._foretold(rows, as_of)]
        return pa.table(dict(found))

    def _segments(self, rows: pa.Table) -> list[tuple[str, pa.ChunkedArray]]:
        if self.yardstick is None or not set(RFM) <= set(rows.column_names):
            return []
        rfm = np.column_stack([_floats(rows, column) for column in RFM])
        orders = history_column("orders")
        known = _floats(rows, orders) if orders in rows.column_names else np.full(len(rfm), np.nan)
        return _columns(place_customers(self.yardstick, rfm, known))

    def _clusters(self, rows: pa.Table) -> list[tuple[str, pa.ChunkedArray]]:
        if self.clusters is None:
            return []
        return _columns(self.clusters.assign(rows).select(CUSTOMER_CLUSTERS.names[1:]))

    def _foretold(self, rows: pa.Table, as_of: dt.date | None) -> list[tuple[str, pa.ChunkedArray]]:
        columns = [history_column(name) for name in HISTORY]
        if self.value is None or not set(columns) <= set(rows.column_names):
            return []
        is_known = np.logical_and.reduce([~np.isnan(_floats(rows, column)) for column in columns])
        summary = self._summary(rows, is_known)
        today = as_of or self.as_of or self.value.clock.cut_off
        value = self.value.at(today)
        found = value.foretell(summary, today).drop_columns(["customer_id"])
        names = {"model": "value_model", "order_value": "expected_order_value"}
        found = found.rename_columns([names.get(name, name) for name in found.column_names])
        foretold = [(name, _rounded(name, column)) for name, column in _columns(found)]
        if self.churn is not None:
            foretold += self._churn(self.churn, value, summary)
        places = pa.array(np.cumsum(is_known) - 1, mask=~is_known)
        return [(name, column.combine_chunks().take(places)) for name, column in foretold]

    def _churn(
        self, churn: PublishedChurn, value: LifetimeValue, summary: pa.Table
    ) -> list[tuple[str, pa.ChunkedArray]]:
        if churn.classifier is None or set(RECENT) <= set(summary.column_names):
            name, probability = churn.name, churn.probability(summary, value)
        else:
            # The list says too little for the classifier; the model of buying needs less.
            name, probability = value.name, 1 - value.probability_of_order(summary, churn.horizon)
        column = pa.chunked_array([pa.array(probability, pa.float64())])
        return [
            ("churn_model", pa.chunked_array([pa.repeat(name, summary.num_rows)])),
            ("churn_probability", _rounded("churn_probability", column)),
        ]

    def _summary(self, rows: pa.Table, is_known: npt.NDArray[np.bool_]) -> pa.Table:
        """The known rows as a purchase summary."""
        if not is_known.any():
            # The models refuse an empty list; of this customer only the types of the columns are used.
            nobody = {"customer_id": pa.array(["nobody"]), **{name: pa.array([0]) for name in (*HISTORY, *RECENT)}}
            return pa.table(nobody)
        known = rows.filter(pa.array(is_known))
        columns = {name: known[history_column(name)] for name in HISTORY}
        # A list may have counts and days as decimals; the clock of the models reckons in whole ones.
        columns |= {name: pc.round(columns[name]).cast(pa.int64()) for name in ("x", "t_x", "observed_days")}
        recent = [history_column(name) for name in RECENT]
        if set(recent) <= set(rows.column_names) and not any(known[column].null_count for column in recent):
            columns |= {name: known[history_column(name)] for name in RECENT}
        return pa.table({"customer_id": known["customer_id"], **columns})


def _columns(table: pa.Table) -> list[tuple[str, pa.ChunkedArray]]:
    return list(zip(table.column_names, table.columns, strict=True))


def _floats(rows: pa.Table, column: str) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = rows[column].cast(pa.float64()).to_numpy()
    return values


def _rounded(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers as customer_clv and customer_health have them."""
    if not pa.types.is_floating(column.type):
        return column
    if "value" in name:
        return pc.round(column, 2).cast(_MONEY)
    return pc.round(column, 6 if "probability" in name else 4)
