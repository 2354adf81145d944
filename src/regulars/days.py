"""Of which day the build and the live state are, and what a stage that runs by itself may therefore do.

Stages that run as processes of their own meet whatever build is in flight, perhaps that of another run. Asked with a
day, they work on a build of that day or on none.
"""

from __future__ import annotations

import datetime as dt

from regulars import marts
from regulars.engines.base import Engine, Session
from regulars.errors import InputError, NewerIsLive


def refuse_build_of_another_day(engine: Engine, asked: dt.date | None, stage: str) -> None:
    """Keeps a stage that was asked for one day away from the build of another.

    Raises:
        InputError: The build in flight is as of another day.
    """
    if asked is None:
        return
    with engine.build() as build:
        found = _day(build)
    if found != asked:
        raise InputError(
            f"Stage {stage} was asked as of {asked}, and the build in flight is as of {found or 'no day'}: another run"
            f" made it. Run `regulars run --stage build --as-of {asked}` and the stages after it again."
        )


def live_day(engine: Engine) -> dt.date | None:
    """The day that the live state is as of; None without one."""
    if not engine.has_live():
        return None
    with engine.live() as live:
        return _day(live)


def refuse_to_replace_newer(engine: Engine, day: dt.date | None) -> None:
    """Keeps what is live when it is as of a later day than this one.

    Raises:
        NewerIsLive: It is.
    """
    live = live_day(engine)
    if day is not None and live is not None and live > day:
        raise NewerIsLive(
            f"The live state is as of {live}, later than {day}, and was kept, as --keep-newer says."
            f" `regulars segments --as-of {day}` shows that day; to replace the live state by it, run without"
            " --keep-newer."
        )


def build_day(engine: Engine) -> dt.date | None:
    """The day that the build in flight is as of."""
    with engine.build() as build:
        return _day(build)


def _day(session: Session) -> dt.date | None:
    if not session.columns(marts.RUN_PARAMETERS):
        return None
    days: list[dt.date | None] = session.query(f"select as_of from {marts.RUN_PARAMETERS}").column(0).to_pylist()
    return days[0] if days else None
