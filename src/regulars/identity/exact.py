"""Exact evidence: which customer keys stand in the data, and which of them share an e-mail or a phone number.

Everything is SQL that makes temporary tables, one after the other:
`resolving_evidence`, one row per current customer record and per (source, customer_key, email, phone) of orders;
`resolving_keys`, one row per customer key, numbered in the order of the keys;
`resolving_links`, one row per (kind, value, key) of the values that at least two keys share and no guard stops;
`resolving_ignored`, one row per value that is shared and that a guard stops, and why;
`resolving_decisions`, one row per pair of keys that a person decided on, the newest decision only.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars import catalog
from regulars.identity.guards import Guards

EDGES = """
select key_number, dense_rank() over (
    order by case kind when 'decision' then 1 when 'email' then 2 when 'phone' then 3 else 4 end, value
) as value_number
from resolving_links
order by value_number, key_number
"""

APART = """
select left_number, right_number
from resolving_decisions
where decision in ('never', 'split')
order by left_number, right_number
"""

_WITHOUT_IGNORED = """
delete from resolving_links as link
where exists (select 1 from resolving_ignored as i where i.kind = link.kind and i.value = link.value)
"""

# The decisions that hold: of a pair's decisions the newest, unless it takes back the one before.
ACTIVE_DECISIONS = f"""
select decision, left_key, right_key, decided_at, reason
from (
    select *, row_number() over (
        partition by least(left_key, right_key), greatest(left_key, right_key)
        order by decided_at desc nulls last, decision
    ) as newness
    from {catalog.IDENTITY_DECISIONS.name}
) as decided
where newness = 1 and left_key <> right_key and decision <> 'undo'
"""


# Since which load each record that has newer versions is known: what is left to say of the versions themselves.
EARLIER_VERSIONS = f"""
select entity, source, record_id, min(load_id) as load_id, cast(null as bigint) as row_number
from {catalog.SUPERSEDED.name}
where entity = 'customer_records'
group by entity, source, record_id
"""


def evidence() -> str:
    """SQL of `resolving_evidence`: customer records as they are, orders and order lines by customer."""
    records, superseded = catalog.CUSTOMER_RECORDS.name, catalog.SUPERSEDED.name
    return f"""
create temporary table resolving_evidence as
with earlier_versions as (
    select source, record_id, min(load_id) as first_load_id
    from {superseded}
    where entity = 'customer_records'
    group by source, record_id
)
select
    record.source, record.source_customer_id, record.customer_key, record.email, record.phone, true as is_record,
    least(record._load_id, coalesce(earlier.first_load_id, record._load_id)) as first_load_id
from {records} as record
left join earlier_versions as earlier
    on earlier.source = record.source and earlier.record_id = record.source_customer_id
{_newer_version("record", "customer_records")}
where record.customer_key is not null and newer.entity is null
union all
{ordering_customers(catalog.ORDERS.name, "orders")}
union all
{ordering_customers(catalog.ORDER_LINES.name, "order_lines")}
"""


def keys(guards: Guards) -> list[str]:
    """SQL of `resolving_keys`; a guest whose key is a placeholder could be anybody and has none."""
    return [
        """
create temporary table resolving_keys as
select *, row_number() over (order by customer_key) as key_number
from (
    select
        customer_key, count(*) as evidences, count(*) filter (where is_record) as records,
        min(first_load_id) as first_load_id
    from resolving_evidence
    group by customer_key
) as known
""",
        f"""
delete from resolving_keys
where
    customer_key like 'email:%' and {guards.placeholder_email("substr(customer_key, 7)")}
    or customer_key like 'phone:%' and {guards.placeholder_phone("substr(customer_key, 7)")}
""",
    ]


def links(guards: Guards, keys: Sequence[Sequence[str]] = ()) -> list[str]:
    """SQL of `resolving_links` and of `resolving_ignored`; `keys` are the fields of each declared key."""
    return [
        f"""
create temporary table resolving_links as
{_shared_values("email")}
union all
{_shared_values("phone")}
""",
        *(_shared_key(place, fields) for place, fields in enumerate(keys, start=1)),
        # Only now, because few values are shared and a search for placeholders in all of them takes longer.
        f"""
create temporary table resolving_ignored as
select distinct kind, value, 'placeholder' as reason
from resolving_links
where
    kind = 'email' and {guards.placeholder_email("value")}
    or kind = 'phone' and {guards.placeholder_phone("value")}
""",
        _WITHOUT_IGNORED,
        f"""
