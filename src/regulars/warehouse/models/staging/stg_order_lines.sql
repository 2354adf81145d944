with records as (

    select * from {{ source('staging', 'known_order_lines') }}

),

superseded as (

    select * from {{ source('staging', 'superseded') }}
    where entity = 'order_lines'

)

select
    source,
    order_id,
    customer_key,
    product_id,
    product_name,
    country,
    store,
    currency,
    status,
    quantity,
    unit_price,
    order_date,
    ordered_at,
    _load_id,
    _row
from records
where not exists (
    select 1
    from superseded
    where
        superseded.source = records.source
        and superseded.record_id = records.order_id
        and superseded.load_id = records._load_id
)
