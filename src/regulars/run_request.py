"""What a run is asked for, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.land.given import Given, Remote


@dataclass(frozen=True)
class Request:
    """What a run was asked to do beyond its settings.

    One that `may_be_empty` and lands nothing leaves no entry; one that is to `keep_newer` replaces no live state of a
    later day. With `forgets_models` no model of an earlier run stays. What checks find that it is to
    `allow` does not stop it.
    """

    files: Sequence[str] = ()
    given: Sequence[Given | Remote] = ()
    stages: Sequence[str] = ()
    full_refresh: bool = False
    restage: bool = False
    keep_newer: bool = False
    may_be_empty: bool = False
    forgets_models: bool = False
    allow: Sequence[str] = ()
    command: str = "run"


@dataclass(frozen=True)
class RunReport:
    """What a run came to."""

    run_id: str
    summaries: dict[str, str]
    notes: tuple[str, ...]
