"""A viewer walks through every page that there is, and meets nobody; who works with people meets them on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastapi.testclient import TestClient
from tests.unit.conftest import Published
from tests.unit.serve.test_roles import AUTHORISATION

from regulars.serve.auth import Role

PEOPLE = ("Ann Lee", "Ann Leigh", "Bob =1+1", "Cyd Ray", "Dot Orr", '"Leigh"', '"Cyd"', '"Orr"')
CONTACTS = ("ann@example.org", "bob@example.org", "cyd@example.org", "gus@example.org")
NUMBERS = re.compile(r"(\+44|0)\s?20\s?7946\s?000[135]")


def pages(client: TestClient, known: int, run_id: str) -> Iterator[str]:
    """Every route that is read, with what it may be asked for."""
    segments = [row["segment"] for row in client.get("/segments").json()["items"]]
    values = {"customer_id": str(known), "run_id": run_id}
    for method, template in AUTHORISATION:
        # What a viewer sees of the dashboard is looked at in a browser.
        if method != "GET" or template == "/" or template.startswith("/dashboard"):
            continue
        for segment in segments if "{segment}" in template else [""]:
            yield template.format(**values, segment=segment)
    yield f"/customers/{known}?orders=true&records=true"
    yield from ("/customers?page_size=500&sort=-monetary", "/customers?q=2", "/customers?q=ann@example.org")
    yield from (f"/visualization/interactive?plot_type={kind}" for kind in ("recency_monetary", "recency_frequency"))
    yield from (f"/export/segments/{segment}?format=json" for segment in segments)


def met(text: str) -> list[str]:
    """The people in a text."""
    found = [word for word in (*PEOPLE, *CONTACTS) if word in text]
    return found + [number[0] for number in NUMBERS.finditer(text)]


def test_a_viewer_meets_nobody_on_any_page(served: Published, roles: dict[Role, TestClient]) -> None:
    [known] = served.queries.find_customers("ann@example.org")
    shown, walked, by_operator = {}, set(), set()
    for path in pages(roles[Role.viewer], known, served.report.run_id):
        answer = roles[Role.viewer].get(path)
        assert answer.status_code in (200, 403), (path, answer.status_code, answer.text[:300])
        assert (answer.status_code == 403) == path.startswith("/export"), path
        walked.add(path)
        if people := met(answer.content.decode("utf-8", "replace")):
            shown[path] = people
        # Whatever is made of a publication says how far its data go, in the same words.
        if answer.headers.get("etag") and not path.startswith("/docs/data"):
            assert answer.headers.get("data-through") == served.queries.basis().data_through, path
    assert shown == {}
    for path in walked:
        answer = roles[Role.operator].get(path)
        if met(answer.content.decode("utf-8", "replace")):
            by_operator.add(path)
        # What documents the tables is the same for everybody.
        if answer.headers.get("etag") and not path.startswith(("/export", "/docs/data")):
            assert roles[Role.viewer].get(path).headers["etag"] != answer.headers["etag"], path
        if path.startswith("/export"):
            assert answer.headers["data-through"] == served.queries.basis().data_through, path
    assert {"/customers", f"/customers/{known}", f"/customers/{known}/why"} < by_operator, "the walk must meet people"
    assert any(path.startswith("/export") for path in by_operator)


def test_a_viewer_asks_for_names_and_orders_by_them_in_vain(roles: dict[Role, TestClient]) -> None:
    viewer = roles[Role.viewer]
    assert viewer.get("/customers?sort=email").status_code == 422
    assert viewer.get("/report?with_names=true").status_code == 403
    assert roles[Role.operator].get("/report?with_names=true").status_code == 200
    # What is not found is not told apart from what is hidden.
    assert viewer.get("/customers?q=leigh").json()["total"] == 0


def test_what_a_run_says_of_a_row_is_masked(served: Published, roles: dict[Role, TestClient]) -> None:
    journal = served.engine.journal
    run_id = journal.start_run("run")
    journal.finish_run(run_id, "failed", "ann@example.org has two phones, +442079460001 and another")
    try:
        for path in ("/pipeline/runs", f"/pipeline/runs/{run_id}", f"/pipeline/runs/{run_id}/events"):
            told = roles[Role.viewer].get(path).text
            assert "has two phones" in told and met(told) == [], path
            assert met(roles[Role.operator].get(path).text), path
    finally:
        journal.forget_run(run_id)
