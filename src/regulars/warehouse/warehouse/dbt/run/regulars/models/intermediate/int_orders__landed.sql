
  
  create view "build"."intermediate"."int_orders__landed__dbt_tmp" as (
    with orders as (

    select * from "build"."intermediate"."stg_orders"

),

summed_lines as (

    select * from "build"."intermediate"."int_order_lines__summed_to_orders"

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
    cast(1 as bigint) as line_count,
    order_date,
    refund_date,
    ordered_at
from orders
union all
select
    source,
    order_id,
    customer_key,
    currency,
    status,
    store,
    amount,
    cast(null as decimal(18, 2)) as refunded_amount,
    cast(null as decimal(18, 2)) as discount,
    line_count,
    order_date,
    cast(null as date) as refund_date,
    ordered_at
from summed_lines
  );
