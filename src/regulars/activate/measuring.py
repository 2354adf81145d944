"""What an export brought: orders and revenue of its customers against those who were held back.

Everyone is counted in the group that chance put them in, whatever became of the message: only so the groups compare.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from regulars.activate.uplift import Group, Uplift, uplift
from regulars.engines.export_ledger import DONE, ExportLedger
from regulars.engines.files import selected
from regulars.errors import InputError
from regulars.serve.outcomes import outcomes, published_until
from regulars.serve.queries import Queries

# What is measured of each customer, as SQL over (orders, revenue).
MEASURES = {
    "orders": "cast(orders as double)",
    "revenue": "revenue",
    "bought": "case when orders > 0 then 1.0 else 0.0 end",
}


@dataclass(frozen=True)
class Measure:
    """One measure per customer: both groups, and the difference; None where a group is too small for one."""

    measure: str
    exported: Group
    held_back: Group
    uplift: Uplift | None


@dataclass(frozen=True)
class Measurement:
    """What came of an export between two days.

    `merged` are members who turned out to be one person with somebody of the other group, `gone` those who are no
    longer in the base; neither are counted.
    """

    export_id: str
    name: str
    since: dt.date
    until: dt.date
    merged: int
    gone: int
    measures: tuple[Measure, ...]


def measure_export(
    queries: Queries, ledger: ExportLedger, name: str, timezone: str, since: dt.date | None = None
) -> Measurement:
    """Compares the customers of an export with those held back, up to the published day.

    Args:
        queries: The published warehouse.
        ledger: Its exports.
        name: An export's id, or its name: then the newest of that name.
        timezone: The shop's.
        since: First day that counts; unset = the day of the export.

    Raises:
        InputError: There is no such export, nobody was held back, or no order after it is published.
    """
    export = ledger.find(name)
    if export is None or export["status"] != DONE:
        raise InputError(f"There is no finished export `{name}`. `regulars export --list` shows them.")
    if not export["held_back"]:
        raise InputError(
            f"Nobody was held back from `{export['name']}`, so there is nothing to compare with. Export with"
            " --control 0.1 the next time."
        )
    exported_at: dt.datetime = export["started_at"]
    first = since or exported_at.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(timezone)).date()
    until = published_until(queries)
    if until is None or until <= first:
        raise InputError(
            f"What is published ends before {until}, and `{export['name']}` is measured from {first} on. Land newer"
            " orders and run, or say --since."
        )
    with outcomes(queries, first, until) as bought:
        members, merged = _members(ledger, export["export_id"], bought.redirected)
        moments = _moments(bought.reader, members)
    counted = sum(group["customers"] for group in moments.values())
    return Measurement(
        export_id=export["export_id"],
        name=export["name"],
        since=first,
        until=until,
        merged=merged,
        gone=members.num_rows - counted,
        measures=tuple(_measure(name, moments) for name in MEASURES),
    )


def _members(ledger: ExportLedger, export_id: str, redirected: pa.Table) -> tuple[pa.Table, int]:
    """The members by the ids they have now, each once, and the number of those who became members of both groups."""
    members = pa.concat_tables(ledger.members(export_id)).combine_chunks()
    place = pc.index_in(members["customer_id"], value_set=redirected["customer_id"].combine_chunks())
    now = pc.coalesce(redirected["redirected_to"].combine_chunks().take(place), members["customer_id"])
    grouped = (
        pa.table({"customer_id": now, "is_held_back": pc.cast(members["is_held_back"], pa.int8())})
        .group_by("customer_id")
        .aggregate([("is_held_back", "min"), ("is_held_back", "max")])
    )
    is_one = pc.equal(grouped["is_held_back_min"], grouped["is_held_back_max"])
    kept = grouped.filter(is_one)
    table = pa.table(
        {
            "customer_id": kept["customer_id"],
            "is_held_back": pc.equal(kept["is_held_back_min"], pa.scalar(1, pa.int8())),
        }
    )
    return table, grouped.num_rows - kept.num_rows


def _moments(reader: pa.RecordBatchReader, members: pa.Table) -> dict[bool, dict[str, float]]:
    """Size, means and variances of the two groups, by whether they were held back."""
    columns = ", ".join(
        f"avg({sql}) as {name}_mean, coalesce(var_samp({sql}), 0) as {name}_variance" for name, sql in MEASURES.items()
    )
    sql = (
        f"select members.is_held_back, count(*) as customers, {columns} from incoming"
        " inner join members on incoming.customer_id = members.customer_id group by members.is_held_back"
    )
    with selected(reader, sql, beside={"members": members}) as moments:
        found = {row.pop("is_held_back"): row for row in moments.read_all().to_pylist()}
    nobody = {"customers": 0, **{f"{name}_{moment}": 0.0 for name in MEASURES for moment in ("mean", "variance")}}
    return {held_back: found.get(held_back, nobody) for held_back in (False, True)}


def _measure(name: str, moments: dict[bool, dict[str, float]]) -> Measure:
    exported, held_back = (
        Group(
            int(moments[is_held_back]["customers"]),
            moments[is_held_back][f"{name}_mean"],
            moments[is_held_back][f"{name}_variance"],
        )
        for is_held_back in (False, True)
    )
    return Measure(name, exported, held_back, uplift(exported, held_back))
