"""Data: the pipeline and its runs, every table with its rows, how fresh all is, and what the checks found."""

from __future__ import annotations

import streamlit as st

from regulars.serve.dashboard import failure, states
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.pages import data_checks, data_loads, data_rejected, data_runs, data_tables

_PIPELINE, _CHECKS = "Pipeline", "Checks"
_PARTS = {
    "Tables": data_tables.draw,
    "Freshness": data_loads.draw,
    _CHECKS: data_checks.draw,
    "Rejected rows": data_rejected.draw,
}


def draw(desk: Desk) -> None:
    """Draws the page: one part of it, as each asks the warehouse for other things."""
    part = st.segmented_control(
        "Show",
        [_PIPELINE, *_PARTS],
        default=_PIPELINE,
        required=True,
        key="part",
        bind="query-params",
        label_visibility="collapsed",
    )
    with states.told():
        if part == _PIPELINE:
            data_runs.draw(desk)
        elif desk.run_id:
            _PARTS[part](desk)
        else:
            if part == _CHECKS:
                failure.findings(desk)
            states.nothing_published(desk)


PAGE = Page("data", "Data", ":material/database:", draw, needs_publication=False)
