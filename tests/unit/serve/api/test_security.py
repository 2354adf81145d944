"""The door of the server: who gets in, how often, with what, and what is noted and told of it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.serve.api.conftest import AUTHORISATION, demo_app
from tests.unit.serve.authorisation import disagreements, trespasses

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import SettingsError
from regulars.serve.api.security import check_binding
from regulars.serve.auth import KeyStore, Role

HERE = ("127.0.0.1", 50000)
AWAY = ("203.0.113.9", 50000)


def client_of(folder: Path, client: tuple[str, int] = HERE, **serve: Any) -> TestClient:
    return TestClient(
        demo_app(folder, **serve), base_url="http://127.0.0.1", client=client, raise_server_exceptions=False
    )


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_the_routes_are_those_of_the_table_and_each_role_gets_what_it_says(folder: Path, keys: dict[Role, str]) -> None:
    app = demo_app(folder)
    assert disagreements(app, AUTHORISATION) == []
    assert trespasses(app, AUTHORISATION, keys) == []


def test_a_route_without_a_line_a_line_without_a_route_and_a_wrong_role_are_found(folder: Path, keys: Any) -> None:
    app = demo_app(folder)
    table = {key: role for key, role in AUTHORISATION.items() if key != ("GET", "/health")}
    table |= {("GET", "/gone"): Role.admin, ("POST", "/pipeline/run"): Role.admin}
    assert {(found.path, found.what) for found in disagreements(app, table)} == {
        ("/health", "is in no line of the table"),
        ("/gone", "is answered by no route"),
        ("/pipeline/run", "asks for operator, and the table says admin"),
    }
    assert [(f.path, f.what) for f in trespasses(app, {("POST", "/pipeline/run"): Role.admin}, keys)] == [
        ("/pipeline/run", "answers operator with 202")
    ]


def test_a_key_is_taken_from_either_header_and_from_no_query(folder: Path, keys: dict[Role, str]) -> None:
    client, key = client_of(folder), keys[Role.viewer]
    for headers in (bearer(key), {"X-API-Key": key}, {"Authorization": f"bearer {key}"}):
        assert client.get("/customers/7", headers=headers).json() == {"customer": "7", "asked_by": "viewer"}
    assert client.get(f"/customers/7?api_key={key}&X-API-Key={key}").status_code == 401


def test_refusals_are_problem_documents(folder: Path, keys: dict[Role, str]) -> None:
    client = client_of(folder)
    nobody, wrong = client.get("/customers/7"), client.get("/customers/7", headers=bearer("rgl_00000000_guess"))
    low = client.post("/pipeline/run", headers=bearer(keys[Role.viewer]))
    for response, status, words in ((nobody, 401, "keys add"), (wrong, 401, "not valid"), (low, 403, "operator")):
        assert response.status_code == response.json()["status"] == status
        assert response.headers["content-type"] == "application/problem+json"
        assert words in response.json()["detail"]
    assert nobody.headers["www-authenticate"] == 'Bearer realm="regulars"'
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]


def test_without_any_key_this_machine_may_do_everything_and_others_nothing(folder: Path) -> None:
    assert client_of(folder).get("/admin/access").status_code == 200
    assert client_of(folder, AWAY).get("/admin/access").status_code == 401
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert client_of(folder).get("/admin/access", headers={name: "127.0.0.1"}).status_code == 401
    assert client_of(folder, host="0.0.0.0").get("/admin/access").status_code == 401
    KeyStore(DuckDBEngine(folder)).add("first", Role.viewer)
    assert client_of(folder).get("/admin/access").status_code == 401
    KeyStore(DuckDBEngine(folder)).revoke("first")
    assert client_of(folder).get("/admin/access").status_code == 401, "taking the last key away opens nothing"


def test_a_page_of_another_site_cannot_use_that_the_browser_is_here(folder: Path) -> None:
    client = client_of(folder)
    foreign = ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"})
    for headers in foreign:
        assert client.post("/pipeline/run", headers=headers).status_code == 403
    assert client.post("/pipeline/run", headers={"Origin": "http://127.0.0.1"}).status_code == 202


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1\tx", "a@127.0.0.1", "[::1"])
def test_a_request_for_another_host_is_refused(folder: Path, host: str) -> None:
    response = client_of(folder).get("/health", headers={"Host": host})
    assert response.status_code == 400
    assert response.json()["title"] == "Bad Request"


def test_allowed_hosts_may_be_named_by_their_ending(folder: Path) -> None:
    client = client_of(folder, allowed_hosts=("shop.example", "*.in.shop.example"))
    told = {
        host: client.get("/health", headers={"Host": host}).status_code
        for host in ("shop.example:8000", "SHOP.example", "a.in.shop.example", "in.shop.example", "127.0.0.1")
    }
    assert list(told.values()) == [200, 200, 200, 400, 400]


def test_the_pace_of_a_key_is_limited_and_that_of_another_is_not(folder: Path, keys: dict[Role, str]) -> None:
    client = client_of(folder, requests_per_minute=1, burst=3)
    codes = [client.get("/customers/7", headers=bearer(keys[Role.viewer])).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    refused = client.get("/customers/7", headers=bearer(keys[Role.viewer]))
    assert 40 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == "application/problem+json" and "Come again" in refused.json()["detail"]
    assert client.get("/customers/7", headers=bearer(keys[Role.admin])).status_code == 200


def test_wrong_keys_are_limited_sooner_and_hold_up_no_right_one(folder: Path, keys: dict[Role, str]) -> None:
    client = client_of(folder, failures_per_minute=2)
    codes = [client.get("/health", headers=bearer(f"rgl_00000000_{n}")).status_code for n in range(4)]
    assert codes == [401, 401, 429, 429]
    assert client.get("/customers/7", headers=bearer(keys[Role.viewer])).status_code == 200


def test_a_large_body_is_refused_whether_or_not_it_says_so(folder: Path, keys: dict[Role, str]) -> None:
    client, headers = client_of(folder, max_body_bytes=1000), bearer(keys[Role.viewer])
    assert client.post("/echo", headers=headers, content=b"x" * 1000).json() == 1000
    for content in (b"x" * 1001, (b"x" * 100 for _ in range(11))):
        refused = client.post("/echo", headers=headers, content=content)
        assert (refused.status_code, refused.headers["content-type"]) == (413, "application/problem+json")


def test_every_answer_has_the_headers(folder: Path, keys: dict[Role, str]) -> None:
    client = client_of(folder)
    answers = [client.get("/health"), client.get("/none"), client.get("/customers/7"), client.get("/page")]
    answers += [client.get("/health", headers={"Host": "evil.example"}), client.get("/docs")]
    answers += [client.get("/broken", headers=bearer(keys[Role.viewer]))]
    assert [answer.status_code for answer in answers] == [200, 404, 401, 200, 400, 200, 500]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in answer.headers
    assert answers[0].headers["content-security-policy"].startswith("default-src 'none'")
    nonces = {client.get("/page").headers["content-security-policy"] for _ in range(2)}
    assert len(nonces) == 2
    secure = TestClient(demo_app(folder), base_url="https://127.0.0.1", client=HERE)
    assert secure.get("/health").headers["strict-transport-security"] == "max-age=63072000"


def test_what_was_asked_is_noted_without_what_was_asked_for(folder: Path, keys: dict[Role, str]) -> None:
    with client_of(folder, AWAY) as client:
        client.get("/customers/ann@example.org?q=%2B442079460001", headers=bearer(keys[Role.viewer]))
        client.post("/pipeline/run", headers=bearer(keys[Role.admin]))
        client.get("/nowhere/ann@example.org")
        client.request("BREW", "/health")
        client.get("/health", headers=bearer("rgl_00000000_guess"))
    rows = DuckDBEngine(folder).access.access_table().to_pylist()[::-1]
    assert [(row["key_name"], row["method"], row["route"], row["status"]) for row in rows] == [
        ("viewer", "GET", "/customers/{customer_id}", 200),
        ("admin", "POST", "/pipeline/run", 202),
        (None, "GET", "(no route)", 404),
        (None, "BREW", "/health", 405),
        (None, "GET", "(no route)", 401),
    ]
    assert {row["address"] for row in rows} == {"203.0.113.0/24"}
    stored = b"".join(file.read_bytes() for file in folder.iterdir())
    for secret in (b"ann@example.org", b"442079460001", b"guess", b"203.0.113.9", keys[Role.viewer].encode()):
        assert secret not in stored
    used = {row["name"]: row["last_used_at"] for row in KeyStore(DuckDBEngine(folder)).table().to_pylist()}
    assert used["viewer"] is not None
    assert used["operator"] is None


def test_a_failure_tells_nobody_what_it_was_about(
    folder: Path, keys: dict[Role, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client_of(folder).get("/broken", headers=bearer(keys[Role.viewer]))
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "ValueError at" in caplog.text
    assert "ann@example.org" not in caplog.text + answer.text
    assert keys[Role.viewer] not in caplog.text


def test_while_the_keys_cannot_be_read_nobody_is_let_in(folder: Path, keys: dict[Role, str]) -> None:
    client = client_of(folder)
    (folder / "journal.sqlite").write_bytes(b"this is no database" * 100)
    for leftover in folder.glob("journal.sqlite-*"):
        leftover.unlink()
    answer = client.get("/customers/7", headers=bearer(keys[Role.viewer]))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_binding_where_others_reach_it_needs_a_key(folder: Path) -> None:
    store = KeyStore(DuckDBEngine(folder))
    for host in ("127.0.0.1", "localhost", "::1", "127.3.2.1"):
        check_binding(host, store)
    for host in ("0.0.0.0", "::", "", "192.168.0.7", "shop.example", "127.0.0.1.evil.example"):
        with pytest.raises(SettingsError, match="regulars keys add"):
            check_binding(host, store)
    store.add("door", Role.viewer)
    check_binding("0.0.0.0", store)
    store.revoke("door")
    with pytest.raises(SettingsError, match="no valid API key"):
        check_binding("0.0.0.0", store)
