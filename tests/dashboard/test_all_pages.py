"""Every page: on an empty warehouse, for a viewer, in the dark and on a tablet, without barriers, and signed out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.dashboard.visiting import Visit
from tests.servers_browser import TABLET

from regulars.serve.auth import Role
from regulars.serve.dashboard.pages import PAGES

PATHS = [page.path for page in PAGES]


@pytest.mark.parametrize("path", PATHS)
def test_on_an_empty_warehouse_it_names_the_command_that_helps(empty_visit: Visit, path: str) -> None:
    assert "regulars run" in empty_visit.open(path).text
    assert "failed" not in empty_visit.text and empty_visit.barriers() == []


@pytest.mark.parametrize("path", PATHS)
def test_in_the_dark_and_on_a_tablet_it_is_whole_and_can_be_read(browser: Any, demo_server: str, path: str) -> None:
    context = browser.new_context(viewport=TABLET, color_scheme="dark")
    visit = Visit(context.new_page(), demo_server)
    visit.open(path)
    assert "This part failed" not in visit.text
    # Nothing is wider than the page: only tables scroll, in a frame of their own.
    main = visit.page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth + 1")
    assert visit.barriers() == [] and not visit.complaints
    context.close()


def test_a_viewer_sees_masks_and_an_operator_the_people(
    viewer_visit: Visit, browser: Any, guarded: tuple[str, dict[Role, str]]
) -> None:
    address, keys = guarded
    context = browser.new_context()
    operator = Visit(context.new_page(), address)
    operator.sign_in(keys[Role.operator])
    people = operator.open("customers").rows("Who spent most")
    contacts = {cell for row in people for cell in row[2:4] if len(cell) > 3}
    number = people[0][0]
    assert any("@" in contact for contact in contacts)
    for path, query in (("", {}), ("segments", {}), ("customers", {}), ("customers", {"customer": number})):
        text = viewer_visit.open(path, **query).text
        assert not [contact for contact in contacts if contact in text]
        assert "***@" in text or path in ("",)
    file = viewer_visit.open("segments").downloaded("Take the list as CSV").decode()
    assert "***@" in file and not [contact for contact in contacts if contact in file]
    assert "Nobody is known" in viewer_visit.open("customers", q=people[0][1].split()[0]).text
    context.close()


def test_a_key_signs_in_and_out(browser: Any, guarded: tuple[str, dict[Role, str]]) -> None:
    address, keys = guarded
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/dashboard/segments?segment=Loyal")
    page.get_by_label("API key").fill("rgl_wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("This key is not valid").wait_for()
    page.get_by_label("API key").fill(keys[Role.operator])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", level=1, name="Segments").wait_for()
    assert page.url.endswith("/dashboard/segments?segment=Loyal") and keys[Role.operator] not in page.content()
    page.goto(f"{address}/dashboard/sign-out")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("API key").wait_for()
    context.close()
