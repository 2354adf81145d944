"""What is not fit to act on does not go live: what was live stays, one alert is told, the screen says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.end_to_end import doors
from tests.unit.activate.receiving import receiver

STAGES = [word for stage in ("land", "resolve", "build", "finish", "check", "publish") for word in ("--stage", stage)]
LATE = """
[identity]
probabilistic = false
[sources.orders]
path = "orders*.csv"
{ages}
[notify]
urls = ["env:SHOP_NOTIFY"]
"""
AGES = 'warn_after = "2 days"\nerror_after = "1 week"'
ORDERS = "order_id,customer_id,ordered_at,amount\n" + "".join(
    f"o{n},{n % 7},2025-01-{n % 28 + 1:02} 10:00:00,{n}.00\n" for n in range(60)
)


def _run(folder: Path, *words: str) -> doors.Outcome:
    return doors.command("run", *STAGES, *words, folder=folder)


def test_a_source_that_is_too_old_keeps_the_last_state_until_it_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders1.csv").write_text(ORDERS)
    settings = tmp_path / "regulars.toml"
    with receiver() as taken:
        monkeypatch.setenv("SHOP_NOTIFY", taken.url.replace("http", "json"))
        settings.write_text(LATE.format(ages='warn_after = "2 days"'))
        first = _run(tmp_path)
        assert first.exit_code == 0, first.errors
        assert "data through 2025-01-28" in " ".join(first.output.split())
        assert doors.command("check", folder=tmp_path).exit_code == 0
        live = (tmp_path / "warehouse" / "live.duckdb").stat().st_ino

        settings.write_text(LATE.format(ages=AGES))
        held = _run(tmp_path)
        again = doors.command("run", "--stage", "check", folder=tmp_path)
        for outcome in (held, again):
            assert outcome.exit_code == 1
            assert "freshness_of_orders" in outcome.errors
        assert (tmp_path / "warehouse" / "live.duckdb").stat().st_ino == live
        # It was late before it was too late: told once, by the first run, which was not stopped by it.
        [late, message] = [json.loads(body) for _, body in taken.requests]
        assert late["title"] == "My shop: orders is late" and "late after 48 hours" in late["message"]
        assert "failed at check" in message["title"] and "freshness_of_orders" in message["message"]

        status = doors.command("status", folder=tmp_path)
        assert status.exit_code == 0
        words = " ".join(status.output.split())
        assert words.startswith("Failed run") and "while it was to check" in words
        for needed in ("freshness_of_orders", "Next:", "--allow freshness_of_orders", "data through 2025-01-28"):
            assert needed in words, needed
        checked = doors.command("check", folder=tmp_path)
        assert checked.exit_code == 1 and "Stops" in checked.output
        [told] = doors.command("check", "--json", folder=tmp_path).rows
        assert not told["is_well"]
        assert [row["check_name"] for row in told["checks"] if row["status"] == "fail"] == ["freshness_of_orders"]

        alone = doors.command("run", "--stage", "publish", folder=tmp_path)
        assert alone.exit_code == 1 and "live warehouse stays" in alone.errors
        words = ("run", "--stage", "check", "--stage", "publish", "--allow")
        unknown = doors.command(*words, "freshnes", folder=tmp_path)
        assert unknown.exit_code == 2 and "There is no check `freshnes`" in unknown.errors
        allowed = doors.command(*words, "freshness_of_orders", folder=tmp_path)
        assert allowed.exit_code == 0, allowed.errors
        assert "Published with findings, as allowed: freshness_of_orders" in " ".join(allowed.errors.split())
    assert (tmp_path / "warehouse" / "live.duckdb").stat().st_ino != live
    live_file = tmp_path / "warehouse" / "live.duckdb"
    assert doors.ask(live_file, "select status, source from ops.freshness") == [("error", "orders")]
    ran = doors.ask(
        live_file,
        "select status, count(distinct run_id) from ops.check_history where check_name = 'freshness_of_orders'"
        " group by status order by status",
    )
    assert ran == [("allowed", 1), ("fail", 2), ("warn", 1)]
    assert doors.ask(live_file, "select command from ops.runs order by started_at desc limit 1")[0][0].endswith(
        "--allow freshness_of_orders"
    )
