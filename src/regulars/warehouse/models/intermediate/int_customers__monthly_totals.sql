{{ config(materialized='table') }}

with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

movements as (

    select
        customer_id,
        net_amount,
        is_valid,
        status = 'completed' and amount >= 0 as is_purchase,
        order_date as day
    from {{ ref('fct_orders') }}
    where status in ('completed', 'refunded')
    union all
    select
        customer_id,
        -amount as net_amount,
        false as is_valid,
        false as is_purchase,
        refund_date as day
    from {{ ref('int_refunds__dated') }}

)

select
    movements.customer_id,
    count(*) filter (where movements.is_valid) as orders,
    count(*) filter (where movements.is_purchase) as purchases,
    cast(sum(movements.net_amount) as decimal(18, 2)) as revenue,
    {{ first_of_month('movements.day') }} as month
from movements
cross join parameters
where movements.customer_id is not null and movements.day < parameters.as_of
group by movements.customer_id, {{ first_of_month('movements.day') }}
