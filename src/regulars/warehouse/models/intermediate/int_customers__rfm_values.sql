{{ config(materialized='table') }}

-- Totals and dates stand where they are joined: PostgreSQL copies a CTE read twice, and plans without statistics.
with parameters as (

    select * from {{ ref('int_run_parameters') }}

),

by_then as (

    select
        totals.customer_id,
        totals.orders,
        totals.net_amount,
        totals.last_order_date,
        dates.as_of_number,
        dates.as_of
    from {{ ref('int_customers__running_totals') }} as totals
    inner join {{ ref('int_as_of_dates') }} as dates
        on totals.seen_from <= dates.as_of_number and totals.seen_until > dates.as_of_number

),

before_window as (

    select
        totals.customer_id,
        totals.orders,
        totals.net_amount,
        dates.as_of_number
    from {{ ref('int_customers__running_totals') }} as totals
    inner join {{ ref('int_as_of_dates') }} as dates
        on totals.left_behind_from <= dates.as_of_number and totals.left_behind_until > dates.as_of_number
    where totals.orders > 0 or totals.net_amount <> 0

),

windowed as (

    select
        by_then.*,
        by_then.orders - coalesce(before_window.orders, 0) as window_orders,
        by_then.net_amount - coalesce(before_window.net_amount, 0) as window_net_amount
    from by_then
    left join before_window
        on by_then.customer_id = before_window.customer_id and by_then.as_of_number = before_window.as_of_number

)

select
    windowed.customer_id,
    windowed.as_of_number,
    windowed.orders,
    windowed.net_amount,
    case
        when windowed.window_orders > 0
            then cast({{ days_between('windowed.last_order_date', 'windowed.as_of') }} as integer)
        else parameters.window_days + 1
    end as recency,
    windowed.window_orders as frequency,
    case
        when windowed.window_orders > 0 then cast(windowed.window_net_amount as decimal(18, 2))
        else cast(0 as decimal(18, 2))
    end as monetary,
    windowed.window_orders > 0 as is_active,
    windowed.last_order_date,
    windowed.as_of
from windowed
cross join parameters
