"""Whom a list is for: named filters over customer_360, who may be written to, and who is held back as a control.

What users give are values, never SQL. The control group is a rule, the hash of the seed and the customer's id: the same
customers whatever the order of rows, the warehouse or the day, and a larger share only adds to a smaller one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.serve.basis import read_state
from regulars.serve.customers_in_order import customers_in_order
from regulars.serve.queries import Queries

Consent = Literal["explicit", "unless_refused", "all"]
# Reasons for which customers of the selection are left out, in the order in which they are counted.
REFUSED, UNKNOWN, NO_CONTACT = "consent refused", "consent not known", "no usable contact"
_HASH_DIGITS = 8
# A spreadsheet would run an address that begins like this, and with a sign in front of it nobody would get the mail.
_IS_SAFE = "coalesce(substr(email, 1, 1) not in ('=', '+', '-', '@', '＝', '＋', '－', '＠'), true)"


@dataclass(frozen=True)
class Selection:
    """Named filters, all of which must hold; an empty one selects everybody."""

    segments: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    churn_above: float | None = None
    value_above: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The filters that are set, for people and for the ledger."""
        return {name: value for name, value in asdict(self).items() if value not in ((), None)}


@dataclass(frozen=True)
class Reach:
    """Who of the selection may be in the list.

    Args:
        consent: `explicit` = who agreed, `unless_refused` = also who was never asked, `all` = everybody.
        needs: One of these contacts must be known; none = no matter.
        is_readable: Addresses stand in the file as they are.
    """

    consent: Consent = "all"
    needs: tuple[str, ...] = ()
    is_readable: bool = False


@dataclass(frozen=True)
class Control:
    """The share of customers held back, and the seed that says which."""

    share: float = 0.0
    seed: str = ""

    @property
    def threshold(self) -> str:
        """Hashes below this text are held back."""
        return f"{min(round(self.share * 16**_HASH_DIGITS), 16**_HASH_DIGITS - 1):0{_HASH_DIGITS}x}"


@dataclass(frozen=True)
class Selected:
    """Customers of one published build: how many there are, why some are left out, and the rows of the others.

    The rows have `is_held_back` beside the columns that were asked for, and come in the order of customer_id.
    """

    customers: int
    reader: pa.RecordBatchReader
    run_id: str = ""
    as_of: str = ""
    data_through: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def about(self) -> dict[str, str]:
        """What a file of them may say of itself: the run, and how far it knew."""
        return {"run_id": self.run_id, "as_of": self.as_of, "data_through": self.data_through}


@contextmanager
def selected_customers(
    queries: Queries, selection: Selection, reach: Reach, control: Control, columns: Sequence[str] = ()
) -> Iterator[Selected]:
    """The customers of a selection, counted and then streamed from the same published build.

    Raises:
        InputError: There is no such segment, cluster, state of health or column, or a share makes no sense.
    """
    if not 0 <= control.share < 1:
        raise InputError(f"A control group is a share from 0 to below 1, such as 0.1, and not {control.share}.")
    with queries.session() as live:
        present = live.columns(marts.CUSTOMER_360)
        for column in columns:
            if column not in present:
                raise InputError(f"customer_360 has no column `{column}`. It has: {', '.join(present)}.")
        where, params = _where(live, selection)
        counts = live.query(_counting(reach, where), params).to_pylist()[0]
        state = live.query(f"select run_id from {marts.RUN_PARAMETERS}").to_pylist()
        as_of, through = read_state(live)
        chosen = ", ".join(f'"{name}"' for name in dict.fromkeys([*(columns or present), "customer_id"]))
        seed, threshold = f"${len(params) + 1}", f"${len(params) + 2}"
        reader = customers_in_order(
            live,
            f"{chosen}, substr(md5(cast({seed} as varchar) || ':' || cast(customer_id as varchar)), 1,"
            f" {_HASH_DIGITS}) < cast({threshold} as varchar) as is_held_back",
            f"{where} and {_reached(reach)}",
            params,
            (control.seed, control.threshold),
        )
        yield Selected(
            customers=int(counts.pop("customers")),
            reader=reader,
            run_id=(state[0]["run_id"] or "") if state else "",
            as_of=as_of or "",
            data_through=through or "",
            left_out={name: int(counts[key]) for key, name in _REASONS if counts[key]},
        )


_REASONS = (("refused", REFUSED), ("not_known", UNKNOWN), ("no_contact", NO_CONTACT))


def _counting(reach: Reach, where: str) -> str:
    refused, unknown = _without_consent(reach)
    return (
        "select count(*) as customers,"
        f" count(*) filter (where {refused}) as refused, count(*) filter (where {unknown}) as not_known,"
        f" count(*) filter (where not ({refused}) and not ({unknown}) and not ({_contact(reach)})) as no_contact"
        f" from {marts.CUSTOMER_360} where {where}"
    )


def _without_consent(reach: Reach) -> tuple[str, str]:
    """The conditions of who refused and of who was never asked, where that leaves them out."""
    refused = "1 = 0" if reach.consent == "all" else "coalesce(not consent, false)"
    return refused, "consent is null" if reach.consent == "explicit" else "1 = 0"


def _contact(reach: Reach) -> str:
    if not reach.needs:
        return "1 = 1"
    known = " or ".join(f"{name} is not null" for name in reach.needs)
    return f"({known}) and {_IS_SAFE}" if reach.is_readable else known


def _reached(reach: Reach) -> str:
    refused, unknown = _without_consent(reach)
    return f"not ({refused}) and not ({unknown}) and ({_contact(reach)})"


def _where(live: Session, selection: Selection) -> tuple[str, tuple[Any, ...]]:
    """The condition of a selection, after a look that all it names is there."""
    conditions, params = ["1 = 1"], list[Any]()

    def one_of(column: str, values: Sequence[str]) -> str:
        places = ", ".join(f"cast(${len(params) + place} as varchar)" for place in range(1, len(values) + 1))
        params.extend(values)
        return f"cast({column} as varchar) in ({places})"

    if selection.segments:
        _refuse_unknown(
            live, "segment", f"select segment from {marts.SEGMENT_METRICS} order by position", selection.segments
        )
        conditions.append(one_of("segment", selection.segments))
    if selection.clusters:
        named = f"select distinct cluster_name from {marts.CUSTOMER_360} where cluster_name is not null order by 1"
        numbered = f"select distinct cast(cluster_id as varchar) from {marts.CUSTOMER_360} where cluster_id is not null"
        _refuse_unknown(live, "cluster", named, selection.clusters, numbered)
        conditions.append(
            f"({one_of('cluster_name', selection.clusters)} or {one_of('cluster_id', selection.clusters)})"
        )
    if selection.health:
        _refuse_unknown(
            live, "health", f"select distinct health from {marts.CUSTOMER_HEALTH} order by 1", selection.health
        )
        conditions.append(one_of("health", selection.health))
    for column, limit in (("churn_probability", selection.churn_above), ("clv", selection.value_above)):
        if limit is not None:
            params.append(float(limit))
            conditions.append(f"{column} > cast(${len(params)} as double precision)")
    return " and ".join(conditions), tuple(params)


def _refuse_unknown(live: Session, what: str, sql: str, given: Sequence[str], also: str = "") -> None:
    known = [str(value) for value in live.query(sql).column(0).to_pylist()]
    more = [str(value) for value in live.query(also).column(0).to_pylist()] if also else []
    plural = {"health": "states of health"}.get(what, f"{what}s")
    for value in given:
        if value not in known and value not in more:
            raise InputError(f"There is no {what} `{value}`. The {plural} are: {', '.join(known) or 'none'}.")
