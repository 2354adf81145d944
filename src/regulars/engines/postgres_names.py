"""Schemas as Python names them -> schemas as they are called in the database at this moment.

`marts.fct_orders` means the build in flight in one session and a published generation in another. The words are found
by a small reader of SQL that never looks into literals, quoted names or comments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# What is skipped whole, in this order: strings (escaped and plain), quoted names, comments, dollar quotes.
_SKIPPED = (
    r"\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
    r"|\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$"
)
_DURABLE = "durable"


class Names:
    """The schemas of one session.

    Args:
        schemas: What a schema is called, by the name that SQL gives it; others stay as they are.
        durable: What the schemas behind `durable.` are called; unset = there is nothing behind it.
    """

    def __init__(self, schemas: Mapping[str, str], durable: Mapping[str, str] | None = None) -> None:
        self.schemas, self._durable = dict(schemas), dict(durable or {})
        words = "|".join(sorted(map(re.escape, self.schemas), key=len, reverse=True)) or "(?!)"
        behind = "|".join(map(re.escape, self._durable)) or "(?!)"
        self._pattern = re.compile(
            rf"(?P<skipped>{_SKIPPED})"
            rf"|(?<![\w.$])(?:{_DURABLE}\s*\.\s*(?P<durable>{behind})|(?P<schema>{words}))(?=\s*\.\s*[\w\"])",
            re.DOTALL | re.IGNORECASE,
        )

    def sql(self, statement: str) -> str:
        """The statement with every schema as it is called now."""
        aliases = _aliases(statement)

        def called(match: re.Match[str]) -> str:
            if match["durable"]:
                return self._durable[match["durable"].lower()]
            schema = (match["schema"] or "").lower()
            # `from events as raw` makes `raw.` a table of the statement's own.
            return match[0] if not schema or schema in aliases else self.schemas[schema]

        return self._pattern.sub(called, statement)

    def table(self, name: str) -> tuple[str, str]:
        """The schema and the plain name of a table that is written as `schema.table` or `durable.schema.table`."""
        # A name may hold dots of its own, a schema of ours never does.
        schema, _, table = self.sql(name).partition(".")
        return schema.strip('"'), table.removeprefix('"').removesuffix('"').replace('""', '"')


def quoted(name: str) -> str:
    """A name as SQL takes it whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _aliases(statement: str) -> set[str]:
    plain = re.sub(_SKIPPED, " ", statement, flags=re.DOTALL)
    return {word.lower() for word in re.findall(r"(?:\bas|\))\s+(\w+)\b(?!\s*\.)", plain, flags=re.IGNORECASE)}
