"""By what lists of customers are filtered and sorted."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from regulars.serve.api.answers import TEXT
from regulars.serve.api.paging import MOST_ROWS
from regulars.serve.pages import Condition, Order

# What is sorted by is never a personal column: its order would tell a viewer what is masked.
Sort = Literal[
    "customer_id",
    "-customer_id",
    "recency",
    "-recency",
    "frequency",
    "-frequency",
    "monetary",
    "-monetary",
    "rfm_total",
    "-rfm_total",
    "orders",
    "-orders",
    "historic_clv",
    "-historic_clv",
    "clv",
    "-clv",
    "churn_probability",
    "-churn_probability",
    "health_score",
    "-health_score",
    "last_order_date",
    "-last_order_date",
]
Health = Literal["Excellent", "Good", "Fair", "Poor", "Critical"]
_MOST_MONEY = Decimal("9999999999999999.99")


class CustomerList(BaseModel):
    """Which customers, in which order, and which page of them."""

    model_config = ConfigDict(extra="forbid")
    page: int = Field(1, ge=1, le=1_000_000, description="The page, from 1.")
    page_size: int = Field(50, ge=1, le=MOST_ROWS, description="Customers of a page.")
    sort: Sort = Field("customer_id", description="What they are sorted by; a minus in front = highest first.")
    cluster_id: int | None = Field(None, ge=-1, le=1000, description="Only those of this cluster.")
    health: Health | None = Field(None, description="Only those of this health.")
    is_at_risk: bool | None = Field(None, description="Only those whose health score is below 40, or is not.")
    is_overdue: bool | None = Field(None, description="Only those whose next order is late, or is not.")
    consent: bool | None = Field(None, description="Only those who agreed to be written to, or refused.")
    min_monetary: Decimal | None = Field(
        None, ge=-_MOST_MONEY, le=_MOST_MONEY, description="Least spent in the window."
    )
    max_recency: int | None = Field(None, ge=0, le=1_000_000, description="Most days since the last order.")
    min_clv: Decimal | None = Field(
        None, ge=-_MOST_MONEY, le=_MOST_MONEY, description="Least expected value of a year."
    )

    def conditions(self) -> list[Condition]:
        """What must hold of a customer."""
        equal = ("cluster_id", "health", "is_at_risk", "is_overdue", "consent")
        given = [Condition(name, "=", getattr(self, name)) for name in equal]
        given += [
            Condition("monetary", ">=", _money(self.min_monetary)),
            Condition("recency", "<=", self.max_recency),
            Condition("clv", ">=", _money(self.min_clv)),
        ]
        return [condition for condition in given if condition.value is not None]

    def order(self) -> list[Order]:
        """By what they are sorted before their id."""
        column = self.sort.removeprefix("-")
        if self.sort == "customer_id":
            return []
        return [Order(column, self.sort.startswith("-"))]


class AllCustomers(CustomerList):
    """The same of the whole base, where one may also search."""

    q: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        pattern=TEXT,
        description="A customer id, a source's id (or source:id), an e-mail or a phone number.",
        examples=["jane@example.com"],
    )
    segment: str | None = Field(
        None, min_length=1, max_length=100, pattern=TEXT, description="Only those of this segment."
    )


OfSegment = Annotated[CustomerList, Query()]
OfAll = Annotated[AllCustomers, Query()]


def _money(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))
