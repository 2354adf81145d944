
    

    create  table
      "build"."intermediate"."int_order_lines__summed_to_orders__dbt_tmp"
  
    
    as (
      

with lines as (

    select * from "build"."intermediate"."stg_order_lines"

)

select
    source,
    order_id,
    min(customer_key) as customer_key,
    min(currency) as currency,
    min(status) as status,
    min(store) as store,
    cast(round(sum(quantity * unit_price), 2) as decimal(18, 2)) as amount,
    count(*) as line_count,
    min(order_date) as order_date,
    min(ordered_at) as ordered_at
from lines
group by source, order_id
    );
    
  