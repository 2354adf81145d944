"""What a page says where it cannot show something: what is missing or failed, and which command helps."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from regulars.errors import BusyError, RegularsError, WarehouseError
from regulars.serve.charts.basis import Missing
from regulars.serve.dashboard.desk import Desk, Republished, SignedOut

# Whoever has no session is asked for a key there.
_AGAIN = '<p class="rg-note"><a href="/dashboard/sign-out">Sign in again</a></p>'
_log = logging.getLogger("regulars.dashboard")


def signed_out() -> None:
    """Instead of a page, when nobody is there to see it."""
    st.title("You are signed out", anchor=False)
    st.html(_AGAIN)


def nothing_published(desk: Desk) -> None:
    """Instead of a page, before the first run was published."""
    st.info(
        "**Nothing is published yet.** This page shows customers, segments and money once a run has gone through.\n\n"
        "- With files of your shop: `regulars run orders.csv customers.csv`\n"
        "- To look around first: `regulars demo`, which makes a shop up and runs it",
        icon=":material/hourglass_empty:",
    )
    st.caption(f"The warehouse is `{desk.state.engine.location}`.")


def missing(what: str, repair: str) -> None:
    """In the place of a chart or a table: what is not there, and the command that makes it.

    Args:
        what: A sentence that says what is missing and why.
        repair: A sentence with the command, such as "`regulars run` makes it."
    """
    st.info(f"{what} {repair}", icon=":material/info:")


def gap(found: Missing) -> None:
    """A chart that has nothing to draw."""
    missing(found.reason, found.repair)


@contextmanager
def told() -> Iterator[None]:
    """Around a page or a part of one: what fails is said in words, and the rest of the page stays.

    What an unexpected error says goes nowhere, for it may hold somebody's data; where it failed goes into the log.
    """
    try:
        yield
    except SignedOut:
        st.session_state.clear()
        st.error("You are signed out.", icon=":material/logout:")
        st.html(_AGAIN)
    except Republished:
        st.rerun()
    except BusyError:
        st.warning("The warehouse is busy. Reload the page in a moment.", icon=":material/hourglass_top:")
    except WarehouseError:
        st.error(
            "**The warehouse does not answer.** `regulars status` says more on the server's machine.",
            icon=":material/cloud_off:",
        )
    except RegularsError as error:
        st.warning(str(error), icon=":material/info:")
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = "\n".join(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        _log.error("%s at\n%s", type(error).__name__, where)
        st.error(
            "**This part failed.** The server's log says where; the rest of the page and the other pages work."
            " Reload it, and tell the server's owner if it stays so.",
            icon=":material/error:",
        )
