"""GET /customers: one customer in milliseconds, a search, and why somebody is in their segment."""

from __future__ import annotations

from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field, create_model

from regulars import catalog, marts
from regulars.engines.live_pool import Reading
from regulars.errors import InputError
from regulars.serve.api.answers import NOT_FOUND, PUBLISHED, Viewer, as_json
from regulars.serve.api.customer_filters import OfAll
from regulars.serve.api.paging import paged
from regulars.serve.api.published import published, queries_on
from regulars.serve.api.refusals import not_found
from regulars.serve.api.rows import row_model
from regulars.serve.api.segments import CustomerPage, CustomerRow, members, refuse_unknown, seen_by
from regulars.serve.auth import Principal
from regulars.serve.masking import masked_rows
from regulars.serve.pages import Condition, Page, read_page
from regulars.serve.queries import ORDER_COLUMNS
from regulars.serve.why import explain

router = APIRouter(prefix="/customers", tags=["Customers"])
CustomerId = Annotated[
    int, Path(ge=0, le=2**63 - 1, description="The golden id, also of a person merged away.", examples=[100000001])
]
OrderRow = row_model("OrderRow", "fct_orders", *ORDER_COLUMNS)
RecordRow = row_model("RecordRow", "customer_identity_map")
_MORE: dict[str, Any] = {
    "run_id": (str, Field(description="The run that published it.", examples=["20260101T040000-a1b2"])),
    "merged_from": (int | None, Field(None, description="The id asked for, if its person was merged into this one.")),
    "newest_orders": (list[OrderRow] | None, Field(None, description="The newest 20 orders, if asked for.")),  # type: ignore[valid-type]
    "records": (list[RecordRow] | None, Field(None, description="The person's source records, if asked for.")),  # type: ignore[valid-type]
}
Customer = create_model("Customer", __base__=CustomerRow, **_MORE)


class Explanation(BaseModel):
    """Why a customer is in a segment, and what would change it: numbers, and the sentences made of them."""

    model_config = {"extra": "allow"}
    run_id: str = Field(examples=["20260101T040000-a1b2"])
    customer_id: int = Field(examples=[100000001])
    headline: str = Field(examples=["Jane Doe is in Champions: …"])
    segment: str = Field(examples=["Champions"])
    rule: str = Field(description="The line of the map that decided.", examples=["r >= 4 and f >= 4"])
    rfm_score: str | None = Field(examples=["555"])
    metrics: list[dict[str, Any]] = Field(description="Recency, frequency and monetary with their cut points.")
    outlook: dict[str, Any] | None = Field(description="What happens if nothing happens, and ways up.")
    moves: list[dict[str, Any]] = Field(description="The moves so far, newest first.")


@router.get("", response_model=CustomerPage, responses={**PUBLISHED, **NOT_FOUND}, summary="Search, or list, customers")
def find(request: Request, response: Response, principal: Viewer, asked: OfAll) -> Response:
    """With `q`, those whom it may mean; without, everybody, page by page."""
    with published(request, response, principal) as reading:
        if asked.q is not None:
            found = _meant(request, reading, asked.q, asked)
        elif asked.segment is not None:
            found = members(reading.session, asked.segment, asked)
        else:
            found = read_page(
                reading.session,
                marts.CUSTOMER_360,
                "customer_id",
                asked.conditions(),
                asked.order(),
                asked.page,
                asked.page_size,
            )
        rows = seen_by(found.rows, principal)
        return as_json(paged(request, reading.run_id, found, rows, asked.page, asked.page_size), response)


