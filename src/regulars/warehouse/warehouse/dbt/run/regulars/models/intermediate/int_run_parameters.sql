
    

    create  table
      "build"."intermediate"."int_run_parameters__dbt_tmp"
  
    
    as (
      

with parameters as (

    select * from "build"."settings"."parameters"

),

currency as (

    select * from "build"."intermediate"."int_run_currency"

),

newest as (

    select cast(

    (max(order_date) + cast(1 as bigint) * interval 1 day) as date) as day_after
    from "build"."marts"."fct_orders"
    where is_valid

),

resolved as (

    select
        parameters.*,
        currency.currency as reporting_currency,
        coalesce(parameters.as_of, newest.day_after) as start_of_day
    from parameters
    cross join currency
    cross join newest

)

select
    segment_map,
    recency_method,
    frequency_method,
    monetary_method,
    reporting_currency as currency,
    bins,
    window_days,
    start_of_day as as_of,
    cast(

    (start_of_day + cast(-window_days as bigint) * interval 1 day) as date) as window_start,
    cast(

    (start_of_day + cast(-((window_days) // (2)) as bigint) * interval 1 day) as date) as recent_half_start
from resolved
    );
    
  