"""What the warehouses' SQL says differently of what a mapped table needs: text, patterns, zones and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.land.parse import quoted


@dataclass(frozen=True)
class Dialect:
    """The SQL of one kind of warehouse.

    Attributes:
        text: The type of text.
        quote: The sign around names.
        match: Whether a text fits a pattern.
        strip: A text without what fits a pattern.
        on_clock: The time that a clock of a zone shows at an instant.
        moved: The time of one zone's clock as that of another's.
        finite: Whether a time is one; empty where every time is.
        kinds: Its names of types that the catalog calls otherwise.
    """

    text: str = "varchar"
    quote: str = '"'
    match: str = "{text} ~ {pattern}"
    strip: str = "regexp_replace({text}, {pattern}, '', 'g')"
    on_clock: str = "timezone({zone}, {time})"
    moved: str = "timezone({zone}, timezone({from_zone}, {time}))"
    finite: str = "isfinite({time})"
    kinds: Mapping[str, str] = field(default_factory=dict)

    def name(self, *parts: str) -> str:
        """A column, or a table with its schema, as SQL."""
        return ".".join(f"{self.quote}{part.replace(self.quote, self.quote * 2)}{self.quote}" for part in parts)

    def kind(self, name: str) -> str:
        """The name of a type of the catalog."""
        return self.kinds.get(name, name)

    def matches(self, text: str, pattern: str) -> str:
        """Whether a text fits a regular expression that has no backslash: engines differ in how they read those."""
        return self.match.format(text=text, pattern=quoted(pattern))

    def without(self, text: str, pattern: str) -> str:
        """A text without every part that fits a regular expression."""
        return self.strip.format(text=text, pattern=quoted(pattern))


DIALECTS = {
    "duckdb": Dialect(),
    "postgres": Dialect(text="text"),
    "spark": Dialect(
        text="string",
        quote="`",
        match="{text} rlike {pattern}",
        strip="regexp_replace({text}, {pattern}, '')",
        # The session's zone is UTC, so an instant as a time without a zone is what a clock of UTC shows.
        on_clock="convert_timezone('UTC', {zone}, cast({time} as timestamp_ntz))",
        moved="convert_timezone({from_zone}, {zone}, {time})",
        finite="",
        kinds={"varchar": "string", "timestamp": "timestamp_ntz"},
    ),
}
