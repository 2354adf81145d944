"""The page shows every value, runs nothing, asks nobody, and lets no value become markup."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from decimal import Decimal

from regulars.serve.subject import Section, write_json
from regulars.serve.subject_page import write_page

NASTY = '</td><script>alert("x")</script><img src=http://evil.example/x>'


def sections() -> list[Section]:
    rows = ({"name": NASTY, "none": None, "keys": ["c1", NASTY]} for _ in range(2))
    return [Section("golden", "Golden <record>", rows), Section("orders", "Orders", iter([]))]


def test_values_are_text_and_nothing_is_loaded() -> None:
    page = "".join(write_page(sections(), 'Tom & "Jo"'))
    assert not re.search(r"<(script|img|link|iframe)", page)
    assert page.count("&lt;script&gt;") == 4
    assert "Tom &amp; &quot;Jo&quot;" in page
    assert "Golden &lt;record&gt;" in page
    assert '<h2>Orders <small>orders</small></h2>\n<p class="none">Nothing.</p>' in page
    assert "default-src 'none'" in page
    assert ">none<" not in page


def test_every_value_is_shown_whatever_shape_it_has() -> None:
    narrow = [{"day": dt.date(2025, 1, 2), "amount": Decimal("9.90")}, {"day": None, "amount": 0.00004}]
    deep = {
        "cut points": [{"score": 1, "from": 0.5}, {"score": 2, "from": 1234.5}],
        "rule": {"name": NASTY, "is_own": True},
    }
    wide = {f"field_{n}": f"value {n}" for n in range(9)} | {
        "why": deep,
        "none": None,
        "at": dt.datetime(2025, 1, 2, 3, 4),
    }
    late = {"amount": 1, "note": "came later"}
    page = "".join(
        write_page([Section("a", "A", iter([*narrow, late])), Section("b", "B", iter([wide, wide]))], "Shop")
    )
    for text in ("2025-01-02", "9.90", "4e-05", "came later", "value 8", "1,234.5", "2025-01-02 03:04:00", "yes"):
        assert f">{text}<" in page, text
    # Whoever comes with other fields gets a heading of their own.
    assert page.count("<th>amount</th>") == 2 and "<th>note</th>" in page
    assert page.count('<dl class="card">') == 2
    assert "<script" not in page and page.count("&lt;script&gt;") == 2
    opened, closed = re.findall(r"<(dl|div|dt|dd|table|thead|tbody|tr|th|td)\b", page), re.findall(r"</(\w+)>", page)
    assert Counter(opened) == Counter(tag for tag in closed if tag in set(opened))


def test_a_name_of_a_field_is_text_too() -> None:
    # A nasty header of a file is a nasty name of a column.
    page = "".join(write_page([Section(NASTY, NASTY, iter([{NASTY: 1, "b": 2}, {NASTY: 1, "c": [NASTY]}]))], NASTY))
    assert not re.search(r"<(script|img)", page)


def test_json_is_whole_and_has_every_section() -> None:
    import json

    told = json.loads("".join(write_json(sections())))
    assert told == {"golden": [{"name": NASTY, "none": None, "keys": ["c1", NASTY]}] * 2, "orders": []}
