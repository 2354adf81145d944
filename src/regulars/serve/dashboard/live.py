"""What refreshes by itself: the day of the data, the run that goes on, and the page when another one is live."""

from __future__ import annotations

from typing import Any

import streamlit as st

from regulars import marts
from regulars.engines.base import Session
from regulars.serve.dashboard import numbers, states, tables
from regulars.serve.dashboard.desk import Desk

SECONDS = 5


def data_through(live: Session) -> dict[str, Any]:
    """The last day of which there are orders, and the day that is taken for now."""
    [row] = live.query(
        "select r.as_of, r.window_days, coalesce(r.currency, '') as currency,"
        f" (select max(date) from {marts.DAILY_SALES}) as last_day from {marts.RUN_PARAMETERS} as r"
    ).to_pylist()
    return dict(row)


def sidebar(desk: Desk) -> None:
    """The foot of the list of pages: data through which day, how the pipeline is, and who is signed in."""
    if desk.run_id:
        with states.told():
            found = desk.ask(data_through)
            st.markdown(f"**{through_words(found)}**")
    st.fragment(_watched, run_every=SECONDS)(desk)
    principal = desk.principal
    who = f"Key {principal.name} ({principal.role.name})" if principal.key_id else "No key was given: all may be seen."
    st.caption(who + ("" if desk.sees_people else " Personal data is masked."))
    if desk.is_signed_in:
        tables.note("", "Sign out", "sign-out")


def through_words(found: dict[str, Any]) -> str:
    """How far what is published reaches, of what `data_through` found."""
    return f"Data through {numbers.date(found['last_day'])}" if found["last_day"] else "No order is published yet"


def pipeline_words(runs: list[dict[str, Any]], *, is_published: bool) -> tuple[str, str]:
    """How the newest run stands as (state, words): running, done, failed, interrupted, or none.

    Args:
        runs: The newest runs, newest first.
        is_published: Whether there is anything to show beside it.
    """
    if not runs:
        return "none", "No run yet."
    newest = runs[0]
    when = numbers.moment(newest["finished_at"] or newest["started_at"])
    shown = "what is shown is the state before it" if is_published else "nothing is published yet"
    return newest["status"], {
        "running": f"A run has been going on since {numbers.moment(newest['started_at'])}.",
        "done": f"The last run ended well on {when}.",
        "failed": f"The last run failed on {when}; {shown}.",
        "interrupted": f"The last run was interrupted; {shown}.",
    }.get(newest["status"], newest["status"])


def _watched(desk: Desk) -> None:
    with states.told():
        desk.check()
        state, words = pipeline_words(desk.runs(1), is_published=bool(desk.run_id))
        st.caption(f"{_SIGNS[state]} {words}")


_SIGNS = {
    "none": ":material/hourglass_empty:",
    "running": ":material/sync:",
    "done": ":material/check_circle:",
    "failed": ":material/error:",
    "interrupted": ":material/pause_circle:",
}
