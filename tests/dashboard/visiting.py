"""A visit to the dashboard: a page is opened and waited for, and all that it must never do is watched meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.servers_browser import LAPTOP

_STILL = '[data-testid="stApp"][data-test-script-state="notRunning"]'
# What axe-core finds and who uses a screen reader would stumble over.
_SERIOUS = ("serious", "critical")


@dataclass
class Visit:
    """One tab of a browser at one server.

    Attributes:
        page: Playwright's page: find things by what a person sees, `visit.page.get_by_role("button", name="…")`.
        address: The server's.
        complaints: What the browser complained of: requests to elsewhere, errors of scripts, policies that held.
    """

    page: Any
    address: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(60_000)
        self.page.on("request", self._requested)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str = "", **query: Any) -> Visit:
        """Opens a page of the dashboard, such as open("segments", segment="Champions"), and waits until it is drawn."""
        asked = f"?{urlencode(query)}" if query else ""
        self.page.goto(f"{self.address}/dashboard/{path}{asked}")
        self.page.get_by_role("heading", level=1).wait_for()
        return self.settled()

    def settled(self) -> Visit:
        """Waits until nothing is drawn any more; call it after every click."""
        # What was clicked is on its way to the server for a moment.
        self.page.wait_for_timeout(400)
        self.page.wait_for_selector(_STILL)
        self.page.wait_for_function("document.querySelectorAll('[data-stale=\"true\"]').length === 0")
        return self

    @property
    def text(self) -> str:
        """All that can be read on the page."""
        found: str = self.page.locator('[data-testid="stMain"]').inner_text()
        return found

    @property
    def query(self) -> str:
        """What stands behind the question mark of the address."""
        found: str = self.page.evaluate("decodeURIComponent(location.search.replaceAll('+', ' '))")
        return found.removeprefix("?")

    def rows(self, label: str) -> list[list[str]]:
        """The cells of one of our tables, by its caption."""
        found: list[list[str]] = self.page.get_by_role("table", name=label).evaluate(
            "table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.innerText.trim()))"
        )
        return found

    def downloaded(self, button: str, nth: int = 0) -> bytes:
        """The file that a button gives; `nth` of those with the same words."""
        with self.page.expect_download() as given:
            self.page.get_by_role("button", name=button).nth(nth).click()
        return Path(given.value.path()).read_bytes()

    def barriers(self) -> list[str]:
        """What keeps people with disabilities from using the page, of what its own content causes."""
        from axe_playwright_python.sync_playwright import Axe

        # What lies in Streamlit's own frame, such as its header and its widgets' insides, is Streamlit's to mend.
        found = Axe().run(self.page, context={"include": [['[data-testid="stMain"]']]}).response["violations"]
        return [
            f"{each['id']}: {each['help']}: {[node['html'][:200] for node in each['nodes']][:3]}"
            for each in found
            if each["impact"] in _SERIOUS
        ]

    def sign_in(self, key: str) -> Visit:
        """Signs in by the form, as a person would."""
        self.page.goto(f"{self.address}/dashboard/")
        self.page.get_by_label("API key").fill(key)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator('[data-testid="stMain"] h1').wait_for()
        return self.settled()

    def _said(self, said: Any) -> None:
        # Of a page below the root Streamlit asks first whether it is the root itself, and without a cookie there is
        # nothing but the form.
        place = said.location.get("url", "")
        if said.type == "error" and "/_stcore/" not in place and "status of 401" not in said.text:
            self.complaints.append(f"{said.text} ({place})")

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.complaints.append(f"asked for {request.url}")


@contextmanager
def visiting(browser: Any, address: str, viewport: Any = LAPTOP, color_scheme: str = "light") -> Iterator[Visit]:
    """A new tab at a server; at the end nothing may have gone wrong in the browser."""
    context = browser.new_context(viewport=viewport, color_scheme=color_scheme)
    opened = Visit(context.new_page(), address)
    yield opened
    context.close()
    assert not opened.complaints
