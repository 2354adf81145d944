{{ config(materialized='table') }}

with orders as (

    select * from {{ ref('fct_orders') }}

)

select
    source,
    order_date,
    count(*) as orders,
    count(*) filter (where is_valid) as valid_orders,
    count(distinct case when is_valid then customer_id end) as buyers,
    cast(coalesce(sum(amount) filter (where is_valid), 0) as decimal(18, 2)) as revenue,
    coalesce(
        sum(cast(amount as {{ type_double() }}) * cast(amount as {{ type_double() }})) filter (where is_valid), 0
    ) as revenue_squares
from orders
group by source, order_date
