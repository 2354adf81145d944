"""All that is known of a person is handed over, as JSON and as a page, and nobody else's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.end_to_end import doors
from tests.end_to_end.erasing import EMAIL, OLD_EMAIL, golden_ids


@pytest.fixture(scope="module")
def shop(shop_to_erase_from: Path) -> Path:
    return shop_to_erase_from


def test_whoever_stops_reading_gets_no_traceback(shop: Path) -> None:
    done = subprocess.run(
        f"'{doors.SCRIPT}' subject zq7777 | head -c 20",
        shell=True,
        cwd=shop,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("{")
    assert "Traceback" not in done.stderr


def test_all_that_is_known_is_handed_over(shop: Path) -> None:
    done = doors.command("subject", "zq7777", folder=shop)
    assert done.exit_code == 0, done.errors
    told = json.loads(done.output)
    ids = set(golden_ids(shop))
    assert {told["person"][0]["customer_id"], *told["person"][0]["merged_ids"]} == ids
    # In three sources, with the row that came twice, the one set aside, and the line that cannot be read.
    assert [row["source"] for row in told["received"]].count("crm") == 2
    assert {row["order_id"] for row in told["received"] if "order_id" in row} == {
        "9zq777",
        "900778",
        "900779",
        "900780",
    }
    assert [row["reason"] for row in told["received"] if row.get("field") == "ordered_at"]
    assert any("too,many,fields" in str(row.get("payload")) for row in told["received"])
    # Also the order and the scores of the guest who had the old address.
    assert sorted(row["order_id"] for row in told["orders"]) == ["900778", "900779", "9zq777"]
    for section in ("customer", "orders", "score_history", "behavior", "predictions", "why"):
        assert {row["customer_id"] for row in told[section]} == ids, section
    months = [(row["customer_id"], row["as_of"]) for row in told["score_history"]]
    assert months == sorted(months) and told["segment_events"] and told["identity_map"] and told["field_sources"]
    assert [row["reason"] for row in told["identity_decisions"]] == [f"{EMAIL} lives with them"]
    others = doors.ask(
        shop / "warehouse" / "live.duckdb", "select email from marts.customer_360 where email is not null"
    )
    assert not [email for (email,) in others if email not in (EMAIL, OLD_EMAIL) and email in done.output]


def test_as_a_page_it_shows_values_and_runs_none(shop: Path) -> None:
    done = doors.command("subject", "c1002", "-o", "page.html", folder=shop)
    assert done.exit_code == 0, done.errors
    page = (shop / "page.html").read_text()
    assert "&lt;img src=x onerror=alert(1)&gt; Road" in page and "<img" not in page
    assert (shop / "page.html").stat().st_mode & 0o777 == 0o600
