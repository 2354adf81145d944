{{ config(materialized='view') }}

-- Asked of one customer or one store at a time, and as large as the orders: cheaper to make when read than to store.
with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

movements as (

    select
        customer_id,
        store,
        net_amount,
        is_valid,
        order_date as day
    from {{ ref('fct_orders') }}
    where status in ('completed', 'refunded')
    union all
    select
        customer_id,
        store,
        -amount as net_amount,
        false as is_valid,
        refund_date as day
    from {{ ref('int_refunds__dated') }}

)

select
    movements.customer_id,
    movements.store,
    count(*) filter (where movements.is_valid) as orders,
    cast(sum(movements.net_amount) as decimal(18, 2)) as revenue,
    min(movements.day) filter (where movements.is_valid) as first_order_date,
    max(movements.day) filter (where movements.is_valid) as last_order_date
from movements
cross join parameters
where movements.customer_id is not null and movements.store is not null and movements.day < parameters.as_of
group by movements.customer_id, movements.store
