"""A run that failed, told where its outcome is missed: what failed, what is shown instead, which command helps."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from regulars.serve.dashboard import drawing, live, numbers, tables
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.tables import Column

_ENDED_BADLY = ("failed", "interrupted")
# The rest of them stand on the page of the data.
_FINDINGS_SHOWN = 3


def told(desk: Desk) -> None:
    """At the head of a page, where the newest run failed or was broken off; else nothing."""
    runs = desk.runs(1)
    if not runs or runs[0]["status"] not in _ENDED_BADLY:
        return
    run = desk.run(runs[0]["run_id"])
    stopping = desk.stopping(run["run_id"])
    said = [
        f"**{_outcome(run)}** {_shown_instead(desk)}",
        *_reasons(run, stopping),
        f"**Next:** {_next(run, stopping)}",
    ]
    show = st.error if run["status"] == "failed" else st.warning
    show("\n\n".join(said), icon=":material/error:")
    tables.note("", "All about the run, stage by stage", "data")


def reason(error: str) -> str:
    """What a run said when it failed, as Markdown: its lines are kept, and commands in it can be read as such."""
    lines = [line for line in error.splitlines() if line.strip()]
    return "\n".join(f"- {_marked(line.strip())}" if line.startswith(" ") else f"\n{_marked(line)}\n" for line in lines)


def findings(desk: Desk) -> None:
    """The checks that kept the newest run from being published, as a table; nothing where none did."""
    runs = desk.runs(1)
    rows = desk.stopping(runs[0]["run_id"]) if runs and runs[0]["status"] == "failed" else []
    if not rows:
        return
    st.header("What keeps the newest run from being published", anchor=False)
    st.markdown(
        f"Run {runs[0]['run_id']} is not live. {_shown_instead(desk)} Mend what was found and run again; or, if it is"
        " all as it should be, allow it."
    )
    tables.show(
        rows,
        [
            Column("check_name", "Check", "word"),
            Column("message", "What it found", "words"),
            Column("failures", "Rows", "count", is_optional=True),
            Column("sample", "For example", is_optional=True),
            Column("advice", "What to do", "words"),
            Column("allowed_by", "To allow it", "words"),
        ],
        caption="What stops the newest run",
    )
    tables.download(desk, "findings", lambda: tables.table_of(rows), key="findings_file")


def _outcome(run: dict[str, Any]) -> str:
    when = numbers.moment(run["finished_at"] or run["started_at"])
    if run["status"] == "interrupted":
        return f"The last run, begun on {numbers.moment(run['started_at'])}, was broken off."
    stage = next((stage["stage"] for stage in run["stages"] if stage["status"] == "failed"), "")
    return f"The last run failed on {when}" + (f", in its stage {stage}." if stage else ".")


def _shown_instead(desk: Desk) -> str:
    if not desk.run_id:
        return "Nothing is published yet."
    through = desk.ask(live.data_through)
    words = live.through_words(through)
    return f"What is shown is the state before it: {words[:1].lower()}{words[1:]}."


def _reasons(run: dict[str, Any], stopping: list[dict[str, Any]]) -> list[str]:
    if not stopping:
        return [reason(run["error"])] if run["error"] and run["status"] == "failed" else []
    told = [f"- {_marked(row['message'])} (check `{row['check_name']}`)" for row in stopping[:_FINDINGS_SHOWN]]
    more = len(stopping) - _FINDINGS_SHOWN
    return ["\n".join([*told, f"- and {numbers.count(more)} more"] if more > 0 else told)]


def _next(run: dict[str, Any], stopping: list[dict[str, Any]]) -> str:
    on_server = "`regulars status` on the server's machine says more."
    if run["status"] == "interrupted":
        return f"`regulars run` again: what was landed is kept, and nothing is done twice. {on_server}"
    if not stopping:
        return f"mend that, then `regulars run` again; what was landed is kept. {on_server}"
    first = stopping[0]
    allow = f" If it is all as it should be: `{first['allowed_by']}`." if first["allowed_by"] else ""
    return f"{_marked(first['advice'])} Then `regulars run` again.{allow} {on_server}"


def _marked(text: str) -> str:
    """Text for Markdown in which nothing is markup but what stands between backticks: a command or a name."""
    pieces = re.split(r"`([^`\n]+)`", text)
    return "".join(f"`{piece}`" if place % 2 else drawing.plain(piece) for place, piece in enumerate(pieces))
