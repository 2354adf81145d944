"""`look_back` of any feed: how far below its watermark it is read again, as a span of time or as a number."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from regulars.errors import SettingsError

_WRITTEN = re.compile(r"\s*(\d+)\s*(?:(second|minute|hour|day|week)s?)?\s*", re.IGNORECASE)
_LONGEST = dt.timedelta.max


@dataclass(frozen=True)
class LookBack:
    """A span of time, or steps of a number where `span` is None."""

    words: str
    steps: int
    span: dt.timedelta | None

    @classmethod
    def parsed(cls, words: str) -> LookBack:
        """What `2 days`, `6 hours` or `500` says.

        Raises:
            SettingsError: It is none of them.
        """
        found = _WRITTEN.fullmatch(words)
        if found is None:
            raise SettingsError(
                f'look_back = "{words}" is no time such as 2 days, and no number. Write it as "2 days", "6 hours", or'
                ' "500" for ids.'
            )
        amount, unit = int(found[1]), found[2]
        if unit is None:
            return cls(words, amount, None)
        try:
            return cls(words, amount, dt.timedelta(**{f"{unit.lower()}s": amount}))
        except OverflowError:
            return cls(words, amount, _LONGEST)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is read again, which fits any watermark."""
        return self.steps == 0

    def before(self, moment: dt.datetime) -> dt.datetime:
        """The moment less the span; what would lie before all time is its beginning."""
        assert self.span is not None
        try:
            return moment - self.span
        except OverflowError:
            return dt.datetime.min.replace(tzinfo=moment.tzinfo)

    def misfit(self, watermark: str, *, is_number: bool) -> SettingsError:
        """The error of one that cannot be taken off a watermark, which is told in words."""
        fitting = "a number such as 500" if is_number else 'a time such as "2 days" if it is one, else "0 seconds"'
        return SettingsError(
            f'look_back = "{self.words}" does not fit the watermark {watermark.rstrip(". ")}. Use {fitting}.'
        )
