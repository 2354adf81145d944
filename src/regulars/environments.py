"""The sections `[environments.<name>]` of a settings file: what differs in development, staging or production.

An environment holds only what is other than in the rest of the file; tables are merged name by name, lists replaced.
"""

from __future__ import annotations

from typing import Any

from regulars.errors import SettingsError


def split(content: dict[str, Any], place: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The settings of a file without its environments, and the environments.

    Args:
        content: The file as TOML gives it.
        place: What to call the file in a message.

    Raises:
        SettingsError: `environments` is not a table of tables.
    """
    environments = content.get("environments", {})
    tables = environments if isinstance(environments, dict) else {"": environments}
    if stray := [name for name, overrides in tables.items() if not isinstance(overrides, dict)]:
        raise SettingsError(
            f"{'.'.join(['environments', *filter(None, stray[:1])])} in {place} is no environment."
            " Write a section for each, such as [environments.prod], with the settings that differ there."
        )
    return {name: value for name, value in content.items() if name != "environments"}, tables


def overrides(environments: dict[str, dict[str, Any]], name: str, place: str) -> dict[str, Any]:
    """What the environment of this name changes.

    Raises:
        SettingsError: There is none of this name.
    """
    if name not in environments:
        has = f"It has: {', '.join(environments)}" if environments else "It has none"
        raise SettingsError(
            f"There is no environment `{name}` in {place}. {has}. Name one of them with --env or REGULARS_ENV,"
            f" or write a section [environments.{name}]."
        )
    return environments[name]


def merged(settings: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """The settings with others over them."""
    result = dict(settings)
    for name, value in over.items():
        below = result.get(name)
        both_tables = isinstance(value, dict) and isinstance(below, dict)
        result[name] = merged(below or {}, value) if both_tables else value
    return result
