"""The endpoints on a published shop, in a folder and in a database: content, pages, ETags, problems that help."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from tests.unit.conftest import Published

from regulars.engines.export_ledger import ExportLedger
from regulars.serve.api.app import create_app
from regulars.settings import Settings

PROBLEM = "application/problem+json"


def problem(response: Any, status: int) -> str:
    """The detail of a problem document, after a look that it is one."""
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM), response.text
    content = response.json()
    assert content["status"] == status and content["title"] and content["type"]
    return str(content["detail"])


def test_health_says_which_run_is_live_and_that_nothing_is(api: TestClient, served: Published, tmp_path: Any) -> None:
    found = api.get("/health")
    assert found.status_code == 200
    assert found.json()["run_id"] == served.report.run_id and found.json()["status"] == "ok"
    app = create_app(Settings(warehouse=str(tmp_path / "empty")))
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as empty:
        assert empty.get("/health").json()["status"] == "empty"
        assert "regulars run" in problem(empty.get("/segments"), 503)


def test_segments_are_those_of_the_queries(api: TestClient, served: Published) -> None:
    found = api.get("/segments").json()
    wanted = served.queries.segments().to_pylist()
    assert [(row["segment"], row["customers"], row["revenue"]) for row in found["items"]] == [
        (row["segment"], row["customers"], str(row["revenue"])) for row in wanted
    ]
    assert found["run_id"] == served.report.run_id
    assert found["customers"] == served.queries.basis().customers


def test_one_customer_with_orders_and_records(api: TestClient, served: Published) -> None:
    [known] = served.queries.find_customers("ann@example.org")
    row = served.queries.customer_360(known).to_pylist()[0]
    found = api.get(f"/customers/{known}?orders=true&records=true").json()
    assert {name: found[name] for name in ("email", "segment", "orders")} == {
        name: row[name] for name in ("email", "segment", "orders")
    }
    assert found["monetary"] == str(row["monetary"])
    assert [order["order_id"] for order in found["newest_orders"]] == (
        served.queries.customer_orders(known)["order_id"].to_pylist()
    )
    assert {record["source_customer_id"] for record in found["records"]} == {"1", "2"}


@pytest.mark.parametrize("text", ["ann@example.org", "ANN@example.org", "2", "customers:2", "+44 20 7946 0001"])
def test_a_customer_is_found_by_whatever_names_them(api: TestClient, served: Published, text: str) -> None:
    found = api.get("/customers", params={"q": text}).json()
    assert [row["customer_id"] for row in found["items"]] == served.queries.find_customers(text)
    assert found["total"] == 1


def test_pages_add_up_to_the_list_and_know_their_neighbours(api: TestClient) -> None:
    first = api.get("/customers?page_size=2&sort=-monetary").json()
    seen, page = list(first["items"]), first
    assert page["links"]["previous"] is None
    while page["links"]["next"]:
        page = api.get(page["links"]["next"]).json()
        seen += page["items"]
    assert len(seen) == first["total"] == 5
    assert len({row["customer_id"] for row in seen}) == 5
    spent = [float(row["monetary"]) for row in seen]
    assert spent == sorted(spent, reverse=True)
    assert api.get(page["links"]["previous"]).json()["page"] == page["page"] - 1
    beyond = api.get("/customers?page=99&page_size=2").json()
    assert beyond["items"] == [] and beyond["links"]["previous"].endswith("page=3&page_size=2")


def test_filters_hold_of_every_row(api: TestClient) -> None:
    everybody = api.get("/customers").json()["items"]
    limit = sorted(float(row["monetary"]) for row in everybody)[2]
    found = api.get("/customers", params={"min_monetary": limit}).json()
    assert {row["customer_id"] for row in found["items"]} == {
        row["customer_id"] for row in everybody if float(row["monetary"]) >= limit
    }
    segment = everybody[0]["segment"]
    of_one = api.get("/customers", params={"segment": segment}).json()
    by_path = api.get(f"/segments/{segment}/customers").json()
    assert [row["customer_id"] for row in of_one["items"]] == [row["customer_id"] for row in by_path["items"]]
    assert {row["segment"] for row in of_one["items"]} == {segment}


def test_why_is_what_the_command_says(api: TestClient, served: Published) -> None:
    [known] = served.queries.find_customers("bob@example.org")
    found = api.get(f"/customers/{known}/why").json()
    assert found["customer_id"] == known
    assert found["headline"].startswith("Bob")
    assert [metric["metric"] for metric in found["metrics"]] == ["recency", "frequency", "monetary"]


def test_the_etag_names_the_run_and_saves_the_second_answer(api: TestClient, served: Published) -> None:
    paths = ("/segments", "/customers", "/retention", "/migration", "/clusters", "/quality")
    for path in paths:
        first = api.get(path)
        tag = first.headers["etag"]
        assert served.report.run_id in tag
        assert first.headers["cache-control"] == "private, no-cache"
        for sent in (tag, f'"other", W/{tag}', "*"):
            again = api.get(path, headers={"If-None-Match": sent})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert api.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_what_does_not_exist_says_how_to_search(api: TestClient) -> None:
    assert "GET /customers?q=" in problem(api.get("/customers/7"), 404)
    assert "GET /customers?q=" in problem(api.get("/customers/7/why"), 404)
    assert "Champions" in problem(api.get("/segments/Nobody/customers"), 404)
    assert "Champions" in problem(api.get("/export/segments/Nobody"), 404)
    assert "GET /pipeline/runs" in problem(api.get("/pipeline/runs/20260101T000000-abcd"), 404)
    assert "GET /docs" in problem(api.get("/nothing"), 404)
    assert "Allow" in problem(api.put("/segments"), 405)


def test_every_export_holds_the_customers_of_the_segment_and_is_in_the_ledger(
    api: TestClient, served: Published
) -> None:
    everybody = api.get("/customers").json()["items"]
    segment = everybody[0]["segment"]
    ids = {row["customer_id"] for row in everybody if row["segment"] == segment}
    path = f"/export/segments/{segment}"
    found = api.get(path)
    assert found.headers["content-disposition"].startswith('attachment; filename="')
    assert found.headers["etag"]
    assert {int(row["customer_id"]) for row in csv.DictReader(io.StringIO(found.text))} == ids
    assert {row["customer_id"] for row in api.get(f"{path}?format=json").json()} == ids
    parquet = pq.read_table(io.BytesIO(api.get(f"{path}?format=parquet").content))
    assert set(parquet["customer_id"].to_pylist()) == ids
    assert api.get(f"{path}?format=xlsx").content.startswith(b"PK")
    newest = ExportLedger(served.engine.journal).entries(4).to_pylist()
    assert [entry["format"] for entry in newest] == ["xlsx", "parquet", "json", "csv"]
    assert {entry["status"] for entry in newest} == {"done"} and {e["exported_by"] for e in newest} == {"local"}
    assert newest[3]["sha256"] == hashlib.sha256(found.content).hexdigest()
    assert int(found.headers["content-length"]) == len(found.content) == newest[3]["bytes"]
    assert newest[3]["path"] == "sent to local" and json.loads(newest[3]["selection"]) == {"segments": [segment]}
    assert "format" in problem(api.get(f"{path}?format=exe"), 422)


def test_new_customers_are_placed_by_the_published_models(api: TestClient, served: Published) -> None:
    [known] = served.queries.find_customers("ann@example.org")
    row = served.queries.customer_360(known).to_pylist()[0]
    like_ann = {name: float(row[name]) for name in ("recency", "frequency", "monetary")}
    asked = [{"customer_id": "like ann", **like_ann}, {"customer_id": "unknown", "recency": None}]
    found = api.post("/predict", json={"customers": asked}).json()
    assert found["run_id"] == served.report.run_id
    assert [each["customer_id"] for each in found["items"]] == ["like ann", "unknown"]
    assert found["items"][0]["segment"] == row["segment"]
    assert found["items"][1]["problem"]


def test_orders_are_scored_by_the_steps_of_a_run(api: TestClient) -> None:
    orders = [
        {"customer_id": "new", "order_id": f"n{month}", "ordered_at": f"2025-{month:02}-10", "amount": "40.00"}
        for month in range(6, 13)
    ]
    found = api.post("/predict", json={"orders": orders, "as_of": "2025-12-25"})
    assert found.status_code == 200, found.text
    [only] = found.json()["items"]
    assert (only["customer_id"], only["recency"], only["frequency"]) == ("new", 15, 7)
    assert only["segment"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customers": []},
        {"customers": [{"customer_id": "a"}], "orders": [{}]},
        {"customers": [{"customer_id": "a", "recency": "soon"}]},
        {"customers": [{"customer_id": "a", 'x"; drop table y; --': 1}]},
        {"orders": [{"customer_id": "a", "order_id": "1", "ordered_at": "never", "amount": 1}]},
    ],
)
def test_what_cannot_be_predicted_is_named(api: TestClient, body: dict[str, Any]) -> None:
    assert "does not fit" in problem(api.post("/predict", json=body), 422)


def test_a_past_day_is_worked_out_once_and_a_day_before_all_is_refused(api: TestClient, served: Published) -> None:
    found = api.get("/segments?calc_date=2025-07-01")
    assert found.status_code == 200, found.text
    assert found.json()["as_of"] == "2025-07-01"
    assert sum(row["customers"] for row in found.json()["items"]) == found.json()["customers"]
    assert api.get("/segments?calc_date=2025-07-01").json() == found.json()
    assert "give a later day" in problem(api.get("/segments?calc_date=2020-01-01"), 422)


def test_charts_are_images_and_pages_whose_scripts_may_run(api: TestClient) -> None:
    image = api.get("/visualization/plot?plot_type=recency_monetary")
    assert image.content.startswith(b"\x89PNG") and image.headers["content-type"] == "image/png"
    again = api.get("/visualization/plot", headers={"If-None-Match": image.headers["etag"]})
    assert again.status_code == 304
    for path in ("/visualization/interactive?plot_type=recency_frequency", "/visualization/3d"):
        page = api.get(path)
        assert page.status_code == 200, page.text
        [nonce] = re.findall(r"'nonce-([^']+)'", page.headers["content-security-policy"])
        tags = re.findall(r"<script[^>]*>", page.text[:2000] + page.text[-200_000:])
        assert tags and all(f'nonce="{nonce}"' in tag for tag in tags), tags
        assert page.headers["cache-control"] == "no-store"
    assert "plot_type" in problem(api.get("/visualization/plot?plot_type=everything"), 422)


def test_the_report_is_the_commands_and_is_sent_once(api: TestClient) -> None:
    page = api.get("/report")
    assert page.headers["content-type"].startswith("text/html") and "</html>" in page.text
    assert "script-src" in page.headers["content-security-policy"] and "<script" not in page.text
    assert api.get("/report", headers={"If-None-Match": page.headers["etag"]}).status_code == 304
    assert "ann@example.org" not in page.text


def test_the_page_of_docs_needs_nothing_from_elsewhere(api: TestClient) -> None:
    page = api.get("/docs")
    assert page.status_code == 200
    for path in api.get("/openapi.json").json()["paths"]:
        assert path in page.text
    assert "<script" not in page.text and "http://" not in page.text and "https://" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert api.get("/docs/style.css").headers["content-type"].startswith("text/css")


HOSTILE = [
    "' or 1=1 --",
    "a'; drop table marts.dim_customers; --",
    "../../etc/passwd",
    "%2e%2e/x",
    "x\r\nSet-Cookie: a=1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_words(api: TestClient, text: str) -> None:
    found = api.get("/customers", params={"q": text})
    assert found.status_code in (200, 422)
    if found.status_code == 200:
        assert found.json()["total"] == 0
    for path in (f"/segments/{text}/customers", f"/export/segments/{text}", f"/pipeline/runs/{text}"):
        answer = api.get(path.replace("\r", "%0D").replace("\n", "%0A"))
        assert answer.status_code in (404, 422), (path, answer.status_code)
        assert "set-cookie" not in answer.headers
    assert api.get("/customers", params={"sort": text}).status_code == 422
    assert api.get("/customers").json()["total"] == 5


def test_a_body_that_is_too_large_is_not_read(api: TestClient) -> None:
    body = b'{"customers": [' + b" " * (9 * 2**20) + b"]}"
    assert problem(api.post("/predict", content=body, headers={"Content-Type": "application/json"}), 413)
    assert "JSON" in problem(
        api.post("/predict", content=b"\xff\xfe{", headers={"Content-Type": "application/json"}), 400
    )
