"""The report as one HTML page: nothing is loaded from anywhere, and the same warehouse gives the same bytes."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from regulars.engines.files import sync, under_way
from regulars.errors import InputError
from regulars.serve.queries import Queries
from regulars.serve.report.facts import Facts, read_facts

TEMPLATE, STYLE = "report.html", "report.css"


def write_report(
    queries: Queries,
    path: Path,
    *,
    shop: str,
    with_names: bool = False,
    on_people: Callable[[Sequence[int]], None] = lambda customer_ids: None,
) -> int:
    """Writes the report to a file, whole or not at all, and returns its size in bytes.

    Args:
        queries: The published warehouse.
        path: The file, replaced when it exists.
        shop: Name of the shop, for the title.
        with_names: Whether the customers at risk get their names and addresses, or numbers alone.
        on_people: Told, before the file is there, the golden ids of the customers who are in it.

    Raises:
        InputError: The file cannot be written, or matplotlib or jinja2 is not installed.
        WarehouseError: Nothing is published.
    """
    with queries.session() as live:
        facts = read_facts(live, with_names)
    page = _rendered(facts, shop, with_names).encode()
    at_risk = facts.at_risk.people if facts is not None and facts.at_risk is not None else ()
    on_people([person.customer_id for person in at_risk])
    try:
        with under_way(path) as half:
            half.write_bytes(page)
            sync(half)
            os.replace(half, path)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror}. Choose another place or free disk space.") from None
    return len(page)


def report(queries: Queries, *, shop: str, with_names: bool = False) -> str:
    """The report's HTML; arguments and errors as of `write_report`."""
    with queries.session() as live:
        facts = read_facts(live, with_names)
    return _rendered(facts, shop, with_names)


def _rendered(facts: Facts | None, shop: str, with_names: bool) -> str:
    try:
        import jinja2
    except ImportError:
        raise InputError(
            "The report needs jinja2, which is not installed. Install it: pip install 'regulars[report]'."
        ) from None
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["image"] = lambda svg: "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
    return environment.get_template(TEMPLATE).render(
        facts=facts, shop=shop, with_names=with_names, style=_template(STYLE)
    )


def _template(name: str) -> str:
    return (files("regulars.templates") / name).read_text(encoding="utf-8")
