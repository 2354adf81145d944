{{ config(materialized='table') }}

with windows as (

    select * from {{ ref('int_volumes__windows') }}

),

days as (

    select
        *,
        revenue as amount
    from {{ ref('int_orders__by_day') }}

),

-- A finding that was allowed is the new normal: its windows begin where it was published.
starts as (

    select
        days.source,
        measures.measure,
        greatest(min(days.order_date), coalesce(max(restarts.since_day), min(days.order_date))) as first_day
    from days
    cross join (
        select 'orders' as measure
        union all
        select 'buyers' as measure
        union all
        select 'revenue' as measure
    ) as measures
    left join {{ source('ops', 'check_restarts') }} as restarts
        on restarts.check_name = 'volume_of_' || measures.measure || '_is_as_before'
    group by days.source, measures.measure

),

summed as (

    select
        windows.span,
        windows.days_ago,
        windows.step,
        days.source,
        sum(days.orders) as orders,
        sum(days.buyers) as buyers,
        sum(days.revenue) as revenue,
        sum(days.revenue_squares) as revenue_squares
    from windows
    inner join days on days.order_date >= windows.day_from and days.order_date < windows.day_to
    group by windows.span, windows.days_ago, windows.step, days.source

)

select
    windows.span,
    windows.days,
    windows.tested_to,
    windows.anchor,
    windows.days_ago,
    windows.step,
    windows.day_from,
    windows.day_to,
    starts.source,
    starts.measure,
    coalesce(cast(case starts.measure
        when 'orders' then summed.orders
        when 'buyers' then summed.buyers
        else summed.revenue
    end as {{ type_double() }}), 0) as amount,
    coalesce(cast(summed.revenue_squares as {{ type_double() }}), 0) as squares
from windows
inner join starts on windows.day_from >= starts.first_day
left join summed
    on
        windows.span = summed.span
        and windows.days_ago = summed.days_ago
        and windows.step = summed.step
        and starts.source = summed.source
