"""`regulars predictions` fits eighty columns, says how good each prediction was, and what not to plan by."""

from __future__ import annotations

import json

import pytest
from tests.unit.conftest import Call, Published


def test_every_prediction_has_its_line_and_what_is_not_validated_its_reason(
    call: Call, clustered: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = call("predictions", "-w", clustered.settings.warehouse)
    assert (code, err) == (0, "")
    assert "Foretold of 60 customers, from 30 December 2025 on" in out
    for title in ("Orders", "Value", "Who leaves", "Daily sales", "Daily orders", "Daily buyers"):
        assert title in out
    assert "do not plan by it" in out and "the history is shorter than twice 365 days" in out


def test_json_has_every_measure_with_its_baseline(call: Call, clustered: Published) -> None:
    code, out, _ = call("predictions", "--json", "-w", clustered.settings.warehouse)
    found = json.loads(out)
    measures = clustered.queries.sql("select count(*) from model_validation").column(0)[0].as_py()
    assert code == 0 and sum(len(verdict["measures"]) for verdict in found) == measures
    [value] = [verdict for verdict in found if (verdict["model"], verdict["horizon"]) == ("value", 90)]
    assert value["foretold"] > 0 and value["words"]
    assert {"value", "baseline_value"} == set(value["measures"]["mean_absolute_error"])


@pytest.mark.parametrize("command", ["customer", "why"])
def test_a_customer_s_future_is_shown_with_its_verdict(call: Call, clustered: Published, command: str) -> None:
    code, out, _ = call(command, "r1", "-w", clustered.settings.warehouse)
    assert code == 0
    for words in ("Still a customer", "Leaving", "Health", "validated", "tested on the 90 days from"):
        assert words in out
    [plain] = json.loads(call(command, "r1", "--json", "-w", clustered.settings.warehouse)[1])
    assert plain["predictions"]["probability_alive"] and len(plain["predictions"]["tests"]) == 7


def test_who_never_bought_has_no_future_and_no_empty_heading(call: Call, published: Published) -> None:
    for command in ("customer", "why"):
        code, out, _ = call(command, "020 7946 0005", "-w", published.settings.warehouse)
        assert code == 0 and "Still a customer" not in out and "What is foretold" not in out
        [plain] = json.loads(call(command, "020 7946 0005", "--json", "-w", published.settings.warehouse)[1])
        assert plain["predictions"] is None


def test_a_run_ends_with_what_is_foretold(call: Call, clustered: Published) -> None:
    code, out, _ = call("run", str(clustered.folder / "orders.csv"), "-w", "own", "-q")
    assert code == 0
    assert "`regulars predictions` has all of it" in out and "in the next 90 days." in out


def test_a_shop_without_an_order_has_nothing_foretold(call: Call) -> None:
    from pathlib import Path

    Path("people.csv").write_text("customer_id,email\n1,ann@example.org\n")
    code, out, _ = call("run", "people.csv", "-w", "own", "-q")
    assert code == 0 and "Foretold" not in out
    code, out, _ = call("predictions", "-w", "own")
    assert code == 0 and "nobody yet" in out
