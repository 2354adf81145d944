"""The language of segment rules: comparisons joined by `and`, `or` and parentheses; nothing is ever evaluated as code.

    rule       = all {"or" all}
    all        = part {"and" part}
    part       = "(" rule ")" | metric comparison number
    metric     = R | F | M | total | orders
    comparison = "=" | "!=" | "<" | "<=" | ">" | ">="

`orders` can only be told one from more: `orders=1`, `orders>1`. The word `rest` alone holds for every code.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from regulars.segments.codes import Code

REST = "rest"

_TOKEN = re.compile(r"\s*(?:(?P<sign>[<>!=]=|<>|[=<>≥≤≠])|(?P<word>[A-Za-z]+)|(?P<number>\d{1,4})|(?P<bracket>[()]))")
_SPELLINGS = {"==": "=", "<>": "!=", "≠": "!=", "≥": ">=", "≤": "<="}
_METRICS = {"r": "R", "f": "F", "m": "M", "total": "total", "orders": "orders"}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ONE_OR_MORE = {("=", 1), ("!=", 1), (">", 1), ("<=", 1), (">=", 2), ("<", 2)}
_MOST_BRACKETS = 20


class RuleError(ValueError):
    """A rule that does not follow the grammar, or asks what a map cannot know."""


@dataclass(frozen=True)
class Comparison:
    """One metric against one number."""

    metric: str
    sign: str
    number: int

    def holds(self, code: Code) -> bool:
        """Whether the code fulfils the comparison."""
        return _COMPARE[self.sign](_value(self.metric, code), self.number)

    def __str__(self) -> str:
        return f"{self.metric}{self.sign}{self.number}"


@dataclass(frozen=True)
class AllOf:
    """Parts that must all hold; without parts it always does."""

    parts: tuple[Rule, ...]

    def holds(self, code: Code) -> bool:
        """Whether every part holds for the code."""
        return all(part.holds(code) for part in self.parts)

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts) or REST


@dataclass(frozen=True)
class AnyOf:
    """Parts of which one must hold."""

    parts: tuple[Rule, ...]

    def holds(self, code: Code) -> bool:
        """Whether some part holds for the code."""
        return any(part.holds(code) for part in self.parts)

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


Rule = Comparison | AllOf | AnyOf


def parse_rule(text: str, bins: int) -> Rule:
    """Reads a rule such as `R>=4 and (F<=2 or orders=1)`.

    Args:
        text: The rule; letters' case does not matter.
        bins: The highest score; a comparison beyond it is an error, as it would hold always or never.

    Raises:
        RuleError: The rule breaks the grammar; the message says where.
    """
    return _Parser(text, bins).parse()


class _Parser:
    def __init__(self, text: str, bins: int) -> None:
        self.text = text.strip()
        self.bins = bins
        self.tokens = list(self._tokens())
        self.position = 0
        self.depth = 0

    def parse(self) -> Rule:
        if self.text.lower() == REST:
            return AllOf(())
        rule = self._any()
        if self._peek()[1]:
            raise self._error("expected `and`, `or` or the end")
        return rule

    def _any(self) -> Rule:
        parts = [self._all()]
        while self._take_word("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self) -> Rule:
        parts = [self._part()]
        while self._take_word("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _part(self) -> Rule:
        if self._peek()[1] == "(":
            # A bound, so that no rule can exhaust Python's stack.
            self.depth += 1
            if self.depth > _MOST_BRACKETS:
                raise self._error(f"more than {_MOST_BRACKETS} parentheses within each other")
            self._next()
            rule = self._any()
            if self._next()[1] != ")":
                self.position -= 1
                raise self._error("a parenthesis is not closed, expected `)`")
            self.depth -= 1
            return rule
        return self._comparison()

    def _comparison(self) -> Comparison:
        kind, word = self._peek()
        metric = _METRICS.get(word.lower()) if kind == "word" else None
        if metric is None:
            raise self._error("expected one of R, F, M, total and orders")
        self._next()
        kind, sign = self._peek()
        if kind != "sign":
            raise self._error("expected one of = != < <= > >=")
        self._next()
        kind, digits = self._peek()
        if kind != "number":
            raise self._error("expected a whole number")
        comparison = Comparison(metric, _SPELLINGS.get(sign, sign), int(digits))
        self._check_range(comparison)
        self._next()
        return comparison

    def _check_range(self, comparison: Comparison) -> None:
        if comparison.metric == "orders":
            if (comparison.sign, comparison.number) not in _ONE_OR_MORE:
                raise RuleError(f"`{comparison}`: a map only knows one order from more; write orders=1 or orders>1")
            return
        low, high = (3, 3 * self.bins) if comparison.metric == "total" else (1, self.bins)
        if not low <= comparison.number <= high:
            raise RuleError(f"`{comparison}`: {comparison.metric} runs from {low} to {high} in this map")

    def _tokens(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        position = 0
        while position < len(self.text):
            match = _TOKEN.match(self.text, position)
            if not match:
                raise RuleError(f"`{self.text}`: cannot read `{self.text[position:].strip()[:20]}`")
            found.append((str(match.lastgroup), match[str(match.lastgroup)]))
            position = match.end()
        return found

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self.position += 1
        return token

    def _take_word(self, word: str) -> bool:
        if self._peek()[1].lower() != word:
            return False
        self.position += 1
        return True

    def _error(self, expected: str) -> RuleError:
        found = self._peek()[1]
        return RuleError(f"`{self.text}`: {expected}, " + (f"found `{found}`" if found else "found the end"))


def _value(metric: str, code: Code) -> int:
    if metric == "total":
        return code.r_score + code.f_score + code.m_score
    if metric == "orders":
        return 1 if code.is_single_order else 2
    return {"R": code.r_score, "F": code.f_score, "M": code.m_score}[metric]
