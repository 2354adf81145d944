"""A published warehouse made by hand: whoever needs to see customers move need not run a pipeline for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Engine, Session
from regulars.publishing import make_segment_changes

RULES = "the rules"


def publish(
    engine: Engine,
    run_id: str,
    as_of: dt.date,
    segments: Mapping[int, str],
    *,
    before: tuple[str, dt.date, Mapping[int, str]] | None = None,
    rules: str = RULES,
    rules_before: str = RULES,
    events: Sequence[tuple[int, str, str, str, bool]] = (),
    merged: Mapping[int, int] = {},
) -> None:
    """Puts a state live: who is in which segment, with what was live before it.

    Args:
        engine: A prepared warehouse.
        run_id: The run.
        as_of: Its day.
        segments: The segment of each customer.
        before: Run, day and segments of what was live.
        rules: By which it was made.
        rules_before: By which the one before was.
        events: Rows of segment_events: customer, cause, from, to, whether it is a restatement.
        merged: Ids that became others.
    """
    with engine.build(fresh=True) as build:
        _one(build, marts.RUN_PARAMETERS, [{"as_of": as_of, "run_id": run_id, "rules": rules}])
        customers = [{"customer_id": one, "segment": segment} for one, segment in segments.items()]
        _one(build, marts.FCT_CUSTOMER_RFM, customers or [{"customer_id": 0, "segment": ""}])
        wide = [
            {
                "customer_id": one,
                "segment": segment,
                "email": f"c{one}@example.org",
                "clv": one * 1.5,
                "consent": {0: True, 1: False}.get(one % 3),
            }
            for one, segment in segments.items()
        ]
        build.replace(marts.CUSTOMER_360, pa.Table.from_pylist(wide))
        build.replace(
            catalog.IDENTITY_IDS.name,
            pa.table(
                {"customer_id": list(merged), "redirected_to": list(merged.values())},
                schema=pa.schema([("customer_id", pa.int64()), ("redirected_to", pa.int64())]),
            ),
        )
        build.replace(marts.SEGMENT_EVENTS, _events(run_id, as_of, before[1] if before else as_of, events))
        names = {segment for segment in segments.values() if segment != "Prospect"} | {"Loyal", "Lost"}
        build.append(
            catalog.SEGMENTS.name,
            pa.Table.from_pylist(
                [{"segment": name, "position": place} for place, name in enumerate(sorted(names))],
                schema=pa.schema([("segment", pa.string()), ("position", pa.int32())]),
            ),
        )
        if before is not None:
            build.append(
                catalog.PUBLISHED_STATE.name,
                pa.table({"as_of": [before[1]], "run_id": [before[0]], "rules": [rules_before]}),
            )
            build.append(
                catalog.PUBLISHED_SEGMENTS.name,
                pa.table(
                    {
                        "customer_id": pa.array(before[2].keys(), pa.int64()),
                        "segment": pa.array(before[2].values(), pa.string()),
                    }
                ),
            )
        make_segment_changes(build)
    with engine.lock():
        engine.publish()


def _one(build: Session, table: str, rows: list[dict[str, object]]) -> None:
    build.replace(table, pa.Table.from_pylist(rows))


def _events(
    run_id: str, as_of: dt.date, before: dt.date, events: Sequence[tuple[int, str, str, str, bool]]
) -> pa.Table:
    columns: list[tuple[str, pa.DataType]] = [
        ("customer_id", pa.int64()),
        *((name, pa.string()) for name in ("cause", "from_segment", "to_segment", "restated_by")),
        ("is_restatement", pa.bool_()),
        ("as_of", pa.date32()),
    ]
    return pa.Table.from_pylist(
        [
            {
                "customer_id": one,
                "cause": cause,
                "from_segment": old or None,
                "to_segment": new or None,
                "restated_by": run_id if is_restatement else "",
                "is_restatement": is_restatement,
                "as_of": before if is_restatement else as_of,
            }
            for one, cause, old, new, is_restatement in events
        ],
        schema=pa.schema(columns),
    )
