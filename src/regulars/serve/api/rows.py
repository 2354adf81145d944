"""The models of published rows, made from the contracts of the tables, so that API and warehouse cannot differ."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from regulars.dictionary import Entry, read_dictionary
from regulars.serve.api.moments import ShopMoment

_TYPES: dict[str, tuple[Any, Any]] = {
    "bigint": (int, 100000001),
    "integer": (int, 12),
    "text": (str, "Champions"),
    "boolean": (bool, True),
    "date": (dt.date, "2026-01-01"),
    "timestamp": (ShopMoment, "2026-01-01T09:30:00"),
}
_DECIMAL = (Decimal, "129.50")


class Links(BaseModel):
    """Where the pages around this one are; null where there is none."""

    self: str = Field(examples=["/customers?page=2&page_size=50"])
    first: str = Field(examples=["/customers?page=1&page_size=50"])
    previous: str | None = Field(examples=["/customers?page=1&page_size=50"])
    next: str | None = Field(examples=["/customers?page=3&page_size=50"])
    last: str = Field(examples=["/customers?page=9&page_size=50"])


@cache
def row_model(name: str, table: str, *columns: str) -> type[BaseModel]:
    """The model of a row of a mart: its columns with types and meanings. Any value may be null, and money is text.

    Args:
        name: What the model is called in the OpenAPI document.
        table: The mart, without its schema.
        columns: Only these of its columns; none = all.
    """
    entry = _entries()[table]
    fields: dict[str, Any] = {}
    for column in (column for column in entry.columns if column.name in columns or not columns):
        kind, example = _TYPES.get(column.type, _DECIMAL)
        fields[column.name] = (kind | None, Field(description=column.meaning, examples=[example]))
    return create_model(name, __doc__=entry.summary, __config__=ConfigDict(title=name), **fields)


def list_model(name: str, row: type[BaseModel]) -> type[BaseModel]:
    """The model of a whole list that was made by one run."""
    return create_model(
        name,
        __doc__="A whole list, as one run published it.",
        run_id=(str, Field(description="The run that published it.", examples=["20260101T040000-a1b2"])),
        items=(list[row], Field(description="The rows.")),  # type: ignore[valid-type]
    )


def page_model(name: str, row: type[BaseModel]) -> type[BaseModel]:
    """The model of a page of a list."""
    return create_model(
        name,
        __doc__="Some rows of a list, as one run published it.",
        run_id=(str, Field(description="The run that published it.", examples=["20260101T040000-a1b2"])),
        page=(int, Field(description="The page, from 1.", examples=[2])),
        page_size=(int, Field(description="Rows of a page at most.", examples=[50])),
        total=(int, Field(description="Rows of the whole list.", examples=[431])),
        links=(Links, Field(description="The pages around it.")),
        items=(list[row], Field(description="The rows.")),  # type: ignore[valid-type]
    )


@cache
def _entries() -> dict[str, Entry]:
    return {entry.table: entry for entry in read_dictionary()}
