"""The base as of any day, worked out when somebody asks, from the published orders and by the published rules.

The same models that a run builds score the one day, in a place of its own: the live warehouse is only read, and a run
that is going on is not waited for. No model is fitted, so what a run would have foretold that day is not told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Engine, Session
from regulars.errors import InputError
from regulars.serve.basis import Basis, read_basis
from regulars.serve.served_orders import refuse_without_orders
from regulars.transform import Transformer

# What a run has stored already, and no date can change.
_STORED = ("int_orders__valued", "int_refunds__dated", "int_customers__golden")
# What lies on the way from the parameters to the segments; the models before it read the durable side.
_MODELS = ("fct_orders", "int_run_parameters+,+segment_metrics", "int_run_parameters+,+rfm_thresholds")

_TAKEN = (
    *(table.name for table in catalog.SETTINGS_TABLES),
    *(f"intermediate.{name}" for name in _STORED),
    marts.RUN_PARAMETERS,
)


def segments_as_of(
    engine: Engine, as_of: dt.date, on_progress: Callable[[str], None] | None = None
) -> tuple[Basis, pa.Table]:
    """The segments as a run with this `as_of` would give them from the published orders.

    Args:
        engine: The warehouse.
        as_of: The start of this day is now: orders dated later are not seen.
        on_progress: Called with a few words while the models are built.

    Returns:
        What the numbers were made from, and segment_metrics in the map's order.

    Raises:
        WarehouseError: Nothing is published yet.
        InputError: The day lies before the first valid order.
    """
    with opened_as_of(engine, as_of, on_progress) as session:
        return read_basis(session), session.query(f"select * from {marts.SEGMENT_METRICS} order by position")


@contextmanager
def opened_as_of(engine: Engine, as_of: dt.date, on_progress: Callable[[str], None] | None = None) -> Iterator[Session]:
    """A session on the tables of that day: fct_customer_rfm, rfm_thresholds, dim_customers and segment_metrics.

    Raises:
        WarehouseError: Nothing is published yet.
        InputError: The day lies before the first valid order, or the orders are not served.
    """
    with engine.live() as live:
        refuse_without_orders(live)
    with engine.workbench(_TAKEN) as bench:
        with bench.build(fresh=True) as build:
            _take_over(build, as_of)
            _refuse_before_the_first_order(build, as_of)
        transformer = Transformer.of(bench)
        transformer.build_models(_MODELS, on_progress)
        with bench.build() as build:
            yield build


def _take_over(build: Session, as_of: dt.date) -> None:
    """The published settings, with another date, and views of what is stored."""
    for table in catalog.SETTINGS_TABLES:
        columns = ", ".join(table.column_names)
        build.execute(f"insert into {table.name} ({columns}) select {columns} from durable.{table.name}")
    build.execute(f"update {catalog.PARAMETERS.name} set as_of = $1, keeps_history = false", (as_of,))
    for name in _STORED:
        build.execute(f"create view intermediate.{name} as select * from durable.intermediate.{name}")
    build.execute(f"create view intermediate.int_run_currency as select currency from durable.{marts.RUN_PARAMETERS}")


def _refuse_before_the_first_order(build: Session, as_of: dt.date) -> None:
    first = (
        build.query("select min(order_date) from intermediate.int_orders__valued where is_valid").column(0)[0].as_py()
    )
    if first is None or as_of <= first:
        known = f"The first valid order is of {first}" if first else "There is no valid order yet"
        raise InputError(f"Nobody had bought anything before {as_of}. {known}: give a later day.")
