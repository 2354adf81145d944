-- One year mistyped moves as_of there and makes everyone else a customer of long ago. A day is allowed for zones ahead of UTC.
{{ config(severity='warn') }}

with landed as (

    select {{ add_days('cast(max(started_at) as date)', 1) }} as last_day
    from {{ source('ops', 'loads') }}
    where status in ('landed', 'mapped')

)

select
    orders.source,
    orders.order_id,
    orders.order_date
from {{ ref('fct_orders') }} as orders
cross join landed
where orders.is_valid and orders.order_date > landed.last_day
