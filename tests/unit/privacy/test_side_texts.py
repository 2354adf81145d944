"""A person's texts are hidden in messages, wherever they stand in them, and those of others are left."""

from __future__ import annotations

from pathlib import Path

from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.export_ledger import Export, ExportLedger
from regulars.privacy.side_texts import hiding, redact_messages
from regulars.privacy.traces import Wanted

WHAT = Wanted(
    {"email": ["anna@shop.example"], "phone": ["07700 900461"], "key": ["c1"], "name": [], "address": []}, [1]
)


def test_texts_are_hidden_and_neighbours_are_not() -> None:
    hidden = hiding(WHAT)
    assert hidden("Nobody is known by `Anna@Shop.example`.") == "Nobody is known by `[erased]`."
    assert hidden("joanna@shop.example or 07700 900461") == "joanna@shop.example or [erased]"
    assert hidden("c1 is a key, and a key is in the tables") == "c1 is a key, and a key is in the tables"


def test_the_journal_and_messages_of_the_ledger_keep_nothing(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    failed = engine.journal.start_run("land")
    engine.journal.start_stage(failed, 1, "land")
    engine.journal.finish_stage(failed, 1, "failed", 1.0, "line 7: anna@shop.example is no number")
    engine.journal.finish_run(failed, "failed", "line 7: anna@shop.example is no number")
    ledger = ExportLedger(engine.journal)
    ledger.begin(Export(name="for anna@shop.example", format="csv", path="/lists/07700 900461.csv", exported_by="bert"))
    hidden = hiding(WHAT)
    assert engine.journal.redact(hidden) == 3
    assert engine.journal.redact(hidden) == 0
    [run] = engine.journal.runs_table().to_pylist()
    assert run["error"] == "line 7: [erased] is no number"
    [entry] = ledger.every_entry()
    assert (entry["name"], entry["path"], entry["exported_by"]) == ("for [erased]", "/lists/[erased].csv", "bert")
    for file in (tmp_path / "warehouse").glob("journal*"):
        assert b"anna@shop" not in file.read_bytes()
    with engine.durable() as durable:
        durable.execute("insert into ops.loads (load_id, error) values (1, 'anna@shop.example twice'), (2, null)")
        durable.execute("insert into ops.identity_decisions (decided_at, reason) values ('2025-01-01', 'as Bert says')")
        assert redact_messages(durable, hidden) == 1
        assert durable.query("select error from ops.loads order by load_id")[0].to_pylist() == ["[erased] twice", None]
