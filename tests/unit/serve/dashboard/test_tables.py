"""Tables: what stands in a shop's data is text in them, and links keep to the dashboard."""

from __future__ import annotations

import pyarrow as pa

from regulars.serve.dashboard import tables


def test_data_is_never_markup() -> None:
    rows = pa.table({"name": ["<script>alert(1)</script>"], "colour": ['"><script>']})
    found = tables._html(
        rows,
        [
            tables.Column("name", "<b>", link=lambda row: tables.address("segments", segment=row["name"])),
            tables.Column("name", "Name", swatch=lambda row: row["colour"]),
        ],
        "EUR",
        'x" onclick="',
    )
    assert "<script" not in found and "<b>" not in found and 'onclick="' not in found
    assert 'href="segments?segment=%3Cscript%3Ealert%281%29%3C%2Fscript%3E"' in found


def test_addresses_are_relative_and_leave_out_what_is_not_given() -> None:
    assert tables.address("segments", segment="At Risk", page=None) == "segments?segment=At+Risk"
    assert tables.customer(5) == "customers?customer=5"
    assert tables.address("") == "./"


def test_a_column_of_nothing_is_left_out_where_it_may_be() -> None:
    rows = [{"id": 1, "name": None, "phone": ""}, {"id": 2, "name": "Ann", "phone": None}]
    columns = [tables.Column("id", "Id"), *(tables.Column(each, each, is_optional=True) for each in ("name", "phone"))]
    assert tables._html(rows, columns, "", "").count("<th ") == 2
    assert ">phone<" not in tables._html(rows, columns, "", "") and ">name<" in tables._html(rows, columns, "", "")
    assert ">phone<" in tables._html(rows, [tables.Column("phone", "phone")], "", "")


def test_commands_stand_out_in_words_and_in_nothing_else() -> None:
    rows = [{"said": "Then `regulars run` <again>"}]
    [words, plain] = (tables._html(rows, [tables.Column("said", "Said", kind)], "", "") for kind in ("words", "text"))
    assert "Then <code>regulars run</code> &lt;again&gt;" in words
    assert "Then `regulars run` &lt;again&gt;" in plain
