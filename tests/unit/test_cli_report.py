from __future__ import annotations

from pathlib import Path

from tests.unit.conftest import Call, Published


def test_a_report_is_written_where_it_was_asked_for(call: Call, published: Published, tmp_path: Path) -> None:
    warehouse = published.settings.warehouse
    code, out, _ = call("report", "--output", "deep/of the month.html", "-w", warehouse)
    assert code == 0
    assert "of the month.html written" in out
    assert "confidential" not in out
    assert (tmp_path / "deep" / "of the month.html").read_text().startswith("<!DOCTYPE html>")


def test_names_are_told_to_be_confidential(call: Call, published: Published) -> None:
    code, out, _ = call("report", "--with-names", "-w", published.settings.warehouse)
    assert code == 0
    assert "confidential" in out


def test_without_anything_published_it_says_what_to_do(call: Call, tmp_path: Path) -> None:
    code, _, err = call("report", "-w", str(tmp_path / "none"))
    assert code == 3
    assert "regulars run" in err
    assert not (tmp_path / "report.html").exists()
