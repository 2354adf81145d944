"""The pipeline: the run that goes on and those before it, stage by stage as they change; a button starts one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from regulars.serve.dashboard import failure, live, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.tables import Column
from regulars.serve.roles import Role

# Often enough to watch a run, which takes half a minute and more.
SECONDS = 2
_RUNS = 20
_SIGNS = {"done": "✓ done", "failed": "✗ failed", "interrupted": "‖ interrupted", "running": "… running"}
_NEWEST = "The newest"
# A shop may be older than the ten years that a field of days offers unless told.
_OLDEST = dt.date(1900, 1, 1)


def draw(desk: Desk) -> None:
    """Draws the part."""
    _starter(desk)
    st.fragment(_watched, run_every=SECONDS)(desk)


def _starter(desk: Desk) -> None:
    if not desk.may(Role.operator):
        st.caption("Runs are started with the key of an operator, or by `regulars run` on the server's machine.")
        return
    with st.expander("Settings of the next run", icon=":material/tune:"):
        first, second, third = st.columns(3)
        as_of = first.date_input(
            "As of",
            None,
            _OLDEST,
            key="run_as_of",
            help="The start of this day is now; empty = the day after the newest order.",
        )
        window = second.number_input(
            "Days that count", 1, 36500, None, key="run_window", help="Empty = as the settings say."
        )
        k = third.number_input("Clusters", 2, 100, None, key="run_k", help="Empty = as the settings say.")
    if st.button("Start a run", icon=":material/play_arrow:", type="primary", key="start"):
        with states.told(), st.spinner("Starting a run"):
            _start(desk, as_of if isinstance(as_of, dt.date) else None, window, k)


def _start(desk: Desk, as_of: dt.date | None, window: int | None, k: int | None) -> None:
    # Asked anew: who had the key of an operator when the page was drawn may have it no more.
    if not desk.may(Role.operator):
        states.missing("This key may not start runs.", "Use the key of an operator.")
        return
    run_id = desk.state.runs.start(as_of, window, k)
    st.toast(f"Run {run_id} has begun.", icon=":material/play_arrow:")


def _watched(desk: Desk) -> None:
    with states.told():
        desk.check()
        runs = desk.runs(_RUNS)
        if not runs:
            states.missing(
                "No run yet.", "`regulars run orders.csv customers.csv` lands files of yours and runs everything."
            )
            return
        newest = runs[0]
        _headline(desk, newest)
        chosen = st.selectbox(
            "Stages of the run", [_NEWEST, *(row["run_id"] for row in runs)], key="run", bind="query-params", width=360
        )
        _stages(desk, newest["run_id"] if chosen == _NEWEST else str(chosen))
        _runs(desk, runs)


def _headline(desk: Desk, newest: dict[str, Any]) -> None:
    state, words = live.pipeline_words([newest], is_published=bool(desk.run_id))
    show = {"done": st.success, "failed": st.error, "interrupted": st.warning}.get(state, st.info)
    show(words if not newest["error"] else f"{words}\n\n{failure.reason(newest['error'])}")
    if state in ("failed", "interrupted"):
        st.caption("`regulars status` says what to do on the server's machine; the next run begins where it can.")
    if state == "failed" and desk.stopping(newest["run_id"]):
        tables.note("", "What the checks found, and what to do about each", tables.address("data", part="Checks"))


def _stages(desk: Desk, run_id: str) -> None:
    found = desk.run(run_id)
    stages = found["stages"]
    done = sum(stage["status"] == "done" for stage in stages)
    failed = "".join(f", {stage['stage']} failed" for stage in stages if stage["status"] == "failed")
    st.header(f"Run {run_id}: {numbers.count(done)} stages done{failed}", anchor=False)
    tables.show(
        [
            {
                **stage,
                "state": _SIGNS.get(stage["status"], stage["status"]),
                "what": stage["progress"] if stage["status"] == "running" else stage["summary"],
            }
            for stage in stages
        ],
        [
            Column("stage", "Stage"),
            Column("state", "State", "word"),
            Column("seconds", "Seconds", "number"),
            Column("what", "What it did", "words"),
        ],
        caption="Stages",
    )


def _runs(desk: Desk, runs: list[dict[str, Any]]) -> None:
    st.header("Runs, newest first", anchor=False)
    listed = [{**row, "state": _SIGNS.get(row["status"], row["status"]), "seconds": _seconds(row)} for row in runs]
    tables.show(
        listed,
        [
            Column("run_id", "Run", link=lambda row: tables.address("data", run=row["run_id"])),
            Column("command", "Asked for", "words"),
            Column("state", "State", "word"),
            Column("started_at", "Began", "moment"),
            Column("seconds", "Seconds", "number"),
            Column("error", "Why it failed", "words"),
        ],
        caption="Runs",
    )
    tables.download(desk, "runs", lambda: tables.table_of(runs), key="runs_file")


def _seconds(row: dict[str, Any]) -> float | None:
    return None if row["finished_at"] is None else (row["finished_at"] - row["started_at"]).total_seconds()
