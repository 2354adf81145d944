
  
  create view "build"."intermediate"."int_customers__rfm_values__dbt_tmp" as (
    with totals as (

    select * from "build"."intermediate"."int_customers__order_totals"

),

parameters as (

    select * from "build"."intermediate"."int_run_parameters"

)

select
    totals.customer_id,
    cast((cast(parameters.as_of as date) - cast(totals.last_order_date as date)) as integer) as recency,
    totals.window_orders as frequency,
    totals.window_net_amount as monetary
from totals
cross join parameters
where totals.window_orders > 0
  );
