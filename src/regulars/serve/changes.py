"""Who came to another segment by what was published last, for those who want to hear of it.

Personal fields are read of those who agreed alone, whatever else is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.masking import mask_of
from regulars.serve.queries import Queries
from regulars.serve.selection import Consent

# What is sent of an event in any case.
EVENT_COLUMNS = ("customer_id", "event", "cause", "from_segment", "to_segment", "merged_into")
_AGREED = {"explicit": "coalesce(consent, false)", "unless_refused": "coalesce(consent, true)", "all": "1 = 1"}


@dataclass(frozen=True)
class Publication:
    """What is live, and what was live before it when the two can be compared."""

    run_id: str
    as_of: str
    compared_with: str = ""
    from_as_of: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which changes are asked for, and what of the customers is to come with them."""

    events: tuple[str, ...]
    from_segments: tuple[str, ...] = ()
    to_segments: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    consent: Consent = "explicit"


def publication(live: Session) -> Publication | None:
    """Which run made what is live; None = a build without customers, or of a version that noted no changes."""
    if not live.columns(catalog.SEGMENT_CHANGES.name):
        return None
    state = live.query(f"select run_id, cast(as_of as varchar) as as_of from {marts.RUN_PARAMETERS}").to_pylist()
    if not state or state[0]["run_id"] is None or state[0]["as_of"] is None:
        return None
    compared = live.query(
        f"select compared_with, cast(from_as_of as varchar) as from_as_of from {catalog.SEGMENT_CHANGES.name} limit 1"
    ).to_pylist()
    before = compared[0] if compared else {}
    return Publication(
        state[0]["run_id"], state[0]["as_of"], before.get("compared_with", ""), before.get("from_as_of", "")
    )


def personal(fields: Sequence[str]) -> list[str]:
    """Those of the columns that say something of a person."""
    return [name for name in fields if mask_of(name) is not None]


@contextmanager
def published_changes(queries: Queries) -> Iterator[Changes | None]:
    """The changes of what is live, all read from one publication; None = there is nothing to compare."""
    with queries.session() as live:
        found = publication(live)
        yield Changes(live, found) if found else None


class Changes:
    """The changes of one publication."""

    def __init__(self, live: Session, published: Publication) -> None:
        self._live, self.publication = live, published

    def refuse_unknown(self, wanted: Wanted) -> None:
        """Refuses what no change could have.

        Raises:
            InputError: There is no such segment or column.
        """
        segments = {str(v) for v in self._live.query(f"select segment from {catalog.SEGMENTS.name}")[0].to_pylist()}
        segments.add("Prospect")
        for segment in (*wanted.from_segments, *wanted.to_segments):
            if segment not in segments:
                raise InputError(f"There is no segment `{segment}`. The segments are: {', '.join(sorted(segments))}.")
        present = self._live.columns(marts.CUSTOMER_360)
        for field in wanted.fields:
            if field not in present:
                raise InputError(f"customer_360 has no column `{field}`. It has: {', '.join(present)}.")

    def stream(self, wanted: Wanted) -> pa.RecordBatchReader:
        """The changes asked for, in the order of customers, with their fields as text beside the event's columns."""
        conditions, params = [], list[str]()
        for column, values in (
            ("event", wanted.events),
            ("from_segment", wanted.from_segments),
            ("to_segment", wanted.to_segments),
        ):
            if values:
                places = ", ".join(f"cast(${len(params) + place} as varchar)" for place in range(1, len(values) + 1))
                conditions.append(f"changes.{column} in ({places})")
                params.extend(values)
        hidden = set(personal(wanted.fields))
        fields = [
            f", case when {_AGREED[wanted.consent]} then customers.{name} end as {name}"
            if name in hidden
            else f", customers.{name}"
            for name in wanted.fields
        ]
        joined = (
            f"left join {marts.CUSTOMER_360} as customers on changes.customer_id = customers.customer_id"
            if wanted.fields
            else ""
        )
        columns = ", ".join(f"changes.{name}" for name in EVENT_COLUMNS)
        return self._live.stream(
            f"select {columns}{''.join(fields)} from {catalog.SEGMENT_CHANGES.name} as changes {joined}"
            f" where {' and '.join(conditions)} order by changes.customer_id",
            tuple(params),
        )
