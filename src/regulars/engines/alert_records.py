"""What was told to whom it may concern, beside the run journal: each cause once, until it changes or is over.

A cause is open from its first alert until its recovery. What is not told yet waits here, so that a messenger that is
down for an hour costs an hour and no message.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from regulars.engines.journal import Journal, ledger_time

Level = Literal["failure", "warning", "info", "success"]


@dataclass(frozen=True)
class Alert:
    """Something to tell.

    Args:
        cause: What it is about, such as `run` or `freshness of orders`: one of a cause is open at a time.
        title: One line.
        body: What happened, since when, and what to do next.
        level: failure and warning stay open until they are over; info and success are told and done.
        sameness: Two alerts of a cause with the same are one; unset = the title.
    """

    cause: str
    title: str
    body: str
    level: Level = "failure"
    sameness: str = ""

    @property
    def key(self) -> str:
        """By what an alert is known again."""
        return self.sameness or self.title


@dataclass(frozen=True)
class Standing:
    """A cause as the ledger has it."""

    cause: str
    level: str
    title: str
    body: str
    sameness: str
    is_open: int
    times: int
    since: dt.datetime
    last_at: dt.datetime
    told_at: dt.datetime | None
    was_told: int


class AlertRecords:
    """The causes of one warehouse; every call is its own transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def standing(self, cause: str) -> Standing | None:
        """What is known of a cause."""
        return next((found for found in self.all() if found.cause == cause), None)

    def all(self) -> list[Standing]:
        """Every cause, the last to change first."""
        sql = f"select {', '.join(_STANDING.names)} from ops.alerts order by last_at desc, cause"
        return [Standing(**row) for row in self._journal.read(sql, (), _STANDING).to_pylist()]

    def raised(self, alert: Alert) -> bool:
        """Notes an alert; says whether it is news, which waits to be told, or the same again."""
        self._journal.make_ready()
        now, known = ledger_time(), self.standing(alert.cause)
        stays_open = int(alert.level in ("failure", "warning"))
        if known is not None and known.sameness == alert.key and (known.is_open or not stays_open):
            self._journal.write(
                ("update ops.alerts set times = times + 1, last_at = $1 where cause = $2", (now, alert.cause))
            )
            return False
        is_same_trouble = known is not None and known.is_open and stays_open
        self._journal.write(
            ("delete from ops.alerts where cause = $1", (alert.cause,)),
            (
                "insert into ops.alerts (cause, level, title, body, sameness, is_open, times, since, last_at, was_told)"
                " values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9)",
                (
                    *(alert.cause, alert.level, alert.title, alert.body, alert.key, stays_open),
                    *(known.since if known is not None and is_same_trouble else now, now),
                    known.was_told if known is not None and is_same_trouble else 0,
                ),
            ),
        )
        return True

    def over(self, cause: str, title: str, body: str, *, is_told: bool) -> bool:
        """Ends a cause that is open; says whether that is news, because somebody had been told of it."""
        known = self.standing(cause)
        if known is None or not known.is_open:
            return False
        now, is_news = ledger_time(), is_told and bool(known.was_told)
        self._journal.write(
            (
                "update ops.alerts set level = 'success', title = $1, body = $2, sameness = $1, is_open = 0,"
                " last_at = $3, told_at = $4, teller = null, telling_until = null where cause = $5",
                (title, body, now, None if is_news else now, cause),
            )
        )
        return is_news

    def take_untold(self, teller: str, seconds: float) -> list[Standing]:
        """What waits to be told, leased to this teller for so long, oldest first."""
        now = ledger_time()
        if all(found.told_at is not None for found in self.all()):
            return []
        self._journal.write(
            (
                "update ops.alerts set teller = $1, telling_until = $2"
                " where told_at is null and (teller is null or telling_until < $3)",
                (teller, now + dt.timedelta(seconds=seconds), now),
            )
        )
        sql = (
            f"select {', '.join(_STANDING.names)} from ops.alerts where told_at is null and teller = $1"
            " order by last_at, cause"
        )
        return [Standing(**row) for row in self._journal.read(sql, (teller,), _STANDING).to_pylist()]

    def told(self, teller: str, standing: Standing) -> None:
        """Notes that an alert was told; one that changed meanwhile waits on."""
        self._journal.write(
            (
                "update ops.alerts set told_at = $1, was_told = 1, teller = null"
                " where cause = $2 and sameness = $3 and teller = $4",
                (ledger_time(), standing.cause, standing.sameness, teller),
            )
        )

    def give_back(self, teller: str) -> None:
        """Lets go of what could not be told."""
        self._journal.write(("update ops.alerts set teller = null, telling_until = null where teller = $1", (teller,)))


_MOMENT = pa.timestamp("us")
_STANDING = pa.schema(
    [
        *((name, pa.string()) for name in ("cause", "level", "title", "body", "sameness")),
        *((name, pa.int64()) for name in ("is_open", "times")),
        *((name, _MOMENT) for name in ("since", "last_at", "told_at")),
        ("was_told", pa.int64()),
    ]
)
