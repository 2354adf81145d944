"""What never links: placeholder values, and values that too many records share (DECISIONS 8)."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Guards:
    """The guards of one run."""

    max_shared: int
    local_parts: tuple[str, ...]
    addresses: tuple[str, ...]
    phone_endings: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Changes whenever a guard does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def placeholder_email(self, expression: str) -> str:
        """SQL: whether the e-mail that an expression gives is a placeholder."""
        local_part = f"split_part({expression}, '@', 1)"
        return f"({local_part} in ({_listed(self.local_parts)}) or {expression} in ({_listed(self.addresses)}))"

    def placeholder_phone(self, expression: str) -> str:
        """SQL: whether the phone number that an expression gives is a placeholder."""
        return "(" + " or ".join(f"{expression} like {_quoted('%' + e)}" for e in self.phone_endings) + ")"


def shipped_guards(max_shared: int) -> Guards:
    """The placeholders that Regulars ships, with the setting `max_shared`."""
    content = _placeholders()
    return Guards(
        max_shared,
        tuple(content["email"]["local_parts"]),
        tuple(content["email"]["addresses"]),
        tuple(content["phone"]["endings"]),
    )


@cache
def _placeholders() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("regulars.identity") / "placeholders.toml").read_text(encoding="utf-8"))


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(_quoted, values))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
