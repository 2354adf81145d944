

with orders as (

    select
        fct_orders.*,
        status = 'completed' and amount >= 0 as is_purchase,
        order_date >= window_start as is_in_window,
        order_date >= recent_half_start as is_in_recent_half
    from "build"."marts"."fct_orders" as fct_orders
    cross join "build"."intermediate"."int_run_parameters" as parameters
    where customer_id is not null and order_date < as_of

),

refunds as (

    select
        customer_id,
        sum(amount) as amount,
        sum(case when refund_date >= window_start then amount end) as window_amount,
        sum(case when refund_date >= recent_half_start then amount end) as recent_half_amount
    from "build"."intermediate"."int_refunds__dated" as dated_refunds
    cross join "build"."intermediate"."int_run_parameters" as parameters
    where customer_id is not null and refund_date < as_of
    group by customer_id

),

totals as (

    select
        customer_id,
        count(*) filter (where is_valid) as orders,
        count(*) filter (where is_valid and is_in_window) as window_orders,
        sum(net_amount) as net_amount,
        sum(net_amount) filter (where is_in_window) as window_net_amount,
        sum(net_amount) filter (where is_in_recent_half) as recent_half_net_amount,
        sum(amount) filter (where is_valid) as order_value,
        sum(amount * amount) filter (where is_valid) as squared_order_value,
        min(amount) filter (where is_valid) as smallest_order_value,
        max(amount) filter (where is_valid) as largest_order_value,
        min(order_date) filter (where is_purchase) as first_purchase_date,
        min(order_date) filter (where is_valid) as first_order_date,
        max(order_date) filter (where is_valid) as last_order_date
    from orders
    group by customer_id

)

select
    totals.customer_id,
    totals.orders,
    totals.window_orders,
    cast(totals.net_amount - coalesce(refunds.amount, 0) as decimal(18, 2)) as net_amount,
    cast(
        coalesce(totals.window_net_amount, 0) - coalesce(refunds.window_amount, 0) as decimal(18, 2)
    ) as window_net_amount,
    cast(
        coalesce(totals.recent_half_net_amount, 0) - coalesce(refunds.recent_half_amount, 0) as decimal(18, 2)
    ) as recent_half_net_amount,
    cast(coalesce(totals.order_value, 0) as decimal(18, 2)) as order_value,
    totals.squared_order_value,
    totals.smallest_order_value,
    totals.largest_order_value,
    totals.first_purchase_date,
    totals.first_order_date,
    totals.last_order_date
from totals
left join refunds on totals.customer_id = refunds.customer_id