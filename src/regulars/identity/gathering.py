"""The exact phase's tables for a moment, for whoever looks at the records without resolving them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import exp2
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.scratch import ScratchSpace
from regulars.errors import InputError
from regulars.identity import exact
from regulars.identity.desk import desk_of
from regulars.identity.guards import shipped_guards
from regulars.identity.matching import FIELDS, PEOPLE
from regulars.identity.stage import drop_scratch
from regulars.settings import IdentitySettings, Settings

if TYPE_CHECKING:
    from regulars.identity.explaining import PairExplanation
    from regulars.identity.person_model import PersonModel

# The match of the pair that is asked about, or else the surest of all.
_A_MATCH = f"""
select left_number, right_number, match_weight
from (
    select
        least(one.key_number, other.key_number) as left_number,
        greatest(one.key_number, other.key_number) as right_number, matched.match_weight
    from {catalog.IDENTITY_MATCHES.name} as matched
    inner join resolving_keys as one on one.customer_key = matched.left_key
    inner join resolving_keys as other on other.customer_key = matched.right_key
) as numbered
order by
    case when left_number = $1 and right_number = $2 then 0 else 1 end, match_weight desc, left_number, right_number
limit 1
"""


@contextmanager
def gathered(durable: Session, settings: IdentitySettings) -> Iterator[None]:
    """Makes `resolving_evidence`, `_keys`, `_links` and `_ignored`, and takes them away again."""
    guards = shipped_guards(settings.max_shared)
    with durable.transaction():
        drop_scratch(durable)
        for statement in (exact.evidence(), *exact.keys(guards), *exact.links(guards, settings.keys)):
            durable.execute(statement)
        # Who looks at records one by one wants none of them left out for being linked already.
        durable.execute("create temporary table resolving_groups (key_number bigint, group_number bigint)")
        yield
        drop_scratch(durable)


def people(durable: Session) -> pa.RecordBatchReader:
    """The records that the model can liken, as resolving gives them to it; within `gathered`."""
    columns = ", ".join(("record_number", "key_number", "group_number", *FIELDS))
    return durable.stream(f"select {columns} from ({PEOPLE}) as people order by record_number")


def weighed_pair(durable: Session, settings: Settings, left: str, right: str) -> PairExplanation | None:
    """What the model makes of two customer keys, as it did when they were matched; within `gathered`.

    The weights start from the odds that any two records are one person, which matching found in the records. A match
    that was kept, weighed again, gives them back; without any, those of the records the model was trained on serve.
    None when one of the two has no record to compare.
    """
    numbers = durable.query(
        "select key_number from resolving_keys where customer_key in ($1, $2) and records > 0 order by key_number",
        (left, right),
    )
    pair = tuple(numbers["key_number"].to_pylist())
    if len(pair) < 2:
        return None
    try:
        weighed = _weighed(durable, settings, pair)
        known = durable.query(_A_MATCH, (*pair,)).to_pylist()
        if known:
            number = (known[0]["left_number"], known[0]["right_number"])
            again = weighed if number == pair else _weighed(durable, settings, number)
            return _shifted(weighed, known[0]["match_weight"] - again.match_weight)
    except InputError:
        # Nothing is known of one of them but a contact, which the exact phase has told all about.
        return None
    return weighed


def _weighed(durable: Session, settings: Settings, pair: tuple[int, ...]) -> PairExplanation:
    from regulars.identity.explaining import explain_pair
    from regulars.identity.person_model import load_model, shipped_model

    model = load_model(settings.identity.model) if settings.identity.model else shipped_model()
    threads, memory = settings.threads, settings.memory_limit
    return explain_pair(people(durable), pair[0], pair[1], model, threads=threads, memory_limit=memory)


def _shifted(weighed: PairExplanation, shift: float) -> PairExplanation:
    """The same from other odds to start with."""
    weight = weighed.match_weight + shift
    return replace(weighed, start=weighed.start + shift, match_weight=weight, probability=1 / (1 + exp2(-weight)))


def trained(durable: Session, settings: Settings, on_progress: Callable[[str], None] = lambda _: None) -> PersonModel:
    """A model of persons that has learned from the current records; what they cannot tell it has of the shipped one.

    Raises:
        InputError: There are too few records, or too few duplicates among them.
    """
    from regulars.identity.person_model import shipped_model
    from regulars.identity.training import train

    space = ScratchSpace(None, settings.threads, settings.memory_limit)
    with desk_of(durable, space) as desk, gathered(desk.session, settings.identity):
        return train(
            people(desk.session),
            shipped_model(),
            trained_on=f"the customer records of {settings.shop.name}",
            threads=settings.threads,
            memory_limit=settings.memory_limit,
            on_progress=on_progress,
        )
