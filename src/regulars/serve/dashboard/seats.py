"""Seats: how a page, which Streamlit runs in a thread of its own, knows for whom and for which server it is drawn.

The door gives every connection of a browser a seat and writes its number into the connection's headers, from which it
has removed any that the browser sent. The number leads here; a seat is given up when the connection ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from regulars.serve.api.state import ServerState
from regulars.serve.dashboard.memory import Memory
from regulars.serve.roles import Principal

HEADER = "x-regulars-seat"
_taken: dict[str, Seat] = {}


@dataclass(frozen=True)
class Seat:
    """A connection of one browser to one server.

    Attributes:
        state: The server's.
        memory: What pages of this server remember.
        standing: Who sits here, asked anew each time; None = no longer anybody, so nothing may be shown.
        is_signed_in: Whether somebody signed in, and so can sign out.
    """

    state: ServerState
    memory: Memory
    standing: Callable[[], Principal | None]
    is_signed_in: bool

    def live_run(self) -> str:
        """The run that is published now; empty = none."""
        if not self.state.engine.has_live():
            return ""
        with self.state.pool.lease() as reading:
            return reading.run_id


@contextmanager
def taken(seat: Seat) -> Iterator[str]:
    """Takes a seat for the time of the block and gives its number, which nobody can guess."""
    number = secrets.token_urlsafe(32)
    _taken[number] = seat
    try:
        yield number
    finally:
        del _taken[number]


def seat_of(number: str | None) -> Seat | None:
    """The seat of a number."""
    return _taken.get(number) if number else None
