"""The checks that the published run passed, what they warned of, and how those of the runs before came out."""

from __future__ import annotations

import streamlit as st

from regulars.serve import warehouse_views
from regulars.serve.dashboard import failure, numbers, states, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.tables import Column

_SIGNS = {"pass": "✓ passed", "warn": "! warned", "fail": "✗ failed", "error": "✗ failed"}
_ALL, _NOT_PASSED = "All", "Not passed"


def draw(desk: Desk) -> None:
    """Draws the part."""
    failure.findings(desk)
    rows = desk.ask(warehouse_views.checks)
    if not rows.num_rows:
        states.missing(
            "The published run kept no checks: its stage `check` was left out.", "`regulars run` makes them all."
        )
        return
    listed = rows.to_pylist()
    passed = sum(row["status"] == "pass" for row in listed)
    failed = sum(row["status"] != "pass" and row["severity"] == "error" for row in listed)
    tables.tiles(
        [
            ("Passed", numbers.count(passed), f"of {numbers.count(len(listed))} checks"),
            ("Warned", numbers.count(len(listed) - passed - failed), "look at them; they stop nothing"),
            ("Failed", numbers.count(failed), "a run with one is not published"),
        ]
    )
    st.header("Checks of the published run", anchor=False)
    st.markdown(
        "All checks passed: keys, totals and money agree."
        if passed == len(listed)
        else "What did not pass stands first; a check at error level keeps a run from being published."
    )
    only = st.segmented_control(
        "Show", [_ALL, _NOT_PASSED], default=_ALL, required=True, key="checks", bind="query-params"
    )
    shown = [row for row in listed if only == _ALL or row["status"] != "pass"]
    if not shown:
        states.missing("Every check passed.", "Choose all to see them.")
    else:
        tables.show(
            [
                {
                    **row,
                    "state": _SIGNS.get(row["status"], row["status"]),
                    "what": row["check_name"].replace("__", ", ").replace("_", " "),
                }
                for row in shown
            ],
            [
                Column("state", "State", "word"),
                Column("what", "Check"),
                Column("severity", "Level"),
                Column("failures", "Rows that failed", "count"),
                Column("message", "What it found", "words", is_optional=True),
                Column("sample", "For example", is_optional=True),
            ],
            caption="Checks",
        )
    tables.download(desk, "checks", rows, key="checks_file")
    _history(desk)


def _history(desk: Desk) -> None:
    rows = desk.ask(warehouse_views.check_history)
    st.header("Checks of the runs that the warehouse remembers", anchor=False)
    tables.show(
        rows,
        [
            Column("run_id", "Run", link=lambda row: tables.address("data", run=row["run_id"])),
            Column("checks", "Checks", "count"),
            Column("passed", "Passed", "count"),
            Column("warned", "Warned", "count"),
            Column("failed", "Failed", "count"),
        ],
        caption="Passed and failed by run",
    )
    tables.download(desk, "check_history", rows, key="check_history_file")
