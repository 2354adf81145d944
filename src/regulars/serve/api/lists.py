"""GET /retention, /migration, /clusters and /quality: what one run found, as whole lists or page by page."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, create_model

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.serve.api.answers import PUBLISHED, Viewer, as_json
from regulars.serve.api.moments import ShopMoment, UtcMoment
from regulars.serve.api.published import published
from regulars.serve.api.rows import list_model, row_model
from regulars.serve.basis import read_state
from regulars.serve.masking import masked_rows

router = APIRouter(tags=["Numbers"])
_RETENTION, _MIGRATION = "marts.cohort_retention", "marts.segment_migration"
_CLUSTERS, _AXES = "marts.cluster_profiles", "marts.cluster_axes"

RetentionList = list_model("RetentionList", row_model("RetentionRow", "cohort_retention"))
MigrationList = list_model("MigrationList", row_model("MigrationRow", "segment_migration"))
_AXES_FIELD: Any = (
    list[row_model("AxisRow", "cluster_axes")],  # type: ignore[misc]
    Field(description="What the axes of the pictures of clusters are made of."),
)
ClusterList = create_model(
    "ClusterList",
    __base__=list_model("ClusterProfiles", row_model("ClusterRow", "cluster_profiles")),
    axes=_AXES_FIELD,
)


class CheckRow(BaseModel):
    """A check of the data that a run made before it published."""

    check_name: str = Field(examples=["unique_fct_orders_order_key"])
    severity: str | None = Field(examples=["error"])
    status: str = Field(examples=["pass"])
    failures: int | None = Field(examples=[0])
    message: str | None = Field(examples=[None])


class FreshnessRow(BaseModel):
    """How old what a source says was when the run measured."""

    source: str = Field(examples=["orders"])
    entity: str | None = Field(examples=["orders"])
    status: str = Field(description="pass, warn, error, or no limit.", examples=["pass"])
    data_through: ShopMoment | None = Field(examples=["2026-01-01T00:00:00"])
    age_hours: float | None = Field(examples=[2.0])
    warn_after_hours: float | None = Field(examples=[26.0])
    error_after_hours: float | None = Field(examples=[72.0])
    message: str | None = Field(examples=["orders is known through 2026-01-01 00:00, which is 2 hours ago"])


class ValidationRow(BaseModel):
    """A prediction, and whether it beat a naive one on days that it had not seen."""

    model: str = Field(examples=["churn"])
    metric: str = Field(examples=["brier_score"])
    horizon: int = Field(examples=[90])
    value: float | None = Field(examples=[0.12])
    baseline: str | None = Field(examples=["days since the last order"])
    baseline_value: float | None = Field(examples=[0.19])
    is_better: bool | None = Field(examples=[True])
    is_validated: bool = Field(examples=[True])
    note: str | None = Field(examples=[None])


class LoadRow(BaseModel):
    """What a source delivered at a time."""

    load_id: int = Field(examples=[3])
    source: str = Field(examples=["orders"])
    entity: str | None = Field(examples=["orders"])
    rows: int | None = Field(examples=[4211])
    staged: int | None = Field(examples=[4200])
    rejected: int | None = Field(examples=[11])
    duplicates: int | None = Field(examples=[0])
    status: str = Field(examples=["done"])
    started_at: UtcMoment | None = Field(examples=["2026-01-01T04:00:00Z"])


class Quality(BaseModel):
    """How far the live numbers can be trusted."""

    run_id: str = Field(examples=["20260101T040000-a1b2"])
    as_of: str | None = Field(description="The start of this day is now.", examples=["2026-01-01"])
    data_through: str | None = Field(description="The newest day with a valid order.", examples=["2025-12-31"])
    checks: list[CheckRow]
    freshness: list[FreshnessRow] = Field(description="How old the word of each source was when the run measured.")
    predictions: list[ValidationRow]
    loads: list[LoadRow] = Field(description="The newest loads.")


@router.get("/retention", response_model=RetentionList, responses=PUBLISHED, summary="Who came back, by first month")
def retention(
    request: Request,
    response: Response,
    principal: Viewer,
    cohort_from: Annotated[dt.date | None, Query(description="First cohorts to leave out end before this day.")] = None,
    complete_only: Annotated[bool, Query(description="Leave out months that had not ended.")] = False,
) -> Response:
    """Cohorts by month of the first purchase, and how many bought again in each later month."""
    conditions = (["cohort_month >= $1"] if cohort_from else []) + (["not is_incomplete"] if complete_only else [])
    where = f"where {' and '.join(conditions)}" if conditions else ""
    sql = f"select * from {_RETENTION} {where} order by cohort_month, month_number"
    with published(request, response, principal) as reading:
        found = reading.session.query(sql, (cohort_from,) if cohort_from else ())
        return as_json({"run_id": reading.run_id, "items": found.to_pylist()}, response)


@router.get("/migration", response_model=MigrationList, responses=PUBLISHED, summary="Who moved between segments")
def migration(
    request: Request,
    response: Response,
    principal: Viewer,
    as_of: Annotated[dt.date | None, Query(description="Only the moves up to this date of the history.")] = None,
    month_ends_only: Annotated[bool, Query(description="Leave out what is no month end.")] = False,
) -> Response:
    """How many customers went from which segment to which, between one date of the history and the next."""
    conditions = (["as_of = $1"] if as_of else []) + (["is_month_end"] if month_ends_only else [])
    where = f"where {' and '.join(conditions)}" if conditions else ""
    sql = f"select * from {_MIGRATION} {where} order by as_of, from_segment, to_segment"
    with published(request, response, principal) as reading:
        found = reading.session.query(sql, (as_of,) if as_of else ())
        return as_json({"run_id": reading.run_id, "items": found.to_pylist()}, response)


@router.get("/clusters", response_model=ClusterList, responses=PUBLISHED, summary="The clusters")
def clusters(request: Request, response: Response, principal: Viewer) -> Response:
    """What the customers of each cluster have in common; empty when there were too few to cluster."""
    with published(request, response, principal) as reading:
        rows = reading.session.query(f"select * from {_CLUSTERS} order by cluster_id").to_pylist()
        axes = reading.session.query(f"select * from {_AXES} order by axis, feature").to_pylist()
        return as_json({"run_id": reading.run_id, "items": rows, "axes": axes}, response)


@router.get("/quality", response_model=Quality, responses=PUBLISHED, summary="How far the numbers can be trusted")
def quality(request: Request, response: Response, principal: Viewer) -> dict[str, Any]:
    """The checks of the live run, what the tests of its predictions have shown, and what was landed."""
    with published(request, response, principal) as reading:
        live, run = reading.session, (reading.run_id,)
        checks = _rows(live, catalog.CHECKS.name, CheckRow, "where run_id = $1 order by check_name", run)
        predictions = _rows(live, marts.VALIDATION, ValidationRow, "order by model, horizon, metric")
        loads = _rows(live, catalog.LOADS.name, LoadRow, "order by load_id desc limit 100")
        has_ages = bool(live.columns(catalog.FRESHNESS.name))
        ages = _rows(live, catalog.FRESHNESS.name, FreshnessRow, "order by source") if has_ages else []
        as_of, through = read_state(live)
        found = {
            "run_id": reading.run_id,
            "as_of": as_of,
            "data_through": through,
            "checks": checks,
            "freshness": ages,
            "predictions": predictions,
            "loads": loads,
        }
        return masked_rows([found], principal)[0]


def _rows(
    live: Session, table: str, model: type[BaseModel], rest: str, params: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    return live.query(f"select {', '.join(model.model_fields)} from {table} {rest}", params).to_pylist()
