"""The linter of segment maps: each code in exactly one segment, each segment reachable, each rule readable.

It finds every problem at once, because a map is mended in a spreadsheet and not line by line.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from regulars.segments.codes import Code, CodeError, every_code, expand_pattern, split_patterns
from regulars.segments.model import PROSPECT, Clause, SegmentMap
from regulars.segments.rules import Rule, RuleError, parse_rule

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_BINS = range(2, 10)
_CODES_NAMED = 30


@dataclass(frozen=True)
class Problem:
    """A fault of a map: its kind, in one word, and a sentence that ends with the repair."""

    kind: str
    message: str


@dataclass(frozen=True)
class Reading:
    """A map's clauses, understood: the clauses that list each code, and the rules in order."""

    listed: dict[str, list[Clause]]
    rules: list[tuple[Clause, Rule]]

    def decide(self, code: Code) -> tuple[Clause, Rule | None] | None:
        """The clause that decides the code, with its rule unless the code is listed; None when there is none."""
        if code.digits in self.listed:
            return self.listed[code.digits][0], None
        return next(((clause, rule) for clause, rule in self.rules if rule.holds(code)), None)


def lint_map(segment_map: SegmentMap) -> list[Problem]:
    """All the problems of a map; an empty list means that it is a partition of its codes and complete."""
    if segment_map.bins not in _BINS:
        return [Problem("bins", f"bins is {segment_map.bins}: write {_BINS[0]} to {_BINS[-1]}; a score is one digit.")]
    problems = [*_scoring(segment_map), *_names(segment_map), *_colours(segment_map)]
    reading, unreadable = read_clauses(segment_map)
    problems += unreadable + _repeated(reading)
    # A clause that cannot be read leaves holes; naming them too would only hide the cause.
    return problems if unreadable else problems + _coverage(segment_map, reading)


def read_clauses(segment_map: SegmentMap) -> tuple[Reading, list[Problem]]:
    """The clauses, understood, and the problems of those that cannot be."""
    listed: dict[str, list[Clause]] = defaultdict(list)
    rules: list[tuple[Clause, Rule]] = []
    problems: list[Problem] = []
    for clause in segment_map.clauses:
        if bool(clause.codes) == bool(clause.rule):
            words = "codes and a rule" if clause.codes else "neither codes nor a rule"
            problems.append(Problem("clause", f"{clause.place} has {words}: give one of them."))
        for pattern in split_patterns(clause.codes):
            try:
                for code in expand_pattern(pattern, segment_map.bins):
                    listed[code].append(clause)
            except CodeError as error:
                problems.append(Problem("code", f"{clause.place}: {error}."))
        if clause.rule:
            try:
                rules.append((clause, parse_rule(clause.rule, segment_map.bins)))
            except RuleError as error:
                problems.append(Problem("rule", f"{clause.place}: {error}."))
    return Reading(dict(listed), rules), problems


def _scoring(segment_map: SegmentMap) -> Iterator[Problem]:
    for metric in ("recency", "frequency", "monetary"):
        cuts = getattr(segment_map, metric).cuts
        if cuts and len(cuts) != segment_map.bins - 1:
            yield Problem(
                "cuts",
                f"{metric} has {len(cuts)} cut points for {segment_map.bins} scores: give {segment_map.bins - 1}.",
            )


def _names(segment_map: SegmentMap) -> Iterator[Problem]:
    names = [segment.name for segment in segment_map.segments]
    if names[-1:] != [PROSPECT]:
        yield Problem("prospect", f"{PROSPECT} is not the last segment: put it there, for those who never bought.")
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in names:
        spellings["".join(name.casefold().split())].append(name)
    for alike in spellings.values():
        if len(alike) > 1:
            listed = " and ".join(f"`{name}`" for name in alike)
            yield Problem("name", f"{listed} are the same name written twice: spell it in one way.")
    decided = {clause.segment for clause in segment_map.clauses}
    for unknown in sorted(decided - set(names)):
        yield Problem("unknown", f"`{unknown}` has codes or a rule but is no segment: add it or mend its name.")
    if PROSPECT in decided:
        yield Problem("prospect", f"{PROSPECT} never bought and has no scores: give it no codes and no rule.")


def _colours(segment_map: SegmentMap) -> Iterator[Problem]:
    shared: dict[str, list[str]] = defaultdict(list)
    for segment in segment_map.segments:
        if not segment.colour:
            yield Problem("colour", f"{segment.name} has no colour: give one such as #1F77B4.")
        elif not _COLOUR.fullmatch(segment.colour):
            yield Problem("colour", f"{segment.name} has the colour `{segment.colour}`: write it like #1F77B4.")
        else:
            shared[segment.colour.upper()].append(segment.name)
    for colour, names in shared.items():
        if len(names) > 1:
            yield Problem("colour", f"{' and '.join(names)} have the same colour {colour}: change one.")


def _repeated(reading: Reading) -> list[Problem]:
    pairs: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for code, clauses in reading.listed.items():
        if len(clauses) > 1:
            pairs[tuple(Counter(clause.place for clause in clauses))].append(code)
    return [
        Problem(
            "overlap",
            f"{_name_codes(codes)} listed in {' and in '.join(places)}: keep each code in one."
            if len(places) > 1
            else f"{_name_codes(codes)} listed twice in {places[0]}: keep each code once.",
        )
        for places, codes in pairs.items()
    ]


def _coverage(segment_map: SegmentMap, reading: Reading) -> list[Problem]:
    uncovered: list[Code] = []
    deciding: set[int] = set()
    for code in every_code(segment_map.bins):
        decision = reading.decide(code)
        if decision is None:
            uncovered.append(code)
        else:
            deciding.add(id(decision[0]))
    problems = []
    if uncovered:
        problems.append(
            Problem(
                "coverage",
                f"{_name_codes(_short(uncovered))} in no segment: list them, or end with a row whose rule is `rest`.",
            )
        )
    for clause, rule in reading.rules:
        if id(clause) not in deciding:
            problems.append(
                Problem("unreachable", f"{clause.place}: `{rule}` decides no code, those above take all: move it up.")
            )
    decided = {clause.segment for clause in segment_map.clauses}
    for segment in segment_map.segments:
        if segment.name != PROSPECT and segment.name not in decided:
            problems.append(Problem("unreachable", f"{segment.name} has no codes and no rule: give some or drop it."))
    return problems


def _short(codes: list[Code]) -> list[str]:
    """Codes as text; one that is only open for customers with one order, or with more, says so."""
    cases = Counter(code.digits for code in codes)
    words = {True: " (one order)", False: " (more orders)"}
    return list(dict.fromkeys(c.digits if cases[c.digits] > 1 else c.digits + words[c.is_single_order] for c in codes))


def _name_codes(codes: list[str]) -> str:
    if len(codes) == 1:
        return f"Code {codes[0]} is"
    more = f" and {len(codes) - _CODES_NAMED} more" if len(codes) > _CODES_NAMED else ""
    return f"Codes {' '.join(codes[:_CODES_NAMED])}{more} are"
