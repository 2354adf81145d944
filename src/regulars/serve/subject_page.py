"""What is known of a person as one HTML page that needs nothing beside it; every value is escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from regulars.serve.subject import Section

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #bbb}
table{border-collapse:collapse;margin:.5rem 0 1rem;width:100%}
th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #e3e3e3;font-size:.9rem}
th{width:16rem;font-weight:600}td{overflow-wrap:anywhere}p{color:#555}
@media print{body{margin:0;max-width:none}table{break-inside:avoid}}
"""


def write_page(sections: Iterable[Section], shop: str) -> Iterator[str]:
    """The page, piece by piece.

    Args:
        sections: What is known.
        shop: The shop's name.
    """
    title = escape(f"What {shop} knows of one person")
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>\n"
    )
    for section in sections:
        yield f"<h2>{escape(section.title)}</h2>\n"
        is_empty = True
        for row in section.rows:
            is_empty = False
            yield _record(row)
        if is_empty:
            yield "<p>Nothing.</p>\n"
    yield "</body></html>\n"


def _record(row: dict[str, Any]) -> str:
    lines = (
        f"<tr><th>{escape(str(name))}</th><td>{escape(_shown(value))}</td></tr>"
        for name, value in row.items()
        if value is not None and value != []
    )
    return f"<table>{''.join(lines)}</table>\n"


def _shown(value: Any) -> str:
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
