"""The desk: asked once, masked for a viewer whatever shape the answer has, silent for nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest
from tests.unit.conftest import Published

from regulars.engines.base import Session
from regulars.engines.live_pool import LivePool
from regulars.serve import run_findings
from regulars.serve.api.run_process import RunStarter
from regulars.serve.api.state import ServerState
from regulars.serve.charts.groups import Segments
from regulars.serve.dashboard.desk import Desk, Republished, SignedOut
from regulars.serve.dashboard.memory import Memory
from regulars.serve.dashboard.seats import Seat
from regulars.serve.queries import Queries
from regulars.serve.roles import Principal, Role

VIEWER, OPERATOR = Principal("eve", Role.viewer, "1"), Principal("olga", Role.operator, "2")
_asked: list[str] = []


@dataclass(frozen=True)
class _Page:
    rows: pa.Table
    total: int


def _people(live: Session, shape: str) -> Any:
    _asked.append(shape)
    table = live.query(
        "select customer_id, email from marts.dim_customers where email is not null order by customer_id"
    )
    rows = table.to_pylist()
    return {"table": table, "rows": rows, "row": rows[0], "page": _Page(table, 1), "tables": [table]}[shape]


@pytest.fixture
def desk_of(published: Published) -> Any:
    pool = LivePool(published.engine, size=1)
    state = ServerState(published.settings, published.engine, pool, RunStarter(published.engine, published.settings))
    memory = Memory()

    def make(principal: Principal | None, run_id: str = published.report.run_id) -> Desk:
        return Desk(Seat(state, memory, lambda: principal, True), run_id)

    yield make
    pool.close()


@pytest.mark.parametrize("shape", ["table", "rows", "row", "page", "tables"])
def test_a_viewer_sees_masks_whatever_the_shape_and_others_do_not(desk_of: Any, shape: str) -> None:
    assert "ann@example.org" in repr(_plain(desk_of(OPERATOR).ask(_people, shape)))
    seen = repr(_plain(desk_of(VIEWER).ask(_people, shape)))
    assert "ann@" not in seen and "a***@example.org" in seen


def test_a_question_is_put_once_for_all(desk_of: Any) -> None:
    _asked.clear()
    for principal in (VIEWER, OPERATOR, VIEWER):
        desk_of(principal).ask(_people, "table")
    assert _asked == ["table"]


def test_what_goes_into_a_file_is_masked_and_not_remembered(desk_of: Any) -> None:
    _asked.clear()
    found = [desk_of(VIEWER).fetch(_people, "table") for _ in range(2)]
    assert _asked == ["table"] * 2 and "ann@" not in repr(found[0].to_pylist())


def test_nobody_is_answered_who_sits_there_no_more(desk_of: Any) -> None:
    desk_of(OPERATOR).ask(_people, "table")
    with pytest.raises(SignedOut):
        desk_of(None).ask(_people, "table")
    with pytest.raises(SignedOut):
        desk_of(None).check()


def test_a_page_is_of_one_publication(desk_of: Any) -> None:
    with pytest.raises(Republished):
        desk_of(OPERATOR, "another").ask(_people, "table")
    with pytest.raises(Republished):
        desk_of(OPERATOR, "another").check()
    desk_of(OPERATOR).check()


def test_charts_and_queries_come_from_the_same_publication(desk_of: Any, published: Published) -> None:
    desk = desk_of(VIEWER)
    assert isinstance(desk.chart("segments"), Segments)
    assert desk.ask_queries(Queries.segments).equals(published.queries.segments())
    assert desk.runs(1)[0]["run_id"] == published.report.run_id
    assert not desk.may(Role.operator) and not desk.sees_people


def _plain(answer: Any) -> Any:
    if isinstance(answer, _Page):
        answer = answer.rows
    if isinstance(answer, list):
        return [_plain(each) for each in answer]
    return answer.to_pylist() if isinstance(answer, pa.Table) else answer


def test_what_stopped_a_run_is_masked_as_the_rest(desk_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [{"check_name": "emails", "message": "ann@example.org is there twice", "sample": "ann@example.org"}]
    monkeypatch.setattr(run_findings, "stopping", lambda _engine, _run_id: found)
    assert desk_of(OPERATOR).stopping("a run") == found
    assert "ann@" not in repr(desk_of(VIEWER).stopping("a run"))
