"""What is known of a person as one HTML page that needs nothing beside it; every value is escaped.

Records that fit into a line are rows of a table, wider ones are cards; no field that has a value is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Iterator
from html import escape
from typing import Any

from regulars.serve.subject import Row, Section

# As many letters as a line of a table has room for.
_TABLE_WIDTH = 130
_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:66rem;padding:0 1rem;color:#1c1f24;background:#fff}
h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.1rem;margin:2.2rem 0 .6rem;padding-top:.6rem;
border-top:2px solid #d5dae1}
h2 small{font-weight:400;color:#5c6673}p{color:#4a525d;max-width:46rem;margin:.3rem 0 .8rem}
.none{color:#6b7480}
dl{margin:0}.card{display:grid;grid-template-columns:repeat(auto-fill,minmax(11.5rem,1fr));gap:.55rem 1.1rem;
margin:0 0 .7rem;padding:.7rem .9rem;border:1px solid #dde2e8;border-radius:6px;background:#fafbfc;
break-inside:avoid-page}.card>.wide{grid-column:1/-1}dt{font-size:.75rem;color:#5c6673}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
dd dl{border-left:2px solid #dde2e8;padding-left:.7rem}dd dl>div{display:flex;gap:.6rem}dd dl dt{min-width:9rem}
table{border-collapse:collapse;width:100%;margin:.2rem 0 .7rem;font-size:.9rem}thead{display:table-header-group}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #e6e9ee;
overflow-wrap:anywhere;white-space:pre-wrap}th{font-size:.75rem;font-weight:600;color:#5c6673;white-space:normal}tr{break-inside:avoid}
@media print{body{margin:0;max-width:none;font-size:10pt}.card{background:none}h2{break-after:avoid}}
"""
_ABOUT = (
    "This is everything that is kept of one person: what was received, how it was read, and what was computed from it."
    " Names of fields are those of the database. Nothing that has a value is left out."
)


def write_page(sections: Iterable[Section], shop: str) -> Generator[str]:
    """The page, piece by piece.

    Args:
        sections: What is known.
        shop: The shop's name.
    """
    title = escape(f"What {shop} knows of one person")
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="referrer" content="no-referrer">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>\n<p>{_ABOUT}</p>\n"
    )
    for section in sections:
        yield f"<h2>{escape(section.title)} <small>{escape(section.name)}</small></h2>\n"
        rows = iter(section.rows)
        first = next(rows, None)
        if first is None:
            yield '<p class="none">Nothing.</p>\n'
        elif _is_narrow(first):
            yield from _table(first, rows)
        else:
            yield _card(first)
            yield from map(_card, rows)
    yield "</body></html>\n"


def _is_narrow(row: Row) -> bool:
    """Whether rows like this one fit into the lines of a table."""
    if len(row) == 1 or any(isinstance(value, dict | list) for value in row.values()):
        return False
    return sum(max(len(str(name)), len(_shown(value))) + 2 for name, value in row.items()) <= _TABLE_WIDTH


def _table(first: Row, others: Iterator[Row]) -> Iterator[str]:
    columns = list(first)
    yield f"<table><thead>{_line('th', map(_label, columns))}</thead><tbody>\n"
    yield _line("td", map(_shown, first.values()))
    for row in others:
        if list(row) != columns:
            columns = list(row)
            yield _line("th", map(_label, columns))
        yield _line("td", map(_shown, row.values()))
    yield "</tbody></table>\n"


def _line(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>\n"


def _card(row: Row) -> str:
    return f'<dl class="card">{_fields(row)}</dl>\n'


def _fields(row: Row) -> str:
    return "".join(
        f"<div{_WIDE if _is_long(value) else ''}><dt>{_label(name)}</dt><dd>{_shown(value)}</dd></div>"
        for name, value in row.items()
        if value not in (None, "", [], {})
    )


_WIDE = ' class="wide"'


def _is_long(value: Any) -> bool:
    return isinstance(value, dict) or len(str(value)) > 80 or (isinstance(value, list) and isinstance(value[0], dict))


def _label(name: str) -> str:
    return escape(str(name).strip("_").replace("_", " "))


def _shown(value: Any) -> str:
    """A value as HTML."""
    if isinstance(value, dict):
        return f"<dl>{_fields(value)}</dl>"
    if isinstance(value, list):
        if value and all(isinstance(each, dict) and list(each) == list(value[0]) for each in value):
            return "".join(_table(value[0], iter(value[1:])))
        return "<br>".join(map(_shown, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return escape(f"{value:.4g}" if 0 < abs(value) < 0.001 else f"{value:,.4f}".rstrip("0").rstrip("."))
    if isinstance(value, dt.datetime):
        return escape(value.isoformat(sep=" ", timespec="seconds"))
    return "" if value is None else escape(str(value))
