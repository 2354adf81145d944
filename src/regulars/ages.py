"""How old something may be, in words such as `26 hours`."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_AGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(minute|hour|day|week)s?\s*", re.IGNORECASE)
_HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}


def hours(words: str) -> float:
    """What `26 hours` or `3 days` is in hours.

    Raises:
        ValueError: It is no such time.
    """
    found = _AGE.fullmatch(words)
    if found is None:
        raise ValueError(f'`{words}` is no age; write one such as "26 hours" or "3 days"')
    return float(found[1]) * _HOURS[found[2].lower()]


def _is_age(words: str) -> str:
    hours(words)
    return words


Age = Annotated[str, AfterValidator(_is_age)]


def refuse_wrong_ages(warn_after: str | None, error_after: str | None) -> None:
    """Refuses a source that would stop a run before it is told as late.

    Raises:
        ValueError: warn_after is above error_after.
    """
    if warn_after and error_after and hours(warn_after) > hours(error_after):
        raise ValueError(f'warn_after "{warn_after}" is above error_after "{error_after}"')
