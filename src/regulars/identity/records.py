"""What the warehouse keeps of a resolution: whom each key belongs to, and by what each source record was linked.

`identity.records` has one row per (source, source_customer_id): every customer record, and for customers known by their
orders alone one row per source of those orders. `identity.customer_keys` has one row per customer key.
"""

from __future__ import annotations

from regulars import catalog

# By what a key hangs together with another key of its person; the strongest kind is told.
_KINDS = """
create temporary table resolving_kinds as
with placed as (
    select link.kind, link.value, link.key_number, person.person_number
    from resolving_links as link
    inner join resolving_persons as person on person.key_number = link.key_number
),

together as (
    select kind, value, person_number from placed group by kind, value, person_number having count(*) > 1
)

select
    placed.key_number,
    case min(case placed.kind when 'email' then 1 when 'phone' then 2 when 'key' then 3 else 4 end)
        when 1 then 'email' when 2 then 'phone' when 3 then 'key' else 'decision'
    end as linked_by
from placed
inner join together
    on
        together.kind = placed.kind
        and together.value = placed.value
        and together.person_number = placed.person_number
group by placed.key_number
"""

# How probable it is that a group is of its person: its strongest match with another group of theirs.
_PROBABILITIES = """
create temporary table resolving_probabilities as
with matches as (
    select * from resolving_matches where probability >= {threshold}
),

sides as (
    select left_number as key_number, right_number as other_number, probability from matches
    union all
    select right_number as key_number, left_number as other_number, probability from matches
)

select mine.group_number, max(sides.probability) as probability
from sides
inner join resolving_components as mine on mine.key_number = sides.key_number
inner join resolving_components as theirs on theirs.key_number = sides.other_number
where mine.person_number = theirs.person_number and mine.group_number <> theirs.group_number
group by mine.group_number
"""

# Keys that were linked to a person who was there before them: all of a component but its founder. Those in the
# founder's own group were linked by something exact, the others by a match of their group.
_FOLLOWERS = f"""
create temporary table resolving_followers as
select
    person.key_number,
    case when component.group_number = root.group_number then coalesce(kinds.linked_by, 'new') else 'match' end
    as linked_by,
    case when component.group_number <> root.group_number then probabilities.probability end as probability
from resolving_components as component
inner join resolving_persons as person on person.key_number = component.key_number
inner join resolving_ids as ids on ids.person_number = person.person_number
inner join {catalog.IDENTITY_IDS.name} as founded on founded.customer_id = ids.customer_id
left join resolving_persons as founder
    on founder.customer_key = founded.founding_key and founder.person_number = person.person_number
inner join resolving_components as root on root.key_number = coalesce(founder.key_number, person.person_number)
left join resolving_kinds as kinds on kinds.key_number = person.key_number
left join resolving_probabilities as probabilities on probabilities.group_number = component.group_number
where person.key_number <> coalesce(founder.key_number, person.person_number)
"""

_ASSIGNED = """
create temporary table resolving_assigned as
select
    known.customer_key, known.records, known.evidences, ids.customer_id,
    coalesce(follower.linked_by, 'new') as linked_by, follower.probability
from resolving_keys as known
inner join resolving_persons as person on person.key_number = known.key_number
inner join resolving_ids as ids on ids.person_number = person.person_number
left join resolving_followers as follower on follower.key_number = known.key_number
"""

# Records of one key after its first: the same id in another source.
_REPEATS = """
create temporary table resolving_repeats as
select source, source_customer_id
from (
    select
        evidence.source, evidence.source_customer_id, row_number() over (
            partition by evidence.customer_key
            order by min(evidence.first_load_id), evidence.source, evidence.source_customer_id
        ) as place
    from resolving_evidence as evidence
    inner join resolving_assigned as assigned on assigned.customer_key = evidence.customer_key
    where
        evidence.is_record and assigned.records > 1
        or assigned.records = 0 and assigned.evidences > 1
    group by evidence.customer_key, evidence.source, evidence.source_customer_id
) as placed
where place > 1
"""


