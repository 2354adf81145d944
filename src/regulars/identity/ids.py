"""Stable ids: who keeps which number when people are found, merged or told apart.

An id belongs to the person that has the key it was founded with, or, when that key is gone, the smallest key that had
the id. Of several ids of one person the oldest wins and the others are redirected to it; a person without an id gets
the next number. No id is ever given twice. `resolving_persons` has one row per key, with the number of the smallest key
of its person.
"""

from __future__ import annotations

from regulars import catalog

FIRST_ID = 100_000_001

_IDS = catalog.IDENTITY_IDS.name
_KEYS = catalog.CUSTOMER_KEYS.name

# The highest id ever given: one that was erased has no row any more, and is not given again either.
LAST_ID = f"""
select greatest(
    {FIRST_ID - 1},
    coalesce((select max(customer_id) from {_IDS}), 0),
    coalesce((select max(last_customer_id) from {catalog.IDENTITY_RESOLUTION.name}), 0)
) as last_customer_id
"""

PERSONS = """
create temporary table resolving_persons as
select
    known.key_number, known.customer_key, known.first_load_id,
    coalesce(component.person_number, known.key_number) as person_number
from resolving_keys as known
left join resolving_components as component on component.key_number = known.key_number
"""

_CLAIMS = f"""
create temporary table resolving_claims as
with founded as (
    select ids.customer_id, person.person_number
    from {_IDS} as ids
    inner join resolving_persons as person on person.customer_key = ids.founding_key
),

inherited as (
    select had.customer_id, min(person.key_number) as key_number
    from {_KEYS} as had
    inner join resolving_persons as person on person.customer_key = had.customer_key
    where not exists (select 1 from founded where founded.customer_id = had.customer_id)
    group by had.customer_id
)

select customer_id, person_number from founded
union all
select inherited.customer_id, person.person_number
from inherited
inner join resolving_persons as person on person.key_number = inherited.key_number
"""

_KEPT_IDS = """
create temporary table resolving_ids as
select person_number, min(customer_id) as customer_id, false as is_new
from resolving_claims
group by person_number
"""

_NEW_IDS = f"""
insert into resolving_ids
select
    person.person_number,
    ({LAST_ID}) + row_number() over (order by person.person_number) as customer_id,
    true as is_new
from resolving_persons as person
where
    person.key_number = person.person_number
    and not exists (select 1 from resolving_ids as kept where kept.person_number = person.person_number)
"""

_FOUND = f"""
insert into {_IDS} (customer_id, redirected_to, founding_key, first_load_id)
select
    ids.customer_id, null, founder.customer_key,
    least(founder.first_load_id, coalesce(seen.first_load_id, founder.first_load_id))
from resolving_ids as ids
inner join resolving_persons as founder on founder.key_number = ids.person_number
left join (
    select component.person_number, min(person.first_load_id) as first_load_id
    from resolving_components as component
    inner join resolving_persons as person on person.key_number = component.key_number
    group by component.person_number
) as seen on seen.person_number = ids.person_number
where ids.is_new
"""

_REDIRECTS = f"""
create temporary table resolving_redirects as
with claimed as (
    select claim.customer_id, nullif(ids.customer_id, claim.customer_id) as redirected_to
    from resolving_claims as claim
    inner join resolving_ids as ids on ids.person_number = claim.person_number
),

-- An id that nobody claims any more goes on to wherever its target went.
following as (
    select ids.customer_id, claimed.redirected_to
    from {_IDS} as ids
    inner join claimed on claimed.customer_id = ids.redirected_to
    where
        claimed.redirected_to is not null
        and not exists (select 1 from claimed as own where own.customer_id = ids.customer_id)
)

select targets.customer_id, targets.redirected_to, ids.redirected_to as redirected_before
from (select * from claimed union all select * from following) as targets
inner join {_IDS} as ids on ids.customer_id = targets.customer_id
where ids.redirected_to is distinct from targets.redirected_to
"""

_REDIRECT = f"""
update {_IDS} as ids
set redirected_to = target.redirected_to
from resolving_redirects as target
where target.customer_id = ids.customer_id
"""

ASSIGN = (_CLAIMS, _KEPT_IDS, _REDIRECTS, _NEW_IDS, _REDIRECT, _FOUND)
