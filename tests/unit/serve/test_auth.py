"""Keys: shown once, stored as a hash, valid until they expire, are rotated out or revoked."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest

from regulars.engines.base import Engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.postgres import PostgresEngine
from regulars.errors import InputError
from regulars.serve import auth
from regulars.serve.auth import KeyStore, Principal, Role, span

WEEK = dt.timedelta(days=7)


@pytest.fixture(params=["folder", "database"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "folder":
        return DuckDBEngine(tmp_path / "warehouse")
    return PostgresEngine(request.getfixturevalue("warehouse_url"))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """The time, which tests move."""
    times = [dt.datetime(2026, 3, 1, 12)]
    monkeypatch.setattr(auth, "ledger_time", lambda: times[-1])
    return times


def test_a_key_is_found_by_its_secret_and_by_nothing_less(engine: Engine) -> None:
    store = KeyStore(engine)
    assert not store.has_keys()
    secret = store.add("crm-sync", Role.operator)
    found = store.verify(secret)
    assert found == Principal("crm-sync", Role.operator, secret.split("_")[1])
    for other in ("", "rgl", secret[:-1], secret + "x", secret.upper(), secret.replace("rgl_", ""), "rgl__", "\ud800"):
        assert store.verify(other) is None
    assert KeyStore(engine).verify(secret) == found


def test_the_secret_is_stored_nowhere(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "warehouse")
    secret = KeyStore(engine).add("crm-sync", Role.viewer)
    random_part = secret.split("_", 2)[2].encode()
    assert len(random_part) >= 43
    for file in (tmp_path / "warehouse").iterdir():
        assert random_part not in file.read_bytes()
    assert secret not in str(KeyStore(engine).table().to_pylist())


def test_a_key_expires(engine: Engine, now: list[dt.datetime]) -> None:
    store = KeyStore(engine)
    secret = store.add("intern", Role.viewer, expires_in=WEEK)
    now.append(now[0] + WEEK - dt.timedelta(seconds=1))
    assert store.verify(secret) is not None
    now.append(now[0] + WEEK)
    assert store.verify(secret) is None
    assert store.table()["state"].to_pylist() == ["expired"]
    assert store.add("intern", Role.viewer)


def test_rotation_keeps_the_old_key_for_a_while(engine: Engine, now: list[dt.datetime]) -> None:
    store = KeyStore(engine)
    old = store.add("dashboard", Role.admin)
    new = store.rotate("dashboard", WEEK)
    assert store.verify(old) == Principal("dashboard", Role.admin, old.split("_")[1])
    now.append(now[0] + WEEK)
    assert store.verify(old) is None
    assert store.verify(new) == Principal("dashboard", Role.admin, new.split("_")[1])
    newest = store.rotate("dashboard", dt.timedelta(0))
    assert store.verify(new) is None
    assert store.verify(newest) is not None


def test_a_key_of_limited_lifetime_is_rotated_to_one_of_the_same(engine: Engine, now: list[dt.datetime]) -> None:
    store = KeyStore(engine)
    old = store.add("intern", Role.viewer, expires_in=WEEK)
    now.append(now[0] + WEEK - dt.timedelta(days=1))
    new = store.rotate("intern", WEEK)
    now.append(now[0] + WEEK)
    assert store.verify(old) is None, "grace lengthens no life"
    now.append(now[1] + WEEK)
    assert store.verify(new) is None


def test_revoking_ends_all_keys_of_a_name_and_opens_nothing(engine: Engine) -> None:
    store = KeyStore(engine)
    secrets = [store.add("crm", Role.admin), store.rotate("crm", WEEK)]
    other = store.add("report", Role.viewer)
    assert store.revoke("crm") == 2
    assert [store.verify(secret) for secret in secrets] == [None, None]
    assert store.verify(other) is not None
    store.revoke("report")
    assert store.has_keys()
    assert not store.has_valid_keys()


def test_a_running_server_hears_of_what_others_did_to_keys(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    monkeypatch.setattr(auth.time, "monotonic", lambda: seconds[0])
    server, command = KeyStore(engine), KeyStore(engine)
    secret = command.add("crm", Role.viewer)
    assert server.verify(secret) is not None
    command.revoke("crm")
    assert server.verify(secret) is not None
    seconds[0] += auth.REFRESH_SECONDS + 0.1
    assert server.verify(secret) is None


def test_wrong_words_are_told_with_their_repair(engine: Engine) -> None:
    store = KeyStore(engine)
    store.add("crm", Role.viewer)
    with pytest.raises(InputError, match="regulars keys rotate crm"):
        store.add("crm", Role.viewer)
    for name in ("", "a b", "a\r\nSet-Cookie: x", "x" * 65, "-x", "ann@example.org"):
        with pytest.raises(InputError, match="cannot name a key"):
            store.add(name, Role.viewer)
    with pytest.raises(InputError, match="No valid key is called `csm`"):
        store.rotate("csm", WEEK)
    with pytest.raises(InputError, match="regulars keys list"):
        store.revoke("csm")
    with pytest.raises(InputError, match="viewer, operator, admin"):
        Role.of("root")


@pytest.mark.parametrize(
    ("text", "seconds"), [("7d", 604800), ("12h", 43200), ("0s", 0), ("2w", 1209600), (" 5m ", 300)]
)
def test_a_span_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert span(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "7", "d", "-7d", "7 days", "1.5h", "99999999w", "٧d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no span of time"):
        span(text)


def test_keys_are_looked_up_from_many_threads_at_once(engine: Engine) -> None:
    store = KeyStore(engine)
    secret = store.add("crm", Role.viewer)
    found: list[Principal | None] = []
    threads = [threading.Thread(target=lambda: found.append(store.verify(secret))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert None not in found
