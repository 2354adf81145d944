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
            st.markdown(f"**Data through {numbers.date(found['last_day'])}**")
    st.fragment(_watched, run_every=SECONDS)(desk)
    principal = desk.principal
    who = f"Key {principal.name} ({principal.role.name})" if principal.key_id else "No key was given: all may be seen."
    st.caption(who + ("" if desk.sees_people else " Personal data is masked."))
    if desk.is_signed_in:
        tables.note("", "Sign out", "sign-out")


def pipeline_words(runs: list[dict[str, Any]]) -> tuple[str, str]:
    """How the newest run stands as (state, words): running, done, failed, interrupted, or none."""
    if not runs:
        return "none", "No run yet."
    newest = runs[0]
    when = numbers.moment(newest["finished_at"] or newest["started_at"])
    return newest["status"], {
        "running": f"A run has been going on since {numbers.moment(newest['started_at'])}.",
        "done": f"The last run ended well on {when}.",
        "failed": f"The last run failed on {when}; what is shown is of the one before.",
        "interrupted": "The last run was interrupted; what is shown is of the one before.",
    }.get(newest["status"], newest["status"])


def _watched(desk: Desk) -> None:
    with states.told():
        desk.check()
        state, words = pipeline_words(desk.runs(1))
        st.caption(f"{_SIGNS[state]} {words}")


_SIGNS = {
    "none": ":material/hourglass_empty:",
    "running": ":material/sync:",
    "done": ":material/check_circle:",
    "failed": ":material/error:",
    "interrupted": ":material/pause_circle:",
}
