
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  -- The reconciliation's lines add up to its totals, and its net revenue is that of the customers and of the days.
with lines as (

    select * from "build"."marts"."revenue_reconciliation"

),

totals as (

    select
        sum(case when line_number <= 2 then amount else 0 end) as above_total,
        sum(case when line_number = 3 then amount else 0 end) as total,
        sum(case when line_number between 3 and 10 then amount else 0 end) as above_net,
        sum(case when line_number = 11 then amount else 0 end) as net
    from lines

),

elsewhere as (

    select
        (select coalesce(sum(net_amount), 0) from "build"."intermediate"."int_customers__order_totals") as of_customers,
        (select coalesce(sum(revenue), 0) from "build"."marts"."daily_sales") as of_days,
        (select coalesce(sum(revenue), 0) from "build"."marts"."customer_purchase_trends") as of_months

)

select * from totals
cross join elsewhere
where not (above_total = total and above_net = net and net = of_customers and net = of_days and net = of_months)
  
  
      
    ) dbt_internal_test