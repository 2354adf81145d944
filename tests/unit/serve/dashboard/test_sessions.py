"""Sessions end when they were quiet for too long, and are bounded in number."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.serve.auth import KeyStore, Role
from regulars.serve.dashboard import sessions
from regulars.serve.dashboard.sessions import QUIET_SECONDS, Sessions


def test_a_session_lasts_as_long_as_it_is_used(tmp_path: Path) -> None:
    store, now = KeyStore(DuckDBEngine(tmp_path / "warehouse")), [0.0]
    key = store.add("ann", Role.viewer)
    opened = Sessions(store, clock=lambda: now[0])
    assert opened.sign_in("rgl_no_key") is None
    found = opened.sign_in(key)
    assert found is not None and found[1].name == "ann"
    token = found[0]
    for _ in range(3):
        now[0] += QUIET_SECONDS - 1
        assert opened.principal(token) == found[1]
    now[0] += QUIET_SECONDS + 1
    assert opened.principal(token) is None and opened.principal("made up") is None


def test_there_are_never_more_than_so_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 2)
    store = KeyStore(DuckDBEngine(tmp_path / "warehouse"))
    key = store.add("ann", Role.viewer)
    opened = Sessions(store)
    tokens = [opened.sign_in(key) for _ in range(3)]
    assert [opened.principal(found[0]) is not None for found in tokens if found] == [False, True, True]
