"""Finds a segment map by its name or path and hands it out only when nothing is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from regulars.errors import SettingsError
from regulars.segments.lint import Problem, lint_map
from regulars.segments.model import SegmentMap
from regulars.segments.reader import read_map
from regulars.settings import RfmSettings

_SHIPPED = ("eleven", "ten", "eight", "seven", "six")


def shipped_maps() -> tuple[str, ...]:
    """The names of the maps that Regulars ships, the default first."""
    return _SHIPPED


def load_map(name_or_path: str | Path, rfm: RfmSettings | None = None) -> SegmentMap:
    """Loads a segment map and checks it.

    Args:
        name_or_path: A shipped name such as `eleven`, or the path of a CSV.
        rfm: Settings whose bins and scoring, where given, replace those of the map.

    Raises:
        SettingsError: There is no such map, or it has problems; the message lists all of them.
    """
    text, name = _read(name_or_path)
    segment_map, problems = read_map(text, name)
    if rfm is not None:
        problems += _bins_problem(segment_map, rfm)
        segment_map = replace(
            segment_map,
            recency=rfm.recency or segment_map.recency,
            frequency=rfm.frequency or segment_map.frequency,
            monetary=rfm.monetary or segment_map.monetary,
        )
    # A table that cannot be read leaves holes everywhere; only its own faults help.
    if not any(problem.kind == "columns" for problem in problems):
        problems += lint_map(segment_map)
    if problems:
        lines = "\n".join(f"  {problem.message}" for problem in problems)
        raise SettingsError(f"{len(problems)} problem(s) in the segment map {name_or_path}:\n{lines}")
    return segment_map


def _read(name_or_path: str | Path) -> tuple[str, str]:
    """The text of the map's file and the name it has unless it says another."""
    if str(name_or_path) in _SHIPPED:
        file = files("regulars.segments") / "maps" / f"{name_or_path}.csv"
        return file.read_text(encoding="utf-8"), str(name_or_path)
    path = Path(name_or_path)
    try:
        return path.read_text(encoding="utf-8-sig"), path.stem
    except UnicodeDecodeError:
        raise SettingsError(f"The segment map {path} is not UTF-8 text. Save it as CSV UTF-8.") from None
    except OSError as error:
        near = get_close_matches(str(name_or_path), _SHIPPED, n=1)
        meant = f" Did you mean `{near[0]}`?" if near else ""
        raise SettingsError(
            f"Cannot read a segment map {name_or_path}: {error.strerror}.{meant}"
            f" Give one of {', '.join(_SHIPPED)}, or the path of a CSV."
        ) from None


def _bins_problem(segment_map: SegmentMap, rfm: RfmSettings) -> list[Problem]:
    """A map means its scores: 4 is good of 5 and best of 4, so bins cannot be changed under it."""
    if rfm.bins in (None, segment_map.bins):
        return []
    return [
        Problem(
            "bins",
            f"rfm.bins is {rfm.bins}, the map is made for scores 1 to {segment_map.bins}: drop rfm.bins, or choose a"
            f" map with {rfm.bins} scores (`seven` has 4, `six` has 3).",
        )
    ]
