"""RFM codes: all that a map must cover, and the patterns that stand for several of them."""

from __future__ import annotations

import re
from itertools import product
from typing import NamedTuple

_PLACE = r"\d|\*|\[\d(?:-\d|\d)*\]"
_PATTERN = re.compile(rf"({_PLACE})({_PLACE})({_PLACE})")


class Code(NamedTuple):
    """One case a map decides: three scores, and whether the customer has one order only."""

    r_score: int
    f_score: int
    m_score: int
    is_single_order: bool

    @property
    def digits(self) -> str:
        """The scores as text, such as 545."""
        return f"{self.r_score}{self.f_score}{self.m_score}"


class CodeError(ValueError):
    """A pattern that stands for no code of the map."""


def every_code(bins: int) -> list[Code]:
    """All codes of scores 1 to `bins`, each with one order and with more, in ascending order."""
    scores = range(1, bins + 1)
    return [Code(*case) for case in product(scores, scores, scores, (False, True))]


def split_patterns(text: str) -> list[str]:
    """The patterns of a cell such as `555 5[45]*`, which blanks, commas or semicolons part."""
    return re.split(r"[\s,;]+", text.strip(" \t\r\n,;")) if text.strip(" \t\r\n,;") else []


def expand_pattern(pattern: str, bins: int) -> list[str]:
    """The codes of one pattern: three places, each a score, `*` for any, `[12]` for either or `[2-4]` for a range.

    Raises:
        CodeError: The pattern is malformed or leaves the scores 1 to `bins`.
    """
    match = _PATTERN.fullmatch(pattern)
    if not match:
        raise CodeError(f"`{pattern}` is no code: write three scores such as {bins}1*, * for any or [12] for either")
    places = [_scores(place, bins) for place in match.groups()]
    if any(not place or place[0] < 1 or place[-1] > bins for place in places):
        raise CodeError(f"`{pattern}` leaves the scores 1 to {bins} of this map")
    return ["".join(map(str, scores)) for scores in product(*places)]


def _scores(place: str, bins: int) -> list[int]:
    if place == "*":
        return list(range(1, bins + 1))
    scores: set[int] = set()
    for first, last in re.findall(r"(\d)(?:-(\d))?", place):
        scores.update(range(int(first), int(last or first) + 1))
    return sorted(scores)
