{{ config(materialized='table') }}

with orders as (

    select * from {{ ref('fct_orders') }}

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

)

select
    orders.customer_id,
    cast(count(*) as integer) as orders,
    cast(sum(orders.amount) as decimal(18, 2)) as amount,
    orders.order_date
from orders
cross join parameters
where orders.is_valid and orders.customer_id is not null and orders.order_date < parameters.as_of
group by orders.customer_id, orders.order_date
