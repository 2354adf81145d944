"""The desk of a page: all it shows comes from here, of one publication, masked for who sees it, worked out once.

A question is a function of an open session and of values that can be hashed. It returns Arrow, rows as dictionaries, or
a value without anybody's data; so that a viewer's masks, which go by names of columns, find everything personal.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyarrow as pa

from regulars.engines.base import Session
from regulars.serve import charts, run_findings, run_records
from regulars.serve.dashboard.seats import Seat
from regulars.serve.masking import SEES_PEOPLE, masked, masked_rows
from regulars.serve.queries import Pinned, Queries
from regulars.serve.roles import Principal, Role

P = ParamSpec("P")
T = TypeVar("T")


class SignedOut(Exception):
    """Nobody sits here any more."""


class Republished(Exception):
    """Another run went live while the page was drawn: it is to be drawn anew, from that one alone."""


class Desk:
    """What a page asks for data.

    Args:
        seat: For whom and for which server.
        run_id: The publication that the page is drawn from; empty = nothing is published.
    """

    def __init__(self, seat: Seat, run_id: str) -> None:
        self._seat, self.run_id = seat, run_id
        self.state, self.settings = seat.state, seat.state.settings

    @property
    def principal(self) -> Principal:
        """Who sees the page.

        Raises:
            SignedOut: Nobody may any more.
        """
        principal = self._seat.standing()
        if principal is None:
            raise SignedOut
        return principal

    def may(self, role: Role) -> bool:
        """Whether who sees the page has a role, or one above it."""
        return self.principal.role >= role

    @property
    def sees_people(self) -> bool:
        """Whether personal data is shown as it is."""
        return self.principal.role >= SEES_PEOPLE

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody signed in with a key, and so can sign out."""
        return self._seat.is_signed_in

    def check(self) -> None:
        """Whether the page may still stand as it is.

        Raises:
            SignedOut: Nobody may see it any more.
            Republished: Another run is live.
        """
        assert self.principal
        if self._seat.live_run() != self.run_id:
            raise Republished

    def runs(self, limit: int = 20) -> list[dict[str, Any]]:
        """The newest runs as the journal has them now, newest first; never remembered."""
        return self._seen(run_records.runs(self.state.engine, limit))

    def run(self, run_id: str) -> dict[str, Any]:
        """One run with its stages, as things stand now.

        Raises:
            InputError: There is none.
        """
        return self._seen(run_records.run(self.state.engine, run_id))

    def stopping(self, run_id: str) -> list[dict[str, Any]]:
        """What kept a run from being published, as the journal has it now."""
        return self._seen(run_findings.stopping(self.state.engine, run_id))

    def ask(self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer to a question on the publication of this page.

        Args:
            question: A function of a module, which takes the session first.
            args: What it is asked; each can be hashed.
            kwargs: The same by name.

        Raises:
            SignedOut: Nobody may see it any more.
            Republished: Another run is live.
        """
        key = (question.__module__, question.__qualname__, args, tuple(sorted(kwargs.items())))
        return self._remembered(key, lambda live: question(live, *args, **kwargs))

    def fetch(self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, not remembered: for files, whose tables are long; arguments and errors as of `ask`."""
        return self._seen(self._answer(lambda live: question(live, *args, **kwargs)))

    def ask_queries(self, question: Callable[Concatenate[Queries, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for a method of Queries: `desk.ask_queries(Queries.customer_360, 42)`."""
        key = ("queries", question.__qualname__, args, tuple(sorted(kwargs.items())))
        return self._remembered(key, lambda live: question(self.queries_on(live), *args, **kwargs))

    def chart(self, plot_type: str, **options: Any) -> Any:
        """What a chart of serve/charts draws: a value of its own class, or a Missing."""
        key = ("chart", plot_type, tuple(sorted(options.items())))
        return self._remembered(key, lambda live: charts.read(self.queries_on(live), plot_type, **options))

    def made(self, what: str, *args: Hashable, make: Callable[[], T]) -> T:
        """Something that takes a place of its own to work out, such as a past day, remembered as answers are."""
        return self._seen(self._seat.memory.made((self.run_id, what, args), make))

    def queries_on(self, live: Session) -> Queries:
        """Questions of serve/queries.py to an open session."""
        return Queries(Pinned(live, self.state.engine.query_errors), self.settings.shop)

    def _remembered(self, key: Hashable, ask: Callable[[Session], T]) -> T:
        return self._seen(self._seat.memory.made((self.run_id, key), lambda: self._answer(ask)))

    def _answer(self, ask: Callable[[Session], T]) -> T:
        with self.state.pool.lease() as reading:
            if reading.run_id != self.run_id:
                raise Republished
            return ask(reading.session)

    def _seen(self, answer: T) -> T:
        """The one door for personal data: what leaves the desk has passed here."""
        return seen_by(answer, self.principal)


def seen_by(answer: Any, principal: Principal) -> Any:
    """An answer as this principal may see it."""
    if isinstance(answer, pa.Table):
        return masked(answer, principal)
    if isinstance(answer, Mapping):
        return masked_rows([answer], principal)[0]
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        tables = {f.name: getattr(answer, f.name) for f in dataclasses.fields(answer)}
        hidden = {name: masked(value, principal) for name, value in tables.items() if isinstance(value, pa.Table)}
        return dataclasses.replace(answer, **hidden) if hidden else answer
    if isinstance(answer, list | tuple) and answer and isinstance(answer[0], Mapping | pa.Table):
        return [seen_by(each, principal) for each in answer]
    return answer
