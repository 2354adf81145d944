with totals as (

    select * from {{ ref('int_customers__order_totals') }}
    where orders > 0 or net_amount <> 0

),

parameters as (

    select * from {{ ref('int_run_parameters') }}

),

measured as (

    select
        totals.*,
        totals.window_net_amount - totals.recent_half_net_amount as earlier_half_net_amount,
        {{ days_between('totals.first_order_date', 'totals.last_order_date') }} as days_as_buyer,
        cast({{ days_between('totals.first_order_date', 'parameters.as_of') }} as integer) as tenure_days,
        cast({{ days_between('totals.last_order_date', 'parameters.as_of') }} as integer) as days_since_last_order,
        parameters.as_of
    from totals
    cross join parameters

),

with_interval as (

    select
        *,
        case
            when days_as_buyer > 0 then {{ ratio('days_as_buyer', 'orders - 1', 2) }}
        end as average_days_between_orders
    from measured

),

with_next_order as (

    select
        *,
        {{ add_days('last_order_date', 'round(average_days_between_orders)') }} as next_order_date
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
    {{ ratio('order_value', 'orders', 2) }} as average_order_value,
    smallest_order_value,
    largest_order_value,
    case
        when orders > 1
            then {{ rounded(sample_deviation('orders', 'order_value', 'squared_order_value'), 2) }}
    end as order_value_deviation,
    recent_half_net_amount as recent_spending,
    cast(earlier_half_net_amount as decimal(18, 2)) as earlier_spending,
    {{ ratio('30.4375 * orders', 'greatest(tenure_days, 30.4375)', 4) }} as orders_per_month,
    average_days_between_orders,
    tenure_days,
    days_since_last_order,
    cast({{ days_between('next_order_date', 'as_of') }} as integer) as days_overdue,
    coalesce(next_order_date < as_of, false) as is_overdue,
    first_order_date,
    last_order_date,
    next_order_date
from with_next_order
