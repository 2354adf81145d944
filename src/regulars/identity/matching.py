"""The probabilistic phase: which customer keys are likely one person, weighed anew only when the records have changed.

The matches depend on the customer records, their exact groups, the model and the threshold of review, and on nothing
that people decided; so they are kept in `identity.matches` and serve until one of those is another one. Makes the
temporary table `resolving_matches`, by the numbers of keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.identity import exact
from regulars.settings import IdentitySettings

if TYPE_CHECKING:
    from regulars.identity.person_model import PersonModel

_MATCHES = catalog.IDENTITY_MATCHES.name

FIELDS = (
    *("first_name", "last_name", "full_name", "email", "phone", "birth_date", "gender"),
    *("address", "city", "postcode", "country"),
)

# The records that can be likened: of an e-mail and a phone number alone, the exact phase has said all there is to say.
# A value that a guard stops is no likeness either.
PEOPLE = f"""
with records as ({exact.current_records()})

select
    row_number() over (order by known.key_number, records.source, records._load_id, records._row) as record_number,
    known.key_number, coalesce(exact_group.group_number, known.key_number) as group_number,
    known.customer_key, coalesce(grouped.customer_key, known.customer_key) as group_key,
    case when email_ignored.value is null then records.email end as email,
    case when phone_ignored.value is null then records.phone end as phone,
    {", ".join(f"records.{name}" for name in FIELDS if name not in ("email", "phone"))}
from records
inner join resolving_keys as known on known.customer_key = records.customer_key
left join resolving_groups as exact_group on exact_group.key_number = known.key_number
left join resolving_keys as grouped on grouped.key_number = exact_group.group_number
left join resolving_ignored as email_ignored
    on email_ignored.kind = 'email' and email_ignored.value = records.email
left join resolving_ignored as phone_ignored
    on phone_ignored.kind = 'phone' and phone_ignored.value = records.phone
where coalesce(
    records.first_name, records.last_name, records.full_name, records.address, cast(records.birth_date as varchar)
) is not null
"""

# The same for equal records in whatever order, and however the keys are numbered.
_SEEN = f"""
select count(*) as records, cast(sum(cast(hash(customer_key, group_key, {", ".join(FIELDS)}) as hugeint)) as varchar)
    as content
from ({PEOPLE}) as people
"""

_STANDING = f"""
insert into resolving_matches
select one.key_number, other.key_number, matched.probability, matched.match_weight, matched.blocked_by
from {_MATCHES} as matched
inner join resolving_keys as one on one.customer_key = matched.left_key
inner join resolving_keys as other on other.customer_key = matched.right_key
"""

MATCHES = """
select
    one.customer_key as left_key, other.customer_key as right_key, matched.probability, matched.match_weight,
    matched.blocked_by
from resolving_matches as matched
inner join resolving_keys as one on one.key_number = matched.left_number
inner join resolving_keys as other on other.key_number = matched.right_number
"""


class Matcher(Protocol):
    """Says which records are likely of one person."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever it might say something else of the same records."""
        ...

    def __call__(self, people: pa.RecordBatchReader, threshold: float) -> pa.Table:
        """Pairs of keys at this probability or above: left_number, right_number, probability, match_weight, blocked_by.

        Args:
            people: One row per record: record_number, key_number, group_number and FIELDS. Pairs within a group are
                left out.
            threshold: The least probability.
        """
        ...


@dataclass(frozen=True)
class ModelMatcher:
    """Matches by the model of the settings, or the one that ships."""

    settings: IdentitySettings
    threads: int | None = None
    memory_limit: str | None = None
    scratch: Path | None = None
    on_progress: Callable[[str], None] = lambda _: None

    @cached_property
    def _model(self) -> PersonModel:
        from regulars.identity.person_model import load_model, shipped_model

        return load_model(self.settings.model) if self.settings.model else shipped_model()

    @property
    def fingerprint(self) -> str:
        """That of the model."""
        return self._model.fingerprint

    def __call__(self, people: pa.RecordBatchReader, threshold: float) -> pa.Table:
        """Pairs of keys that the model holds for one person with at least this probability."""
        from regulars.identity.probabilistic import match_pairs

        return match_pairs(
            people,
            self._model,
            threshold,
            threads=self.threads,
            memory_limit=self.memory_limit,
            scratch=self.scratch,
            on_progress=self.on_progress,
        )


def find_matches(durable: Session, matcher: Matcher | None, threshold: float) -> str:
    """Makes `resolving_matches`, from the standing ones when the records, groups and model are as they were.

    Args:
        durable: The durable warehouse; `resolving_keys`, `resolving_groups` and `resolving_ignored` are there.
        matcher: Weighs the pairs; none = nothing is matched.
        threshold: The least probability that is kept.

    Returns:
        The fingerprint of all that the matches depend on.
    """
    durable.execute(
        "create temporary table resolving_matches (left_number bigint, right_number bigint, probability double,"
        " match_weight double, blocked_by varchar)"
    )
    seen = durable.query(_SEEN).to_pylist()[0] if matcher else None
    fingerprint = hashlib.sha256(repr((seen, matcher and matcher.fingerprint, threshold)).encode()).hexdigest()
    if matcher is None or not seen or seen["records"] < 2:
        return fingerprint
    before = durable.query(f"select people from {catalog.IDENTITY_RESOLUTION.name}").column(0).to_pylist()
    if before == [fingerprint]:
        durable.execute(_STANDING)
        return fingerprint
    columns = ("record_number", "key_number", "group_number", *FIELDS)
    people = durable.stream(f"select {', '.join(columns)} from ({PEOPLE}) as people order by record_number")
    durable.append("resolving_matches", matcher(people, threshold))
    return fingerprint
