"""Nobody without a principal gets to Streamlit; who signs in gets a session, and nothing else."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from regulars.engines.base import open_engine
from regulars.serve.auth import REFRESH_SECONDS, KeyStore, Role
from regulars.serve.dashboard.door import COOKIE
from regulars.settings import Settings

# The client would call the server by another name than it has.
STREAM = "ws://localhost/dashboard/_stcore/stream"


def signed_in(server: TestClient, key: str, target: str = "/dashboard/", **headers: str) -> Any:
    return server.post("/dashboard/sign-in", data={"key": key, "target": target}, headers=headers)


def connects(server: TestClient, **headers: str) -> bool:
    with suppress(WebSocketDisconnect), server.websocket_connect(STREAM, headers=headers):
        return True
    return False


def test_without_a_key_there_is_the_form_alone(server: TestClient, keys: dict[Role, str]) -> None:
    page = server.get("/dashboard/segments?segment=At+Risk")
    assert page.status_code == 401 and "API key" in page.text and "Streamlit" not in page.text
    assert 'value="/dashboard/segments?segment=At+Risk"' in page.text
    assert "script" not in page.headers["content-security-policy"]
    # Or the browser would send its form with an origin of null, which is refused.
    assert page.headers["referrer-policy"] == "same-origin"
    for path in ("static/js/index.js", "_stcore/health", "_stcore/host-config", "media/x.csv", "lists/Champions"):
        refused = server.get(f"/dashboard/{path}", headers={"Accept": "*/*"})
        assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert not connects(server)


def test_a_key_opens_it_and_goes_no_further_than_the_dashboard(server: TestClient, keys: dict[Role, str]) -> None:
    answer = signed_in(server, keys[Role.viewer], "/dashboard/segments?segment=At+Risk")
    assert answer.status_code == 303 and answer.headers["location"] == "/dashboard/segments?segment=At+Risk"
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Path=/dashboard"))
    assert keys[Role.viewer] not in cookie
    page = server.get("/dashboard/segments")
    assert page.status_code == 200 and "static/js" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy and "'unsafe-inline'" not in policy.split("style")[0]
    first = server.get("/dashboard/")
    known = server.get("/dashboard/", headers={"If-None-Match": first.headers["etag"]})
    assert known.status_code == 304 and known.headers["content-security-policy"] == policy
    assert connects(server)
    # The API does not look at cookies, wherever they are sent.
    assert server.get("/segments", cookies={COOKIE: server.cookies[COOKIE]}).status_code == 401


def test_wrong_keys_are_refused_and_paced_as_elsewhere(server: TestClient, keys: dict[Role, str]) -> None:
    statuses = [signed_in(server, f"rgl_00000000_wrong{place}").status_code for place in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    # The doorkeeper counts the same failures.
    assert server.get("/segments", headers={"X-API-Key": "rgl_wrong"}).status_code == 429
    assert COOKIE not in server.cookies and not connects(server)
    # Who has a valid key is not held up by the failures of others.
    assert signed_in(server, keys[Role.viewer]).status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/dashboard/\\evil", "/segments", ""])
def test_signing_in_leads_nowhere_else(server: TestClient, keys: dict[Role, str], target: str) -> None:
    assert signed_in(server, keys[Role.viewer], target).headers["location"] == "/dashboard/"


def test_pages_of_other_sites_neither_sign_in_nor_connect(server: TestClient, keys: dict[Role, str]) -> None:
    evil = {"Origin": "https://evil.example"}
    assert signed_in(server, keys[Role.viewer], **evil).status_code == 403
    assert signed_in(server, keys[Role.viewer]).status_code == 303
    assert not connects(server, **evil)
    assert connects(server, Origin="http://localhost")
    assert not connects(server, Host="evil.example")


def test_a_session_ends_with_its_key_and_by_signing_out(
    server: TestClient, keys: dict[Role, str], warehouse: Settings
) -> None:
    signed_in(server, keys[Role.operator])
    assert "Sign out" in server.get("/dashboard/sign-out").text
    token = server.cookies[COOKIE]
    assert server.post("/dashboard/sign-out").status_code == 303
    server.cookies.set(COOKIE, token, path="/dashboard", domain="localhost.local")
    assert server.get("/dashboard/").status_code == 401
    server.cookies.clear()
    signed_in(server, keys[Role.operator])
    assert server.get("/dashboard/").status_code == 200
    KeyStore(open_engine(warehouse)).revoke("operator")
    time.sleep(REFRESH_SECONDS + 0.2)
    assert server.get("/dashboard/").status_code == 401 and not connects(server)


def test_an_open_connection_falls_silent_when_its_key_is_revoked(
    server: TestClient, keys: dict[Role, str], warehouse: Settings
) -> None:
    signed_in(server, keys[Role.viewer])
    with server.websocket_connect(STREAM) as connection:
        KeyStore(open_engine(warehouse)).revoke("viewer")
        time.sleep(REFRESH_SECONDS + 0.2)
        connection.send_bytes(b"\x00")
        with pytest.raises(WebSocketDisconnect) as ended:
            connection.receive_bytes()
    assert ended.value.code == 1008


def test_without_any_key_it_is_open_to_this_machine_alone(open_server: TestClient) -> None:
    server = open_server
    assert server.get("/dashboard/").status_code == 200 and connects(server)
    far = {"X-Forwarded-For": "203.0.113.5"}
    assert server.get("/dashboard/", headers=far).status_code == 401 and not connects(server, **far)
    assert server.get("/", headers={"Accept": "text/html"}).headers["location"] == "/dashboard/"
    assert server.get("/dashboard/overview?x=1").headers["location"] == "/dashboard/?x=1"
    assert server.get("/dashboard?x=1").headers["location"] == "/dashboard/?x=1"


def test_lists_are_those_of_the_api_with_its_roles(server: TestClient, keys: dict[Role, str]) -> None:
    signed_in(server, keys[Role.viewer])
    assert server.get("/dashboard/lists/Champions?format=csv").status_code == 403
    signed_in(server, keys[Role.operator])
    found = server.get("/dashboard/lists/Champions?format=csv")
    wanted = server.get("/export/segments/Champions?format=csv", headers={"X-API-Key": keys[Role.operator]})
    assert found.status_code == 200 and found.content == wanted.content
    assert "attachment" in found.headers["content-disposition"]
    assert server.get("/dashboard/lists/../pipeline/runs").status_code != 202


def test_every_request_is_noted_by_whom_and_none_by_its_path(
    server: TestClient, keys: dict[Role, str], warehouse: Settings
) -> None:
    signed_in(server, "rgl_wrong")
    signed_in(server, keys[Role.viewer])
    server.get("/dashboard/customers?customer=12345")
    assert connects(server)
    time.sleep(1.3)
    rows = open_engine(warehouse).access.access_table().to_pylist()
    noted = {(row["key_name"], row["method"], row["route"], row["status"]) for row in rows}
    assert (None, "POST", "/dashboard/sign-in", 401) in noted
    assert ("viewer", "POST", "/dashboard/sign-in", 303) in noted
    assert ("viewer", "GET", "/dashboard/{path}", 200) in noted
    assert ("viewer", "WEBSOCKET", "/dashboard/{path}", 101) in noted


def test_without_streamlit_the_page_says_what_to_install(server: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.serve.dashboard.door.is_installed", lambda: False)
    page = server.get("/dashboard/")
    assert page.status_code == 503 and "regulars[serve,dashboard]" in page.text
    assert server.get("/health").status_code == 200 and not connects(server)
