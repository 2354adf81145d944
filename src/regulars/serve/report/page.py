"""The report as one HTML page: nothing is loaded from anywhere, and the same warehouse gives the same bytes."""

from __future__ import annotations

import base64
import os
from importlib.resources import files
from pathlib import Path

from regulars.errors import InputError
from regulars.serve.queries import Queries
from regulars.serve.report.facts import Facts, read_facts

TEMPLATE, STYLE = "report.html", "report.css"


def write_report(queries: Queries, path: Path, *, shop: str, with_names: bool = False) -> int:
    """Writes the report to a file, whole or not at all, and returns its size in bytes.

    Args:
        queries: The published warehouse.
        path: The file, replaced when it exists.
        shop: Name of the shop, for the title.
        with_names: Whether the customers at risk get their names and addresses, or numbers alone.

    Raises:
        InputError: The file cannot be written, or matplotlib or jinja2 is not installed.
        WarehouseError: Nothing is published.
    """
    page = report(queries, shop=shop, with_names=with_names).encode()
    half = path.with_name(f".{path.name}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            half.write_bytes(page)
            os.replace(half, path)
        finally:
            half.unlink(missing_ok=True)
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
