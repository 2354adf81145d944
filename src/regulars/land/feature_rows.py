"""Builds the DuckDB SQL that types a list of customers with features, and says of each row what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.land import parse
from regulars.sources.customer_history import HistoryColumns

_NUMBER = "decimal(28, 6)"
# Days and orders are counted; below zero they are a mistake, while amounts may have been paid back.
_NEVER_NEGATIVE = ("recency", "frequency", "age", "tenure_days", "orders", "days_since_last")


def feature_rows_sql(
    columns: Mapping[str, str], features: Sequence[str], decimal: str = ".", history: HistoryColumns | None = None
) -> str:
    """Selects customer_id as text, each feature as a number, the history, and `problem`, from `incoming`, in its order.

    Args:
        columns: The column of each feature; `customer_id` may be missing, and the row's number stands for it.
        features: The features, in the order wanted.
        decimal: The decimal sign.
        history: The columns of all orders; the result then has the purchase summary's columns, `history_` before
            their names, null where the list does not say enough of a customer.
    """
    given = {feature: columns[feature] for feature in features} | _given_of_history(history)
    typed = ", ".join(
        f"{parse.number(_quoted(column), _NUMBER, decimal)} as {name}, {parse.text(_quoted(column))} as text_of_{name}"
        for name, column in given.items()
    )
    own = columns.get("customer_id")
    row = "cast(_row as varchar)"
    identifier = f"coalesce({parse.identifier(_quoted(own))}, {row})" if own else row
    wrong = [
        f"when text_of_{name} is not null and {name} is null"
        f" then '{name.removeprefix(_GIVEN)} is no number: ' || text_of_{name}"
        for name in given
    ]
    wrong += [
        f"when {name} < 0 then '{name.removeprefix(_GIVEN)} is below zero: ' || text_of_{name}"
        for name in given
        if name in _NEVER_NEGATIVE or name.removeprefix(_GIVEN) in _NEVER_NEGATIVE
    ]
    unknown = " and ".join(f"{feature} is null" for feature in features)
    wrong.append(f"when {unknown} then 'nothing is known: {', '.join(features)} are empty'")
    selected = [f"cast({feature} as double) as {feature}" for feature in features]
    if history is not None:
        wrong += _WRONG_HISTORY
        selected += _history(history, has_frequency="frequency" in features)
    return (
        f"select customer_id, {', '.join(selected)}, case {' '.join(wrong)} end as problem"
        f" from (select {identifier} as customer_id, {typed} from incoming) typed"
    )


_GIVEN = "given_"
_ORDERS, _TENURE, _SINCE, _VALUE = (f"{_GIVEN}{name}" for name in ("orders", "tenure_days", "days_since_last", "value"))
_WRONG_HISTORY = [
    f"when {_ORDERS} <> floor({_ORDERS}) then 'orders is no whole number: ' || text_of_{_ORDERS}",
    f"when {_ORDERS} > 0 and {_TENURE} < {_SINCE}"
    f" then 'the first order lies after the last: ' || text_of_{_TENURE} || ' days ago'",
]


def _given_of_history(history: HistoryColumns | None) -> dict[str, str]:
    if history is None:
        return {}
    given = {
        _ORDERS: history.orders,
        _TENURE: history.tenure_days,
        _SINCE: history.days_since_last,
        _VALUE: history.value,
    }
    return given | {f"{_GIVEN}{name}": column for name, column in history.recent.items()}


def _history(history: HistoryColumns, *, has_frequency: bool) -> list[str]:
    """The columns of a purchase summary: time runs from the first order to the last whole day before now."""
    is_known = [f"{_ORDERS} > 0", *(f"{name} is not null" for name in (_TENURE, _SINCE, _VALUE))]
    if history.is_recency and has_frequency:
        # The recency of who did not buy in the window is that of the window, not of the last order.
        is_known.append("coalesce(frequency, 0) > 0")
    known = " and ".join(is_known)
    # One order is the first and the last, whatever rounding of days says.
    tenure, since = (f"greatest({name}, 1)" for name in (_TENURE, _SINCE))
    last = f"case when {_ORDERS} = 1 then 0 else {tenure} - {since} end"
    columns = {
        "x": f"least({_ORDERS} - 1, {last})",
        "t_x": last,
        "observed_days": f"{tenure} - 1",
        "amount": _VALUE if history.is_total else f"cast({_ORDERS} as double) * cast({_VALUE} as double)",
    }
    orders = f"cast({_ORDERS} as double) as history_orders"
    found = [f"cast(case when {known} then {sql} end as double) as history_{name}" for name, sql in columns.items()]
    recent = [f"cast({_GIVEN}{name} as double) as history_{name}" for name in history.recent]
    return [orders, *found, *recent]


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
