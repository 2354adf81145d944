with totals as (

    select * from "build"."intermediate"."int_customers__order_totals"
    where orders > 0 or net_amount <> 0

),

parameters as (

    select * from "build"."intermediate"."int_run_parameters"

),

measured as (

    select
        totals.*,
        totals.window_net_amount - totals.recent_half_net_amount as earlier_half_net_amount,
        (cast(totals.last_order_date as date) - cast(totals.first_order_date as date)) as days_as_buyer,
        cast((cast(parameters.as_of as date) - cast(totals.first_order_date as date)) as integer) as tenure_days,
        cast((cast(parameters.as_of as date) - cast(totals.last_order_date as date)) as integer) as days_since_last_order,
        parameters.as_of
    from totals
    cross join parameters

),

with_interval as (

    select
        *,
        case
            when days_as_buyer > 0 then cast(
        cast(floor((cast(days_as_buyer as double precision) / nullif(cast(orders - 1 as double precision), 0)) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    )
        end as average_days_between_orders
    from measured

),

with_next_order as (

    select
        *,
        cast(

    (last_order_date + cast(round(average_days_between_orders) as bigint) * interval 1 day) as date) as next_order_date
    from with_interval

)

select
    customer_id,
    case
        when recent_half_net_amount <= 0 and earlier_half_net_amount <= 0 then 'none'
        when recent_half_net_amount * 10 > earlier_half_net_amount * 11 then 'rising'
        when recent_half_net_amount * 10 < earlier_half_net_amount * 9 then 'falling'
        else 'steady'
    end as spending_trend,
    orders,
    net_amount as lifetime_value,
    cast(
        cast(floor((cast(order_value as double precision) / nullif(cast(orders as double precision), 0)) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    ) as average_order_value,
    smallest_order_value,
    largest_order_value,
    case
        when orders > 1
            then cast(
        cast(floor((sqrt(greatest(
        cast(squared_order_value as double precision)
        - cast(order_value as double precision) * cast(order_value as double precision) / orders,
        0
    ) / nullif(orders - 1, 0))) * 100 + 0.5) as bigint)
        * cast(0.01 as decimal(18, 2)) as decimal(18, 2)
    )
    end as order_value_deviation,
    recent_half_net_amount as recent_spending,
    cast(earlier_half_net_amount as decimal(18, 2)) as earlier_spending,
    cast(
        cast(floor((cast(30.4375 * orders as double precision) / nullif(cast(greatest(tenure_days, 30.4375) as double precision), 0)) * 10000 + 0.5) as bigint)
        * cast(0.0001 as decimal(18, 4)) as decimal(18, 4)
    ) as orders_per_month,
    average_days_between_orders,
    tenure_days,
    days_since_last_order,
    cast((cast(as_of as date) - cast(next_order_date as date)) as integer) as days_overdue,
    coalesce(next_order_date < as_of, false) as is_overdue,
    first_order_date,
    last_order_date,
    next_order_date
from with_next_order