"""Who moved by what was published is put into the outbox once, and nobody hears of the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.activate.published_moves import publish

from regulars.activate.gathering import cut, gather
from regulars.engines.base import Engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.outbox_records import OutboxRecords
from regulars.engines.postgres import PostgresEngine
from regulars.serve.queries import Queries
from regulars.serve.selection import Consent
from regulars.settings import ShopSettings
from regulars.webhook_settings import WebhookSettings

FIRST, SECOND, THIRD = dt.date(2026, 1, 5), dt.date(2026, 1, 6), dt.date(2026, 1, 7)
BEFORE = {1: "Loyal", 2: "Loyal", 3: "Lost", 4: "Lost", 5: "Loyal", 6: "Prospect"}
AFTER = {1: "Loyal", 2: "Lost", 3: "Loyal", 4: "Lost", 6: "Loyal", 7: "Loyal"}


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A prepared warehouse in which nothing was published."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made: Engine = (
        DuckDBEngine(tmp_path / "warehouse")
        if request.param == "duckdb"
        else PostgresEngine(request.getfixturevalue("server").new_database())
    )
    made.prepare()
    yield made


def hook(**options: Any) -> dict[str, WebhookSettings]:
    return {"crm": WebhookSettings(url="https://crm.example/", secret="env:CRM_SECRET", **options)}


def gathered(engine: Engine, webhooks: dict[str, WebhookSettings], consent: Consent = "explicit") -> list[str]:
    queries = Queries(engine, ShopSettings()) if engine.has_live() else None
    return gather(queries, OutboxRecords(engine.journal), webhooks, consent)


def events(engine: Engine) -> list[dict[str, Any]]:
    """All events of the outbox."""
    outbox = OutboxRecords(engine.journal)
    rows: list[dict[str, Any]] = []
    for batch_id in sorted(outbox.batches(limit=1000)["batch_id"].to_pylist()):
        found = outbox.batch(batch_id)
        assert found is not None
        rows += found[1].to_pylist()
    return sorted(rows, key=lambda row: row["customer_id"])


def test_who_moved_between_two_publications_is_told_with_the_cause_of_the_history(engine: Engine) -> None:
    assert gathered(engine, hook()) == []
    publish(engine, "r1", FIRST, BEFORE)
    assert gathered(engine, hook()) == []
    assert events(engine) == [], "what is live from the first run on is no news"
    publish(
        engine,
        "r2",
        SECOND,
        AFTER,
        before=("r1", FIRST, BEFORE),
        events=[
            (2, "passing of time", "Loyal", "Lost", False),
            (3, "own behaviour", "Hibernating", "Loyal", False),
            (7, "own behaviour", "", "Loyal", False),
            (3, "data correction", "Lost", "Loyal", True),
        ],
        merged={5: 1},
    )
    assert gathered(engine, hook(batch_size=2)) == []
    expected = [
        (2, "moved", "passing of time", "Loyal", "Lost", None),
        (3, "moved", "data correction", "Lost", "Loyal", None),
        (5, "left", None, "Loyal", None, 1),
        (6, "moved", None, "Prospect", "Loyal", None),
        (7, "entered", "own behaviour", None, "Loyal", None),
    ]
    assert [tuple(row.values()) for row in events(engine)] == expected
    batches = OutboxRecords(engine.journal).batches().to_pylist()
    assert sorted(batch["events"] for batch in batches) == [1, 2, 2]
    assert {(batch["run_id"], batch["from_as_of"], batch["as_of"]) for batch in batches} == {
        ("r2", "2026-01-05", "2026-01-06")
    }
    # Again, also by somebody who was stopped before it was noted that all is in.
    OutboxRecords(engine.journal).gathered("crm", "r1", "2026-01-05")
    assert gathered(engine, hook(batch_size=2)) == gathered(engine, hook(batch_size=2)) == []
    assert [tuple(row.values()) for row in events(engine)] == expected


def test_a_webhook_gets_what_it_asks_for(engine: Engine) -> None:
    for name, options, expected in (
        ("entered", {"events": ("entered",)}, [7]),
        ("lost", {"to_segments": ("Lost",)}, [2]),
        ("from", {"from_segments": ("Loyal", "Prospect"), "events": ("moved", "left")}, [2, 5, 6]),
        ("both", {"from_segments": ("Lost",), "to_segments": ("Loyal",)}, [3]),
        ("nobody", {"from_segments": ("Lost",), "to_segments": ("Lost",)}, []),
    ):
        publish(engine, f"{name}1", FIRST, BEFORE)
        webhooks = {name: hook(**options)["crm"]}
        gathered(engine, webhooks)
        publish(engine, f"{name}2", SECOND, AFTER, before=(f"{name}1", FIRST, BEFORE))
        assert gathered(engine, webhooks) == []
        outbox = OutboxRecords(engine.journal)
        found = [
            row
            for batch_id in outbox.batches(name)["batch_id"].to_pylist()
            for row in (outbox.batch(batch_id) or ({}, pa.table({})))[1].to_pylist()
        ]
        assert [row["customer_id"] for row in found] == expected, name


@pytest.mark.parametrize(
    ("consent", "known"), [("explicit", {3, 6}), ("unless_refused", {2, 3, 6}), ("all", {2, 3, 6, 7})]
)
def test_personal_fields_are_sent_of_who_agreed(tmp_path: Path, consent: Consent, known: set[int]) -> None:
    # By hand: customers divisible by three agreed, those one above refused, the others were never asked.
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    publish(engine, "r1", FIRST, BEFORE)
    webhooks = hook(fields=("clv", "email"))
    gathered(engine, webhooks, consent)
    publish(engine, "r2", SECOND, AFTER, before=("r1", FIRST, BEFORE))
    assert gathered(engine, webhooks, consent) == []
    found = {row["customer_id"]: row for row in events(engine)}
    assert set(found) == {2, 3, 5, 6, 7}, "everybody's move is told"
    assert {one for one, row in found.items() if row["email"] is not None} == known
    assert [found[one]["clv"] for one in (2, 3, 5, 6, 7)] == [3.0, 4.5, None, 9.0, 10.5]
    assert found[6]["email"] == "c6@example.org"


def test_other_rules_an_earlier_day_and_the_day_after_it_tell_nothing(engine: Engine) -> None:
    publish(engine, "r1", SECOND, BEFORE)
    gathered(engine, hook())
    publish(engine, "r2", THIRD, AFTER, before=("r1", SECOND, BEFORE), rules="others")
    gathered(engine, hook())
    assert events(engine) == [], "the map changed: nobody did"
    publish(engine, "r3", FIRST, BEFORE, before=("r2", THIRD, AFTER))
    gathered(engine, hook())
    assert events(engine) == [], "a run of an earlier day is for looking back"
    publish(engine, "r4", THIRD, AFTER, before=("r3", FIRST, BEFORE))
    gathered(engine, hook())
    assert events(engine) == [], "the way back from it is no news"
    publish(engine, "r5", THIRD, BEFORE, before=("r4", THIRD, AFTER))
    gathered(engine, hook())
    assert len(events(engine)) == 5, "what was corrected on the day itself is"


def test_a_webhook_that_is_new_hears_of_nothing_before_it(engine: Engine) -> None:
    publish(engine, "r1", FIRST, BEFORE)
    gathered(engine, hook())
    publish(engine, "r2", SECOND, AFTER, before=("r1", FIRST, BEFORE))
    both = {**hook(), "late": hook()["crm"]}
    gathered(engine, both)
    assert set(OutboxRecords(engine.journal).batches()["webhook"].to_pylist()) == {"crm"}
    publish(engine, "r3", THIRD, BEFORE, before=("r2", SECOND, AFTER))
    gathered(engine, both)
    assert OutboxRecords(engine.journal).batches("late").num_rows == 1


def test_a_publication_that_was_missed_is_said(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    publish(engine, "r1", FIRST, BEFORE)
    gathered(engine, hook())
    publish(engine, "r2", SECOND, AFTER, before=("r1", FIRST, BEFORE))
    publish(engine, "r3", THIRD, BEFORE, before=("r2", SECOND, AFTER))
    [note] = gathered(engine, hook())
    assert "missed what run r2 published" in note
    assert gathered(engine, hook()) == [] and len(events(engine)) == 5


def test_a_segment_or_column_that_is_unknown_waits_to_be_mended(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    publish(engine, "r1", FIRST, BEFORE)
    gathered(engine, hook())
    publish(engine, "r2", SECOND, AFTER, before=("r1", FIRST, BEFORE))
    [note] = gathered(engine, hook(to_segments=("Lots",)))
    assert "no segment `Lots`" in note and "Lost" in note
    [note] = gathered(engine, hook(fields=("e_mail",)))
    assert "no column `e_mail`" in note and "email" in note
    assert gathered(engine, hook(to_segments=("Lost",))) == []
    assert [row["customer_id"] for row in events(engine)] == [2]


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 7))
def test_rows_are_cut_into_tables_of_one_size(lengths: list[int], rows: int) -> None:
    schema = pa.schema([("n", pa.int64())])
    numbers = iter(range(200))
    batches = [pa.record_batch([pa.array([next(numbers) for _ in range(length)])], schema=schema) for length in lengths]
    tables = list(cut(pa.RecordBatchReader.from_batches(schema, batches), rows))
    assert [number for table in tables for number in table["n"].to_pylist()] == list(range(sum(lengths)))
    assert all(table.num_rows == rows for table in tables[:-1])
    assert not tables or 1 <= tables[-1].num_rows <= rows
