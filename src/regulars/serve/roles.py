"""Who asks, and what they may: a viewer reads with personal data masked, an operator sees it and runs, an admin all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from regulars.errors import InputError


class Role(IntEnum):
    """What a key is good for; each may do what those before it may."""

    viewer = 1
    operator = 2
    admin = 3

    @classmethod
    def of(cls, name: str) -> Role:
        """The role of a name.

        Raises:
            InputError: There is no such role.
        """
        if name not in cls.__members__:
            raise InputError(f"There is no role `{name}`. The roles are: {', '.join(cls.__members__)}.")
        return cls[name]


@dataclass(frozen=True)
class Principal:
    """Who asks: the name of their key and its role."""

    name: str
    role: Role
    key_id: str = ""
    "Which of the keys of that name; empty when no key was needed."


# Who asks from the same machine while no key was ever given.
LOCAL = Principal("local", Role.admin)
