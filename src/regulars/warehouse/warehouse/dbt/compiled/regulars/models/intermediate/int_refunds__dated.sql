

with orders as (

    select * from "build"."marts"."fct_orders"

)

select
    order_key,
    customer_id,
    source,
    store,
    refunded_amount as amount,
    line_count,
    refund_date
from orders
where refund_date is not null