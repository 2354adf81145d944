
    
      
    

    create  table
      "build"."marts"."cohort_retention__dbt_tmp"
  
  (
    month_number integer,
    customers bigint,
    cohort_size bigint,
    retention decimal(18,6),
    revenue decimal(18,2),
    is_incomplete boolean,
    cohort_month date
    
    )
 ;
    
    
    insert into "build"."marts"."cohort_retention__dbt_tmp" 
  (
    
      
      
      month_number ,
    
      
      
      customers ,
    
      
      
      cohort_size ,
    
      
      
      retention ,
    
      
      
      revenue ,
    
      
      
      is_incomplete ,
    
      
      
      cohort_month 
    
  )
 (
      
    select month_number, customers, cohort_size, retention, revenue, is_incomplete, cohort_month
    from (
        with parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

customers as (

    select
        customer_id,
        cast(date_trunc('month', first_purchase_date) as date) as cohort_month
    from "build"."intermediate"."int_customers__order_totals"
    where first_purchase_date is not null

),

activity as (

    select
        customers.cohort_month,
        (cast(extract(year from trends.month) * 12 + extract(month from trends.month) as integer) - cast(extract(year from customers.cohort_month) * 12 + extract(month from customers.cohort_month) as integer)) as month_number,
        count(*) filter (where trends.purchases > 0) as customers,
        sum(trends.revenue) as revenue
    from "build"."marts"."customer_purchase_trends" as trends
    inner join customers on trends.customer_id = customers.customer_id
    where trends.month >= customers.cohort_month
    group by customers.cohort_month, (cast(extract(year from trends.month) * 12 + extract(month from trends.month) as integer) - cast(extract(year from customers.cohort_month) * 12 + extract(month from customers.cohort_month) as integer))

),

cohorts as (

    select
        cohort_month,
        count(*) as cohort_size
    from customers
    group by cohort_month

),

numbers as (

    
    select
        generate_series as generated_number
    from generate_series(1, 25000)


),

-- Every month up to the last one has a cell, so that a month in which nobody came back shows as 0.
cells as (

    select
        cohorts.cohort_month,
        cohorts.cohort_size,
        cast(numbers.generated_number - 1 as integer) as month_number,
        (cast(extract(year from parameters.as_of) * 12 + extract(month from parameters.as_of) as integer) - cast(extract(year from cohorts.cohort_month) * 12 + extract(month from cohorts.cohort_month) as integer)) as months_begun
    from cohorts
    cross join parameters
    cross join numbers
    where
        (cast(extract(year from cast(

    (parameters.as_of + cast(-1 as bigint) * interval 1 day) as date)) * 12 + extract(month from cast(

    (parameters.as_of + cast(-1 as bigint) * interval 1 day) as date)) as integer) - cast(extract(year from cohorts.cohort_month) * 12 + extract(month from cohorts.cohort_month) as integer)) >= numbers.generated_number - 1

)

select
    cells.month_number,
    coalesce(activity.customers, 0) as customers,
    cells.cohort_size,
    cast(
        cast(floor((cast(coalesce(activity.customers, 0) as double precision) / nullif(cast(cells.cohort_size as double precision), 0)) * 1000000 + 0.5) as bigint)
        * cast(0.000001 as decimal(18, 6)) as decimal(18, 6)
    ) as retention,
    cast(coalesce(activity.revenue, 0) as decimal(18, 2)) as revenue,
    cells.month_number >= cells.months_begun as is_incomplete,
    cells.cohort_month
from cells
left join activity
    on cells.cohort_month = activity.cohort_month and cells.month_number = activity.month_number
    ) as model_subq
    );
  