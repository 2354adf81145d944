with records as (

    select * from {{ source('staging', 'known_orders') }}

),

superseded as (

    select * from {{ source('staging', 'superseded') }}
    where entity = 'orders'

)

select
    source,
    order_id,
    customer_key,
    currency,
    status,
    store,
    amount,
    refunded_amount,
    discount,
    order_date,
    refund_date,
    ordered_at,
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
