"""What a segment map is, once read: plain values, nothing checked yet."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.settings import MetricScoring

PROSPECT = "Prospect"
NEVER_BOUGHT = "never bought"


@dataclass(frozen=True)
class Segment:
    """A segment with what the shop should know of it and do about it."""

    name: str
    description: str = ""
    colour: str = ""
    playbook: str = ""
    channel: str = ""
    goal: str = ""


@dataclass(frozen=True)
class Clause:
    """One row of a map: the codes of a segment, or a rule for it."""

    segment: str
    codes: str = ""
    rule: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        """The segment's name and where the clause stands."""
        return f"{self.segment} (line {self.line})" if self.line else self.segment


@dataclass(frozen=True)
class SegmentMap:
    """Which segment each code belongs to, how the scores are made, and the segments in order, Prospect last.

    Codes that are listed decide; for the others it is the first rule that holds.
    """

    name: str
    bins: int
    recency: MetricScoring
    frequency: MetricScoring
    monetary: MetricScoring
    segments: tuple[Segment, ...]
    clauses: tuple[Clause, ...]
