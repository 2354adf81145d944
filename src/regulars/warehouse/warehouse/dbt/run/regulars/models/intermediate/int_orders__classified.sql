
  
  create view "build"."intermediate"."int_orders__classified__dbt_tmp" as (
    with orders as (

    select * from "build"."marts"."fct_orders"

),

parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

classified as (

    select
        orders.*,
        case
            when orders.customer_id is null then 'without a customer'
            when orders.amount is null then 'not converted'
            when orders.status in ('test', 'pending', 'cancelled') then orders.status
            when orders.order_date < parameters.as_of then 'counted'
            else 'dated as_of or later'
        end as class,
        case
            when
                orders.refunded_amount > 0
                and (orders.refund_date is null or orders.refund_date < parameters.as_of)
                then orders.refunded_amount
        end as refunded_by_now,
        coalesce(orders.amount, orders.original_amount) as landed_amount
    from orders
    cross join parameters

)

select
    source,
    class,
    count(*) as orders,
    sum(line_count) as line_count,
    sum(landed_amount) as amount,
    count(*) filter (where landed_amount < 0) as negative_orders,
    coalesce(sum(line_count) filter (where landed_amount < 0), 0) as negative_line_count,
    coalesce(sum(landed_amount) filter (where landed_amount < 0), 0) as negative_amount,
    count(*) filter (where refunded_by_now > 0 and landed_amount > 0) as refunded_orders,
    coalesce(sum(line_count) filter (where refunded_by_now > 0 and landed_amount > 0), 0) as refunded_line_count,
    coalesce(sum(refunded_by_now) filter (where landed_amount > 0), 0) as refunded_amount
from classified
group by source, class
  );