@router.get(
    "/{customer_id}", response_model=Customer, responses={**PUBLISHED, **NOT_FOUND}, summary="All about one customer"
)
def one(
    request: Request,
    response: Response,
    principal: Viewer,
    customer_id: CustomerId,
    orders: Annotated[bool, Query(description="With the newest orders.")] = False,
    records: Annotated[bool, Query(description="With the source records.")] = False,
) -> Response:
    """The wide row of customer_360."""
    with published(request, response, principal) as reading:
        queries = queries_on(request, reading)
        known, wide = customer_id, queries.customer_360(customer_id)
        if not wide.num_rows:
            known = _known_id(reading, customer_id)
            wide = queries.customer_360(known)
        [row] = seen_by(wide, principal)
        more: dict[str, Any] = {
            "run_id": reading.run_id,
            "merged_from": customer_id if known != customer_id else None,
            "newest_orders": None,
            "records": None,
        }
        if orders:
            more["newest_orders"] = seen_by(queries.customer_orders(known), principal)
        if records:
            more["records"] = seen_by(queries.customer_sources(known), principal)
        return as_json({**row, **more}, response)


@router.get(
    "/{customer_id}/why",
    response_model=Explanation,
    responses={**PUBLISHED, **NOT_FOUND},
    summary="Why a customer is in their segment",
)
def why(request: Request, response: Response, principal: Viewer, customer_id: CustomerId) -> dict[str, Any]:
    """Values, cut points, rule; what would change it, and when."""
    with published(request, response, principal) as reading:
        known = _known_id(reading, customer_id)
        try:
            found = explain(queries_on(request, reading), str(known)).to_dict()
        except InputError as error:
            raise not_found(str(error)) from None
        if customer_id != known:
            found["merged_from"] = customer_id
        return {**_without_names(found, principal), "run_id": reading.run_id}


def _known_id(reading: Reading, customer_id: int) -> int:
    """The id, or that of the person whom its owner was merged into."""
    is_there = f"select customer_id from {marts.CUSTOMER_360} where customer_id = $1"
    if reading.session.query(is_there, (customer_id,)).num_rows:
        return customer_id
    redirected = reading.session.query(
        f"select redirected_to from {catalog.IDENTITY_IDS.name} where customer_id = $1 and redirected_to is not null",
        (customer_id,),
    )
    for row in redirected.to_pylist():
        if reading.session.query(is_there, (row["redirected_to"],)).num_rows:
            return int(row["redirected_to"])
    raise not_found(
        f"There is no customer {customer_id} in what run {reading.run_id} published."
        " Search by a source's id, an e-mail or a phone number with GET /customers?q=…"
    )


def _meant(request: Request, reading: Reading, text: str, asked: Any) -> Page:
    conditions = asked.conditions()
    if asked.segment is not None:
        refuse_unknown(reading.session, asked.segment)
        conditions.append(Condition("segment", "=", asked.segment))
    ids = queries_on(request, reading).find_customers(text)
    # Few are meant by a text, so they are read one by one, by their key.
    pages = [
        read_page(
            reading.session,
            marts.CUSTOMER_360,
            "customer_id",
            [Condition("customer_id", "=", found), *conditions],
            [],
            1,
            1,
        )
        for found in ids
    ]
    nobody = read_page(
        reading.session, marts.CUSTOMER_360, "customer_id", [Condition("customer_id", "=", -1)], [], 1, 1
    )
    rows = pa.concat_tables([page.rows for page in pages] or [nobody.rows])
    column = asked.sort.removeprefix("-")
    rows = rows.sort_by([(column, "descending" if asked.sort.startswith("-") else "ascending")])
    first = (asked.page - 1) * asked.page_size
    return Page(rows.slice(min(first, rows.num_rows), asked.page_size), rows.num_rows)


def _without_names(found: dict[str, Any], principal: Principal) -> dict[str, Any]:
    """The name stands in the sentences too: who may not see it gets them with the masked one."""
    [seen] = masked_rows([{"full_name": found["name"]}], principal)
    if seen["full_name"] == found["name"]:
        return found
    name, masked_name = str(found["name"]), str(seen["full_name"])

    def cleaned(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(name, masked_name)
        if isinstance(value, dict):
            return {key: cleaned(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [cleaned(inner) for inner in value]
        return value

    hidden: dict[str, Any] = cleaned(found)
    return hidden
