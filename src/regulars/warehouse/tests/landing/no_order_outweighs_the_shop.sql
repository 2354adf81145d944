-- One order is no twentieth of all that was sold, once there are many: its amount is likely mistyped.
{{ config(severity='warn') }}

with sold as (

    select
        sum(amount) as amount,
        count(*) as orders
    from {{ ref('fct_orders') }}
    where is_valid

)

select
    orders.source,
    orders.order_id,
    orders.amount
from {{ ref('fct_orders') }} as orders
cross join sold
where orders.is_valid and sold.orders >= 500 and orders.amount * 20 > sold.amount
