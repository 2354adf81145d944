"""A record is one line of JSON, whatever Python holds in it."""

from __future__ import annotations

import json
from decimal import Decimal

from regulars.sources.json_lines import json_line


def test_what_json_has_no_kind_for_is_made_plain_and_no_number_becomes_null() -> None:
    record = {"amount": Decimal("1.50"), "rates": [1.0, float("nan")], "more": {"far": float("inf")}, "name": "Jörg\n"}
    line = json_line(record, str)
    assert b"\n" not in line
    assert json.loads(line) == {"amount": "1.50", "rates": [1.0, None], "more": {"far": None}, "name": "Jörg\n"}


def test_half_a_character_does_not_stop_the_line() -> None:
    assert json.loads(json_line({"name": "a\ud800"}, str)) == {"name": "a?"}
