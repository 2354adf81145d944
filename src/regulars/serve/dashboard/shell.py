"""The frame of every page: who may see it, the list of pages, the day of the data, and words where something fails."""

from __future__ import annotations

from functools import partial

import streamlit as st

from regulars.serve.dashboard import failure, live, states
from regulars.serve.dashboard.desk import Desk
from regulars.serve.dashboard.page import Page
from regulars.serve.dashboard.pages import PAGES
from regulars.serve.dashboard.seats import HEADER, Seat, seat_of
from regulars.serve.dashboard.style import ICON, STYLE

_SEEN_BY = "_seen_by"


def run() -> None:
    """Draws the page that the address names."""
    st.set_page_config(page_title="Regulars", page_icon=ICON, layout="wide", initial_sidebar_state=235)
    seat = seat_of(st.context.headers.get(HEADER))
    principal = seat.standing() if seat is not None else None
    if seat is None or principal is None:
        return states.signed_out()
    # A browser that comes back as somebody else finds nothing of whom it was before.
    if st.session_state.get(_SEEN_BY, principal) != principal:
        st.session_state.clear()
    st.session_state[_SEEN_BY] = principal
    shown = st.navigation(
        [
            st.Page(
                partial(_drawn, page, seat), title=page.title, icon=page.icon, url_path=page.path, default=place == 0
            )
            for place, page in enumerate(PAGES)
        ],
        expanded=True,
    )
    shown.run()


def _drawn(page: Page, seat: Seat) -> None:
    st.html(STYLE)
    st.title(page.title, anchor=False)
    with states.told():
        _draw(page, seat)


def _draw(page: Page, seat: Seat) -> None:
    desk = Desk(seat, seat.live_run())
    with st.sidebar:
        live.sidebar(desk)
    if not desk.run_id and page.needs_publication:
        failure.told(desk)
        return states.nothing_published(desk)
    page.draw(desk)
