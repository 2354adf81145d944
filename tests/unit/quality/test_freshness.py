"""Ages are kept with words, and those that are too old are findings that can be allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.quality.freshness import measure_freshness

_MODEL = """
    create table intermediate.int_sources__freshness as
    select source, 'orders' as entity, 3::bigint as last_load_id, timestamp '2025-06-09 02:00:00' as last_landed_at,
        timestamp '2025-06-08 12:00:00' as newest_record_at, data_through,
        timestamp '2025-06-10 02:00:00' as measured_at,
        age_hours::double as age_hours, warn::double as warn_after_hours, error::double as error_after_hours, status
    from (values
        ('old', timestamp '2025-06-01 00:00:00', 218, 26, 72, 'error'),
        ('late', timestamp '2025-06-09 00:00:00', 26.4, 26, 72, 'warn'),
        ('mute', null, null, 26, null, 'warn'),
        ('good', timestamp '2025-06-10 00:00:00', 2, 26, 72, 'pass'),
        ('free', timestamp '2011-12-10 00:00:00', 118000, null, null, 'no limit')
    ) as ages (source, data_through, age_hours, warn, error, status)
"""


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    made = DuckDBEngine(tmp_path)
    made.prepare()
    with made.build(fresh=True) as build:
        build.execute("create schema if not exists intermediate")
        build.execute(_MODEL)
    return made


def test_sources_with_a_limit_are_checks_and_all_are_kept_with_words(engine: DuckDBEngine) -> None:
    with engine.build() as build:
        found = {record.check_name: record for record in measure_freshness(build, "run-1")}
        kept = {row["source"]: row["message"] for row in build.query("select * from ops.freshness").to_pylist()}
    assert {name: record.status for name, record in found.items()} == {
        "freshness_of_old": "fail",
        "freshness_of_late": "warn",
        "freshness_of_mute": "warn",
        "freshness_of_good": "pass",
    }
    assert found["freshness_of_old"].stops_publishing and found["freshness_of_old"].sample == "source old, load 3"
    assert kept["old"] == (
        "old is known through 2025-06-01 00:00, which is 9 days ago; late after 26 hours, stops publishing after 3 days"
    )
    assert kept["mute"] == "mute never said anything that can be dated"
    assert kept["free"].endswith("4,917 days ago; no limit is set")


@pytest.mark.parametrize("allowed", ["freshness", "freshness_of_old"])
def test_an_age_can_be_allowed(engine: DuckDBEngine, allowed: str) -> None:
    with engine.build() as build:
        found = {record.check_name: record for record in measure_freshness(build, "run-1", [allowed])}
    assert found["freshness_of_old"].status == "allowed"
    assert not any(record.stops_publishing for record in found.values())


def test_a_build_that_measured_nothing_has_no_ages(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path)
    engine.prepare()
    with engine.build(fresh=True) as build:
        assert measure_freshness(build, "run-1") == []
