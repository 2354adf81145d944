"""The documentation of the tables is served with its data, under a policy that lets nothing in from elsewhere."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_page_script_and_data_are_served_under_the_policy_of_pages(api: TestClient) -> None:
    page = api.get("/docs/data")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert page.status_code == 200 and policy["script-src"].startswith("'self' 'nonce-")
    assert "unsafe" not in policy["script-src"] and policy["connect-src"] == "'self'"
    script = api.get("/docs/data/app.js")
    assert script.headers["content-type"].startswith("text/javascript") and len(script.content) > 1_000_000
    again = api.get("/docs/data/app.js", headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    project = api.get("/docs/data/manifest.json").json()
    parents = project["parent_map"]["model.regulars.customer_360"]
    assert "model.regulars.fct_customer_rfm" in parents
    catalog = api.get("/docs/data/catalog.json").json()
    assert catalog["nodes"]["model.regulars.customer_360"]["stats"]["row_count"]["value"] == 5