def assign(match_threshold: float) -> tuple[str, ...]:
    """SQL that says of every key, by `resolving_assigned`, whose it is and by what it was linked."""
    return _KINDS, _PROBABILITIES.format(threshold=match_threshold), _FOLLOWERS, _ASSIGNED, _REPEATS


CUSTOMER_KEYS = "select customer_key, customer_id from resolving_assigned"

# Keys that go from one person to another, noted before they do: what explains a segment that a merge has changed.
CHANGES = f"""
insert into {catalog.IDENTITY_CHANGES.name} (change_id, customer_key, from_customer_id, to_customer_id)
select
    (select coalesce(max(change_id), 0) from {catalog.IDENTITY_CHANGES.name})
    + row_number() over (order by standing.customer_key) as change_id,
    standing.customer_key, standing.customer_id, assigned.customer_id
from {catalog.CUSTOMER_KEYS.name} as standing
inner join resolving_assigned as assigned on assigned.customer_key = standing.customer_key
where assigned.customer_id <> standing.customer_id
"""

# A record is of its person since it came, or since the newest load when it has been found to be another's.
RECORDS = f"""
with records as (
    select
        evidence.source, evidence.source_customer_id, evidence.customer_key, assigned.customer_id,
        evidence.email, evidence.phone, assigned.linked_by, assigned.probability, evidence.first_load_id
    from resolving_evidence as evidence
    inner join resolving_assigned as assigned on assigned.customer_key = evidence.customer_key
    where evidence.is_record or assigned.evidences = 1
    union all
    select
        evidence.source, evidence.source_customer_id, evidence.customer_key, assigned.customer_id,
        min(evidence.email) as email, min(evidence.phone) as phone, assigned.linked_by, assigned.probability,
        min(evidence.first_load_id) as first_load_id
    from resolving_evidence as evidence
    inner join resolving_assigned as assigned on assigned.customer_key = evidence.customer_key
    where assigned.records = 0 and assigned.evidences > 1
    group by
        evidence.source, evidence.source_customer_id, evidence.customer_key, assigned.customer_id, assigned.linked_by,
        assigned.probability
)

select
    records.source, records.source_customer_id, records.customer_key, records.customer_id, records.email, records.phone,
    case when repeat.source is null then records.linked_by else 'source_id' end as linked_by,
    case when repeat.source is null then records.probability end as probability,
    records.first_load_id,
    case
        when before.customer_id = records.customer_id then coalesce(before.since_load_id, records.first_load_id)
        when before.customer_id <> records.customer_id then newest.load_id
        else records.first_load_id
    end as since_load_id
from records
cross join (select coalesce(max(load_id), 0) as load_id from {catalog.LOADS.name}) as newest
left join resolving_repeats as repeat
    on repeat.source = records.source and repeat.source_customer_id = records.source_customer_id
left join {catalog.IDENTITY_RECORDS.name} as before
    on before.source = records.source and before.source_customer_id = records.source_customer_id
"""


def bring_up_to_date(table: catalog.Table, query: str, key: tuple[str, ...], *, is_empty: bool) -> tuple[str, ...]:
    """SQL that makes a table equal to a query with its columns and key, touching only the rows that differ."""
    columns = ", ".join(table.column_names)
    if is_empty:
        return (f"insert into {table.name} ({columns}) select {columns} from ({query}) as resolved",)
    same = " and ".join(f"resolved.{name} is not distinct from standing.{name}" for name in table.column_names)
    there = " and ".join(f"standing.{name} = resolved.{name}" for name in key)
    return (
        f"create temporary table resolved as {query}",
        f"delete from {table.name} as standing where not exists (select 1 from resolved where {same})",
        f"insert into {table.name} ({columns}) select {columns} from resolved"
        f" where not exists (select 1 from {table.name} as standing where {there})",
        "drop table resolved",
    )
