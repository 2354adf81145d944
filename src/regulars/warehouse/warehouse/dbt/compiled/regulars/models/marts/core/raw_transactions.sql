

with orders as (

    select * from "build"."marts"."fct_orders"

)

select
    order_key as transaction_id,
    customer_id,
    order_date as transaction_date,
    amount
from orders