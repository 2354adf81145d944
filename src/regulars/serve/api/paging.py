"""Page, size and links of a list."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request

from regulars.serve.pages import Page

MOST_ROWS = 500
_MOST_PAGES = 1_000_000

PageNumber = Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES, description="The page, from 1.")]
PageSize = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of a page.")]


def links(request: Request, total: int, number: int, size: int) -> dict[str, str | None]:
    """Where the pages around one are. They are relative, so that no Host header of a client's stands in them."""
    last = max(1, -(-total // size))
    others = [(name, value) for name, value in request.query_params.multi_items() if name not in ("page", "page_size")]

    def link(page: int) -> str:
        return (
            f"{request.scope['raw_path'].decode('latin-1')}?{urlencode([*others, ('page', page), ('page_size', size)])}"
        )

    return {
        "self": link(number),
        "first": link(1),
        "previous": link(min(number - 1, last)) if number > 1 else None,
        "next": link(number + 1) if number < last else None,
        "last": link(last),
    }


def paged(
    request: Request, run_id: str, found: Page, rows: list[dict[str, Any]], number: int, size: int
) -> dict[str, Any]:
    """The content of a page, for `page_model`."""
    return {
        "run_id": run_id,
        "page": number,
        "page_size": size,
        "total": found.total,
        "links": links(request, found.total, number, size),
        "items": rows,
    }
