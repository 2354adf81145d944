"""Current customer records as the probabilistic phase takes them: SQL that every warehouse understands.

One row per current customer record of a known key; it reads `resolving_persons` of the exact phase. What records say is
only cut here; it is brought to one spelling in `preparing`.
"""

from __future__ import annotations

from regulars import catalog
from regulars.identity.preparing import LONGEST_TEXT, TEXTS

_TEXTS = ",\n    ".join(
    f"cast(record.{name} as varchar) as {name}"
    if name == "birth_date"
    else f"substr(record.{name}, 1, {LONGEST_TEXT}) as {name}"
    for name in TEXTS
)

# Records are numbered by what names them, so that the order of loads changes nothing.
PEOPLE = f"""
select
    row_number() over (order by person.key_number, record.source, record.source_customer_id) as record_number,
    person.key_number, person.person_number as group_number,
    {_TEXTS}
from {catalog.CUSTOMER_RECORDS.name} as record
inner join resolving_persons as person on person.customer_key = record.customer_key
left join (select * from {catalog.SUPERSEDED.name} where entity = 'customer_records') as newer
    on newer.load_id = record._load_id and newer.row_number = record._row
where newer.entity is null
"""