insert into resolving_ignored
select kind, value, 'shared' as reason
from resolving_links
where not is_guest
group by kind, value
having count(*) > {guards.max_shared}
""",
        _WITHOUT_IGNORED,
        # The mirror image: one id with many e-mails is a till or a marketplace, and would merge all its buyers.
        f"""
delete from resolving_links
where key_number in (
    select key_number from resolving_links group by key_number, kind having count(*) > {guards.max_shared}
)
""",
    ]


def decisions() -> list[str]:
    """SQL of `resolving_decisions`; those that merge become links."""
    return [
        f"""
create temporary table resolving_decisions as
select decided.decision, one.key_number as left_number, other.key_number as right_number
from ({ACTIVE_DECISIONS}) as decided
inner join resolving_keys as one on one.customer_key = decided.left_key
inner join resolving_keys as other on other.customer_key = decided.right_key
""",
        *(
            f"""
insert into resolving_links
select
    'decision' as kind, cast(left_number as varchar) || ' and ' || cast(right_number as varchar) as value,
    {side} as key_number, false as is_guest
from resolving_decisions
where decision = 'merge'
"""
            for side in ("left_number", "right_number")
        ),
    ]


def current_records() -> str:
    """SQL of the customer records that no newer version has replaced, as a query."""
    return f"""
select record.*
from {catalog.CUSTOMER_RECORDS.name} as record
{_newer_version("record", "customer_records")}
where record.customer_key is not null and newer.entity is null
"""


def ordering_customers(table: str, entity: str) -> str:
    """SQL of the customers of a table of orders, except those of whom a customer record says as much.

    A customer who stood only in a superseded version is none.
    """
    return f"""
select
    ordering.source, ordering.customer_key as source_customer_id, ordering.customer_key, ordering.email, ordering.phone,
    false as is_record, ordering.first_load_id
from (
    select staged.source, staged.customer_key, staged.email, staged.phone, min(staged._load_id) as first_load_id
    from {table} as staged
    {_newer_version("staged", entity)}
    where staged.customer_key is not null and newer.entity is null
    group by staged.source, staged.customer_key, staged.email, staged.phone
) as ordering
left join (
    select distinct record.customer_key
    from {catalog.CUSTOMER_RECORDS.name} as record
    {_newer_version("record", "customer_records")}
    where newer.entity is null
) as recorded
    on recorded.customer_key = ordering.customer_key
where recorded.customer_key is null or ordering.email is not null or ordering.phone is not null
"""


def _newer_version(alias: str, entity: str) -> str:
    """SQL of a join that finds the version which replaced a row; the lines of an order are replaced together.

    A plain outer join, kept where it finds nothing: `not exists` costs DuckDB three times as much on millions of rows.
    """
    replaced = f"(select * from {catalog.SUPERSEDED.name} where entity = '{entity}') as newer"
    if entity == "order_lines":
        own = f"newer.source = {alias}.source and newer.record_id = {alias}.order_id"
    else:
        own = f"newer.row_number = {alias}._row"
    return f"left join {replaced} on newer.load_id = {alias}._load_id and {own}"


def _shared_values(kind: str) -> str:
    return f"""
select distinct
    '{kind}' as kind, shared.{kind} as value, known.key_number,
    known.customer_key like 'email:%' or known.customer_key like 'phone:%' as is_guest
from (
    select {kind}
    from resolving_evidence
    where {kind} is not null
    group by {kind}
    having min(customer_key) <> max(customer_key)
) as shared
inner join resolving_evidence as evidence on evidence.{kind} = shared.{kind}
inner join resolving_keys as known on known.customer_key = evidence.customer_key
"""


def _shared_key(place: int, fields: Sequence[str]) -> str:
    """Records that agree on all fields of a declared key, whatever the case and the accents of their letters."""
    parts = [f"lower(strip_accents(trim(cast({field} as varchar))))" for field in fields]
    there = " and ".join(f"nullif({part}, '') is not null" for part in parts)
    return f"""
insert into resolving_links
with declared as (
    select customer_key, concat_ws(chr(31), '{place}', {", ".join(parts)}) as value
    from ({current_records()}) as record
    where {there}
),

shared as (
    select value from declared group by value having min(customer_key) <> max(customer_key)
)

select distinct 'key' as kind, declared.value, known.key_number, false as is_guest
from shared
inner join declared on declared.value = shared.value
inner join resolving_keys as known on known.customer_key = declared.customer_key
"""
