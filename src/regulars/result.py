"""The Python door: `run` takes paths or tables, and the Result hands out Arrow."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.engines.base import open_engine
from regulars.pipeline import Request, RunReport, run_pipeline
from regulars.scoring import score
from regulars.serve.queries import Queries
from regulars.serve.time_machine import segments_as_of
from regulars.settings import Settings, load_settings, overridden
from regulars.source_settings import SourceSettings


class Result:
    """A published warehouse, as Arrow tables.

    Attributes:
        report: What each stage of the run did, and notes worth reading.
        warehouse: The folder, or URL, that the tables come from.
    """

    def __init__(self, settings: Settings, report: RunReport, keep: object = None) -> None:
        self.report = report
        self._settings = settings
        self._engine = open_engine(settings)
        # Without the password that a URL may hold.
        self.warehouse = self._engine.location
        self._queries = Queries(self._engine, settings.shop)
        # A temporary warehouse lives as long as the result that reads it.
        self._keep = keep

    @property
    def as_of(self) -> dt.date | None:
        """The start of this day is what "now" meant: orders dated later were not seen; None without a valid order."""
        as_of = self._queries.basis().as_of
        return dt.date.fromisoformat(as_of) if as_of else None

    def table(self, name: str) -> pa.Table:
        """A published table, such as `customer_segments`, whole.

        Raises:
            InputError: There is no such table.
        """
        return self._queries.table(name)

    def segments(self, as_of: dt.date | None = None) -> pa.Table:
        """The segments with customers, revenue and playbook, in the map's order.

        Args:
            as_of: Any day after the first order, worked out anew; unset = as published.

        Raises:
            InputError: The day lies before the first valid order.
        """
        if as_of is None:
            return self._queries.segments()
        return segments_as_of(self._engine, as_of)[1]

    def sql(self, statement: str) -> pa.Table:
        """The result of a query over the published tables.

        Raises:
            InputError: The statement cannot be run.
        """
        return self._queries.sql(statement)

    def score(self, customers: Any, *, as_of: dt.date | None = None) -> pa.Table:
        """The clusters of new customers by the published model, as `regulars.score` finds them."""
        return score(customers, warehouse=self._settings.warehouse, settings=self._settings, as_of=as_of)

    def __repr__(self) -> str:
        return f"Result(warehouse={self.warehouse!r}, run={self.report.run_id!r})"


def run(
    files: str | Path | Iterable[str | Path] = (),
    *,
    orders: Any = None,
    customers: Any = None,
    order_lines: Any = None,
    events: Any = None,
    settings: Settings | None = None,
    warehouse: str | Path | None = None,
    as_of: dt.date | None = None,
    window_days: int | None = None,
    map: str | None = None,
    k: int | str | None = None,
) -> Result:
    """Lands the inputs, builds everything and publishes it.

    Args:
        files: Paths or globs whose entity is found from their columns.
        orders: A path, or a pandas, Polars or Arrow table of orders; `customers`, `order_lines` and `events` likewise.
        settings: Settings; unset = regulars.toml of the working directory and REGULARS_* variables.
        warehouse: Folder that keeps the result; unset = a temporary one that goes with the Result.
        as_of: Start of this day is "now"; unset = the day after the newest valid order.
        window_days: Days that frequency and monetary look back.
        map: Segment map.
        k: Number of clusters, or "auto".

    Raises:
        RegularsError: See `regulars.errors` for the kinds.
    """
    from regulars.land.given import Given, Remote, given_paths
    from regulars.sources import from_arrow

    settings = overridden(
        settings or load_settings(),
        rfm={"as_of": as_of, "window_days": window_days, "map": map},
        clusters={"k": k},
    )
    keep = None
    if warehouse is None:
        keep = tempfile.TemporaryDirectory(prefix="regulars-", ignore_cleanup_errors=True)
        warehouse = keep.name
    settings = settings.model_copy(update={"warehouse": str(warehouse)})
    patterns = [str(files)] if isinstance(files, str | Path) else [str(file) for file in files]
    given: list[Given | Remote] = []
    tables = {"customers": customers, "orders": orders, "order_lines": order_lines, "events": events}
    for entity, data in tables.items():
        if data is None:
            continue
        source_settings = settings.sources.get(entity, SourceSettings()).model_copy(update={"entity": entity})
        if isinstance(data, str | Path):
            given += given_paths([str(data)], entity, source_settings)
        else:
            given.append(Given(from_arrow(data, entity), entity, source_settings))
    report = run_pipeline(settings, Request(files=patterns, given=given, command="run (Python)"))
    return Result(settings, report, keep)
