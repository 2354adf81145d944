with records as (

    select * from {{ source('staging', 'known_events') }}

),

superseded as (

    select * from {{ source('staging', 'superseded') }}
    where entity = 'events'

)

select
    source,
    event_id,
    customer_key,
    email,
    event_type,
    properties,
    occurred_at,
    _load_id,
    _row
from records
where not exists (
    select 1
    from superseded
    where
        superseded.source = records.source
        and superseded.load_id = records._load_id
        and superseded.row_number = records._row
)
