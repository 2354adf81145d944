"""`regulars why` fits eighty columns, answers in its first sentence, and refuses in plain words."""

from __future__ import annotations

import json
import sys

import pytest
from tests.unit.conftest import Published

from regulars.cli import main


def _call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["regulars", "why", *words])
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    out, err = capsys.readouterr()
    assert isinstance(code, int)
    return code, out, err


@pytest.mark.parametrize("who", ["ann@example.org", "3", "4", "gus@example.org"])
def test_the_answer_is_one_screen_of_eighty_columns(
    who: str, published: Published, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = _call(capsys, monkeypatch, who, "-w", published.settings.warehouse)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80 and len(lines) <= 46
    assert " is in " in lines[1] and " because " in " ".join(lines[1:4])
    for heading in (
        "Recency",
        "Frequency",
        "Monetary",
        "Next score",
        "Code ",
        "Base ",
        "If nothing happens",
        "What to do",
    ):
        assert heading in out
    assert "as of the start of 25 December 2025 · map eleven" in out


def test_a_name_that_looks_like_markup_is_printed_as_it_is(
    published: Published, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Bob =1+1 is in " in _call(capsys, monkeypatch, "3", "-w", published.settings.warehouse)[1]


def test_whoever_never_bought_has_no_table_of_scores(
    published: Published, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = _call(capsys, monkeypatch, "020 7946 0005", "-w", published.settings.warehouse)
    assert "Recency" not in out
    assert "never bought" in out and "a first order" in out


def test_json_holds_the_numbers_and_the_sentences(
    published: Published, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [why] = json.loads(_call(capsys, monkeypatch, "3", "--json", "-w", published.settings.warehouse)[1])
    assert why["headline"].startswith("Bob =1+1 is in ")
    assert [metric["metric"] for metric in why["metrics"]] == ["recency", "frequency", "monetary"]
    assert why["outlook"]["thresholds"] == "held fixed"


def test_an_unknown_customer_and_an_unpublished_warehouse_end_with_their_codes(
    published: Published, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = _call(capsys, monkeypatch, "999", "-w", published.settings.warehouse)
    assert (code, out) == (2, "") and "Nobody is known by `999`. Give a customer id" in " ".join(err.split())
    code, _, err = _call(capsys, monkeypatch, "1", "-w", str(published.folder / "none"))
    assert code == 3 and "Nothing is published" in err
