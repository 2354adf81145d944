"""Lists of customers whose features somebody has worked out already: which column is which."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from regulars.errors import InputError
from regulars.sources.preset import normalised, synonyms

# A list with it is one of customers with features, whatever else is missing: orders have no such column.
TELLING = "recency"


def feature_columns(columns: Sequence[str], features: Sequence[str], name: str) -> dict[str, str] | None:
    """The column of each feature, and of `customer_id` where there is one.

    Args:
        columns: Of the list.
        features: What must be found.
        name: What people call the list.

    Returns:
        None when the list is none of customers with features.

    Raises:
        InputError: It is such a list, and a feature has no column.
    """
    by_header: dict[str, str] = {}
    for column in columns:
        by_header.setdefault(normalised(column), column)
    found: dict[str, str] = {}
    # A name that is the feature's own is never taken for another's synonym.
    wanted = [(feature, [normalised(feature)]) for feature in features]
    wanted += [(feature, _synonyms()[feature]) for feature in features]
    for feature, headers in wanted:
        at_hand = [by_header[header] for header in headers if header in by_header]
        free = [column for column in at_hand if column not in found.values()]
        if free and feature not in found:
            found[feature] = free[0]
    is_telling = any(header in by_header for header in _synonyms()[TELLING])
    missing = [feature for feature in features if feature not in found]
    # Orders may carry an age and an amount too, but have a date.
    is_dated = any(header in by_header for header in synonyms()["orders"]["ordered_at"])
    if not is_telling and (missing or is_dated):
        return None
    if missing:
        raise InputError(
            f"Column {', '.join(missing)} is missing from {name}. It has: {', '.join(columns)}. The model compares"
            f" customers by {', '.join(features)}: add the column, empty where it is not known."
        )
    ids = [by_header[header] for header in synonyms()["customers"]["customer_id"] if header in by_header]
    return {**found, **({"customer_id": ids[0]} if ids else {})}


def known_columns(columns: Sequence[str], features: Sequence[str]) -> dict[str, str]:
    """The column of each feature that the list has, by the feature's own name or a synonym."""
    by_header: dict[str, str] = {}
    for column in columns:
        by_header.setdefault(normalised(column), column)
    found: dict[str, str] = {}
    for feature in features:
        headers = [header for header in (normalised(feature), *_synonyms()[feature]) if header in by_header]
        if headers:
            found[feature] = by_header[headers[0]]
    return found


@cache
def _synonyms() -> dict[str, list[str]]:
    text = (files("regulars.sources") / "feature_synonyms.toml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = tomllib.loads(text)
    return found
