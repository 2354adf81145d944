
  
    
  create view "build"."marts"."fct_orders__dbt_tmp" as (
    

with orders as (

    select * from "build"."intermediate"."int_orders__valued"

)

-- The key repeats source and order_id; storing it would take longer than all the amounts, so it is made when read.
select
    source || ':' || order_id as order_key,
    customer_id,
    source,
    order_id,
    store,
    status,
    currency,
    amount,
    original_amount,
    fx_rate,
    discount,
    refunded_amount,
    net_amount,
    line_count,
    is_valid,
    is_credit,
    order_date,
    refund_date,
    ordered_at
from orders
  );
