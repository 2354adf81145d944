"""The exact phase's tables for a moment, for whoever looks at the records without resolving them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import log2
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.identity import exact
from regulars.identity.guards import shipped_guards
from regulars.identity.matching import FIELDS, PEOPLE
from regulars.identity.stage import drop_scratch
from regulars.settings import IdentitySettings, Settings

if TYPE_CHECKING:
    from regulars.identity.person_model import PersonModel
    from regulars.identity.weighing import Weighed

_A_MATCH = f"""
select one.key_number as left_number, other.key_number as right_number, matched.match_weight
from {catalog.IDENTITY_MATCHES.name} as matched
inner join resolving_keys as one on one.customer_key = matched.left_key
inner join resolving_keys as other on other.customer_key = matched.right_key
order by matched.match_weight desc, matched.left_key, matched.right_key
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


def weighed_pair(durable: Session, settings: Settings, left: str, right: str) -> tuple[Weighed | None, float | None]:
    """What the model makes of two customer keys, and log2 of the odds it starts from; within `gathered`.

    The odds that two records at random are one person were found when the matches were made, and any of those, weighed
    again, gives them back. Without one, those of the shop that the model was trained on serve.
    """
    from regulars.identity.person_model import load_model, shipped_model
    from regulars.identity.weighing import weigh

    model = load_model(settings.identity.model) if settings.identity.model else shipped_model()
    numbers = durable.query(
        "select customer_key, key_number from resolving_keys where customer_key in ($1, $2)", (left, right)
    ).to_pylist()
    pair = tuple(sorted(row["key_number"] for row in numbers))
    known = durable.query(_A_MATCH).to_pylist()
    pairs = [pair, *((row["left_number"], row["right_number"]) for row in known)] if len(pair) == 2 else []
    found = weigh(people(durable), model, pairs, threads=settings.threads, memory_limit=settings.memory_limit)
    weighed = found.get(pair)
    if weighed is None:
        return None, None
    for row in known:
        again = found.get((min(row["left_number"], row["right_number"]), max(row["left_number"], row["right_number"])))
        if again is not None:
            return weighed, row["match_weight"] - again.total
    chance = min(model.matches_per_record * 2 / max(weighed.records - 1, 1), 0.5)
    return weighed, log2(chance / (1 - chance))


def trained(durable: Session, settings: Settings, on_progress: Callable[[str], None] = lambda _: None) -> PersonModel:
    """A model of persons that has learned from the current records; what they cannot tell it has of the shipped one.

    Raises:
        InputError: There are too few records, or too few duplicates among them.
    """
    from regulars.identity.person_model import shipped_model
    from regulars.identity.training import train

    with gathered(durable, settings.identity):
        return train(
            people(durable),
            shipped_model(),
            trained_on=f"the customer records of {settings.shop.name}",
            threads=settings.threads,
            memory_limit=settings.memory_limit,
            on_progress=on_progress,
        )
