"""POST /predict: segment, cluster, value and churn of new or changed customers, without a run."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any

import pyarrow as pa
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from regulars.scoring import score
from regulars.serve.api.answers import TEXT, Viewer
from regulars.serve.api.slow_work import limit_of
from regulars.serve.api.state import ServerState, state_of
from regulars.serve.saved_models import live_scorer
from regulars.serve.scorer import Scorer

router = APIRouter(tags=["Predictions"])
_MOST_CUSTOMERS, _MOST_ORDERS = 10_000, 50_000
_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=TEXT)]
Count = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class NewCustomer(BaseModel):
    """A customer whose features are worked out; what a model of clusters compares beyond these may be added by name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)] | None]
    customer_id: Name = Field(examples=["new-1"])
    recency: Count | None = Field(None, description="Days since the last order.", examples=[12])
    frequency: Count | None = Field(None, description="Orders in the window.", examples=[4])
    monetary: Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)] | None = Field(
        None, description="Net amount in the window.", examples=[310.5]
    )
    orders: Count | None = Field(None, description="Orders of all time; value and churn need it.", examples=[6])
    tenure_days: Count | None = Field(None, description="Days since the first order; the same.", examples=[400])
    average_order_value: Count | None = Field(None, description="Mean amount of an order; the same.", examples=[77.6])

    @model_validator(mode="after")
    def _named_plainly(self) -> NewCustomer:
        extra = self.__pydantic_extra__ or {}
        if len(extra) > 50 or not all(_COLUMN.fullmatch(name) for name in extra):
            raise ValueError("further features are at most 50, named by letters, digits and underscores")
        return self


class NewOrder(BaseModel):
    """An order of a customer."""

    model_config = ConfigDict(extra="forbid")
    customer_id: Name = Field(examples=["new-1"])
    order_id: Name = Field(examples=["o-1"])
    ordered_at: dt.date = Field(examples=["2025-12-20"])
    amount: Decimal = Field(ge=-(10**12), le=10**12, decimal_places=2, allow_inf_nan=False, examples=["129.50"])
    status: Name | None = Field(None, examples=["completed"])


class ToPredict(BaseModel):
    """Either customers or orders."""

    model_config = ConfigDict(extra="forbid")
    customers: list[NewCustomer] | None = Field(None, min_length=1, max_length=_MOST_CUSTOMERS)
    orders: list[NewOrder] | None = Field(None, min_length=1, max_length=_MOST_ORDERS)
    as_of: dt.date | None = Field(
        None, description="Of orders: the start of this day is now; unset = the day after the newest.", examples=[None]
    )

    @model_validator(mode="after")
    def _one_kind(self) -> ToPredict:
        if (self.customers is None) == (self.orders is None):
            raise ValueError("give either customers or orders")
        if self.customers is not None and self.as_of is not None:
            raise ValueError("as_of goes with orders: the recency of customers is worked out already")
        return self


class Predicted(BaseModel):
    """What the published models say of a customer; null where too little is known."""

    model_config = ConfigDict(extra="allow")
    customer_id: str | None = Field(examples=["new-1"])
    segment: str | None = Field(None, examples=["Champions"])
    rfm_score: str | None = Field(None, examples=["545"])
    cluster_id: int | None = Field(None, examples=[2])
    cluster_name: str | None = Field(None, examples=["frequent, high value"])
    probability_alive: Decimal | None = Field(None, examples=["0.93"])
    churn_probability: Decimal | None = Field(None, examples=["0.2"])
    problem: str | None = Field(None, description="Why nothing is said of this customer.", examples=[None])


class Predictions(BaseModel):
    """In the order of the customers."""

    run_id: str = Field(description="The run whose models say it.", examples=["20260101T040000-a1b2"])
    items: list[Predicted]


@router.post("/predict", response_model=Predictions, summary="What is to be expected of new or changed customers")
async def predict(request: Request, response: Response, principal: Viewer, given: ToPredict) -> dict[str, Any]:
    """By the published models and cut points. Customers take milliseconds; of orders the features are worked out by
    the very steps of a run, which takes some seconds.
    """
    response.headers["Cache-Control"] = "no-store"
    state = state_of(request)
    if given.customers is not None:
        return await run_sync(_of_customers, state, given.customers)
    return await run_sync(_of_orders, state, given.orders or [], given.as_of, limiter=limit_of(request))


def _of_customers(state: ServerState, customers: list[NewCustomer]) -> dict[str, Any]:
    scorer = _scorer(state)
    found = score(_customers(customers), settings=state.settings, scorer=scorer)
    return {"run_id": scorer.run_id, "items": found.to_pylist()}


def _of_orders(state: ServerState, orders: list[NewOrder], as_of: dt.date | None) -> dict[str, Any]:
    scorer = _scorer(state)
    with state.scoring.turn():
        found = score(_orders(orders), settings=state.settings, as_of=as_of, scorer=scorer)
    return {"run_id": scorer.run_id, "items": found.to_pylist()}


def _scorer(state: ServerState) -> Scorer:
    with state.pool.lease() as reading:
        run_id = reading.run_id
    found: Scorer = state.models.made(run_id, lambda: live_scorer(state.engine))
    return found


def _customers(given: list[NewCustomer]) -> pa.Table:
    """The columns that at least one of them has a value for."""
    rows = [customer.model_dump() for customer in given]
    names = dict.fromkeys(name for row in rows for name, value in row.items() if value is not None)
    kinds = {name: pa.string() if name == "customer_id" else pa.float64() for name in names}
    return pa.table({name: pa.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()})


def _orders(given: list[NewOrder]) -> pa.Table:
    rows = [order.model_dump(mode="json", exclude_none=True) for order in given]
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
