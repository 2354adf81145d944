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
