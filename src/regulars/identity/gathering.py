"""The exact phase's tables for a moment, for whoever looks at the records without resolving them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars.engines.base import Session
from regulars.identity import exact
from regulars.identity.guards import shipped_guards
from regulars.identity.matching import FIELDS, PEOPLE
from regulars.identity.stage import drop_scratch
from regulars.settings import IdentitySettings, Settings

if TYPE_CHECKING:
    from regulars.identity.person_model import PersonModel


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
