"""`regulars keys`: a key is shown once, and what is listed holds none."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.conftest import Call

from regulars.engines.duckdb import DuckDBEngine
from regulars.serve.auth import KeyStore


def test_a_key_is_given_listed_rotated_and_revoked(call: Call, tmp_path: Path) -> None:
    store = KeyStore(DuckDBEngine(tmp_path / "warehouse"))
    code, out, err = call("keys", "add", "crm-sync", "--role", "operator", "--expires", "90d")
    secret = out.strip()
    assert (code, secret.startswith("rgl_"), "not shown again" in err) == (0, True, True)
    found = store.verify(secret)
    assert found is not None
    assert (found.name, found.role.name) == ("crm-sync", "operator")
    _, out, _ = call("keys", "rotate", "crm-sync", "--grace", "0s", "--json")
    [rotated] = json.loads(out)
    _, out, _ = call("keys", "list", "--json")
    assert [(row["name"], row["state"]) for row in json.loads(out)] == [("crm-sync", "expired"), ("crm-sync", "valid")]
    assert secret not in out
    assert rotated["key"] not in out
    _, out, _ = call("keys", "list")
    assert secret[:12] in out
    assert "hash" not in out.lower()
    assert call("keys", "revoke", "crm-sync")[1] == "Revoked 1 key of crm-sync.\n"


def test_mistakes_end_with_code_2_and_their_repair(call: Call) -> None:
    assert "regulars keys add" in call("keys", "list")[1]
    for words in (("add", "a b"), ("add", "a", "--role", "root"), ("add", "a", "--expires", "soon"), ("revoke", "a")):
        code, _, err = call("keys", *words)
        assert (code, err.startswith("Error:")) == (2, True)


def test_no_query_of_published_tables_reaches_a_key(call: Call) -> None:
    call("demo", "--customers", "20")
    call("keys", "add", "crm")
    for statement in (
        "select * from ops.api_keys",
        "select * from sqlite_scan('warehouse/journal.sqlite', 'api_keys')",
        "select * from read_text('warehouse/journal.sqlite')",
        "attach 'warehouse/journal.sqlite' as j (type sqlite)",
    ):
        assert call("sql", statement)[0] == 2, statement
