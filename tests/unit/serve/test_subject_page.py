"""The page shows every value, runs nothing, asks nobody, and lets no value become markup."""

from __future__ import annotations

import re

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
    assert "<h2>Orders</h2>\n<p>Nothing.</p>" in page
    assert "default-src 'none'" in page
    assert ">none<" not in page


def test_json_is_whole_and_has_every_section() -> None:
    import json

    told = json.loads("".join(write_json(sections())))
    assert told == {"golden": [{"name": NASTY, "none": None, "keys": ["c1", NASTY]}] * 2, "orders": []}
