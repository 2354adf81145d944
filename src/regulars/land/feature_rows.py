"""Builds the DuckDB SQL that types a list of customers with features, and says of each row what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.land import parse

_NUMBER = "decimal(28, 6)"
# Days and orders are counted; below zero they are a mistake, while amounts may have been paid back.
_NEVER_NEGATIVE = ("recency", "frequency", "age", "tenure_days", "orders")


def feature_rows_sql(columns: Mapping[str, str], features: Sequence[str], decimal: str = ".") -> str:
    """Selects customer_id as text, each feature as a number, and `problem`, from `incoming`, in its order.

    Args:
        columns: The column of each feature; `customer_id` may be missing, and the row's number stands for it.
        features: The features, in the order wanted.
        decimal: The decimal sign.
    """
    texts = {feature: parse.text(_quoted(columns[feature])) for feature in features}
    numbers = {feature: parse.number(_quoted(columns[feature]), _NUMBER, decimal) for feature in features}
    own = columns.get("customer_id")
    row = "cast(_row as varchar)"
    identifier = f"coalesce({parse.identifier(_quoted(own))}, {row})" if own else row
    typed = ", ".join(f"{numbers[feature]} as {feature}, {texts[feature]} as text_of_{feature}" for feature in features)
    wrong = [
        f"when text_of_{feature} is not null and {feature} is null then '{feature} is no number: ' || text_of_{feature}"
        for feature in features
    ]
    wrong += [
        f"when {feature} < 0 then '{feature} is below zero: ' || text_of_{feature}"
        for feature in features
        if feature in _NEVER_NEGATIVE
    ]
    unknown = " and ".join(f"{feature} is null" for feature in features)
    wrong.append(f"when {unknown} then 'nothing is known: {', '.join(features)} are empty'")
    doubles = ", ".join(f"cast({feature} as double) as {feature}" for feature in features)
    return (
        f"select customer_id, {doubles}, case {' '.join(wrong)} end as problem"
        f" from (select {identifier} as customer_id, {typed} from incoming) typed"
    )


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
