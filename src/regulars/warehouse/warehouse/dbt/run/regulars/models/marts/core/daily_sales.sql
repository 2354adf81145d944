
    
      
    

    create  table
      "build"."marts"."daily_sales__dbt_tmp"
  
  (
    orders bigint,
    customers bigint,
    new_customers bigint,
    revenue decimal(18,2),
    average_order_value decimal(18,2),
    orders_without_customer bigint,
    revenue_without_customer decimal(18,2),
    date date
    
    )
 ;
    
    
    insert into "build"."marts"."daily_sales__dbt_tmp" 
  (
    
      
      
      orders ,
    
      
      
      customers ,
    
      
      
      new_customers ,
    
      
      
      revenue ,
    
      
      
      average_order_value ,
    
      
      
      orders_without_customer ,
    
      
      
      revenue_without_customer ,
    
      
      
      date 
    
  )
 (
      
    select orders, customers, new_customers, revenue, average_order_value, orders_without_customer, revenue_without_customer, date
    from (
        with parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

orders as (

    select
        order_date as day,
        count(*) filter (where is_valid and customer_id is not null) as orders,
        count(distinct case when is_valid then customer_id end) as customers,
        sum(amount) filter (where is_valid and customer_id is not null) as order_value,
        sum(net_amount) filter (where customer_id is not null) as net_amount,
        count(*) filter (where is_valid and customer_id is null) as orders_without_customer,
        sum(net_amount) filter (where customer_id is null) as net_amount_without_customer
    from "build"."marts"."fct_orders"
    where status in ('completed', 'refunded')
    group by order_date

),

refunds as (

    select
        refund_date as day,
        sum(amount) filter (where customer_id is not null) as amount,
        sum(amount) filter (where customer_id is null) as amount_without_customer
    from "build"."intermediate"."int_refunds__dated"
    group by refund_date

),

first_orders as (

    select
        first_order_date as day,
        count(*) as customers
    from "build"."intermediate"."int_customers__order_totals"
    group by first_order_date

),

-- Two thousand years of days: a year that was mistyped must not lose money.
numbers as (

    
    select
        generate_series as generated_number
    from generate_series(1, 750000)


),

first_day as (

    select min(day) as day
    from orders

),

days as (

    select cast(

    (parameters.as_of + cast(-numbers.generated_number as bigint) * interval 1 day) as date) as day
    from parameters
    cross join first_day
    cross join numbers
    where (cast(parameters.as_of as date) - cast(first_day.day as date)) >= numbers.generated_number

)

select
    coalesce(orders.orders, 0) as orders,
    coalesce(orders.customers, 0) as customers,
    coalesce(first_orders.customers, 0) as new_customers,
    cast(coalesce(orders.net_amount, 0) - coalesce(refunds.amount, 0) as decimal(18, 2)) as revenue,
    cast(
        cast(floor((cast(orders.order_value as double precision) / nullif(cast(orders.orders as double precision), 0)) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as average_order_value,
    coalesce(orders.orders_without_customer, 0) as orders_without_customer,
    cast(
        coalesce(orders.net_amount_without_customer, 0) - coalesce(refunds.amount_without_customer, 0) as decimal(18, 2)
    ) as revenue_without_customer,
    days.day as date
from days
left join orders on days.day = orders.day
left join refunds on days.day = refunds.day
left join first_orders on days.day = first_orders.day
    ) as model_subq
    );
  