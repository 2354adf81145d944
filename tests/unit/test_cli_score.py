"""`regulars score` says what came of a file, writes it, and ends with the exit code its end deserves."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.conftest import Published

from regulars.cli import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    clustered: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    (tmp_path / "new.csv").write_text("id,recency,frequency,monetary\na,3,30,2000\nb,soon,1,5\nc,300,1,9\n")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regulars", "score", *words, "-w", clustered.settings.warehouse])
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        out, err = capsys.readouterr()
        assert isinstance(code, int)
        return code, out, err

    return run


def test_the_clusters_of_a_file_are_counted_and_what_could_not_be_scored_is_said(call: Call) -> None:
    code, out, err = call("new.csv")
    assert code == 0
    assert "2 of 3 customers scored" in out and "Champions" in out and "--output scored.csv" in out
    assert "1 not scored: recency is no number" in err


def test_json_is_nothing_but_json(call: Call, clustered: Published) -> None:
    code, out, _ = call("new.csv", "--output", "scored.csv", "--json")
    [report] = json.loads(out)
    assert code == 0
    assert (report["kind"], report["rows"], report["scored"], report["output"]) == ("customers", 3, 2, "scored.csv")
    assert report["model"] == clustered.report.run_id
    assert [cluster["cluster_id"] for cluster in report["clusters"]] == [1, 2]
    assert sum(cluster["share"] for cluster in report["clusters"]) == 1


def test_orders_say_as_of_when(call: Call, clustered: Published) -> None:
    code, out, _ = call(str(clustered.folder / "orders.csv"), "--as-of", "2025-12-01", "-o", "scored.csv")
    assert code == 0 and "from their orders as of the start of 2025-12-01" in out
    assert "Segments" in out and "What they will buy" in out
    assert "will more likely than not place no order within 90 days" in out
    assert Path("scored.csv").read_text().replace('"', "").startswith("customer_id,recency,frequency,monetary,segment")


def test_errors_end_with_their_codes(call: Call) -> None:
    assert call("absent.csv")[0] == 2
    assert call("new.csv", "-o", "out.txt")[0] == 2
    assert call("new.csv", "--as-of", "yesterday")[0] == 2
