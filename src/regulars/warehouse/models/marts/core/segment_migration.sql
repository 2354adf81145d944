with scored as (

    select * from {{ ref('int_customers__rfm_scored') }}
    where is_in_history

),

moved as (

    select * from {{ ref('int_segments__moved') }}

),

dates as (

    select * from {{ ref('int_as_of_dates') }}

),

totals as (

    select
        as_of_number,
        segment,
        count(*) as customers,
        sum(monetary) as revenue
    from scored
    group by as_of_number, segment

),

movements as (

    select
        coalesce(moved.from_segment, 'Not known before') as from_segment,
        moved.to_segment,
        count(*) as customers,
        sum(moved.monetary) as revenue,
        moved.as_of
    from moved
    group by coalesce(moved.from_segment, 'Not known before'), moved.to_segment, moved.as_of

),

arrivals as (

    select
        to_segment,
        sum(customers) as customers,
        sum(revenue) as revenue,
        as_of
    from movements
    group by to_segment, as_of

),

-- Whoever is in a segment and did not come to it has stayed: counting is quicker than looking at everybody twice.
stays as (

    select
        totals.segment as from_segment,
        totals.segment as to_segment,
        totals.customers - coalesce(arrivals.customers, 0) as customers,
        totals.revenue - coalesce(arrivals.revenue, 0) as revenue,
        dates.as_of
    from totals
    inner join dates on totals.as_of_number = dates.as_of_number
    left join arrivals on totals.segment = arrivals.to_segment and dates.as_of = arrivals.as_of

),

flows as (

    select * from movements
    union all
    select * from stays
    where customers > 0

)

select
    flows.from_segment,
    flows.to_segment,
    cast(flows.customers as bigint) as customers,
    cast(flows.revenue as decimal(18, 2)) as revenue,
    dates.is_month_end,
    dates.previous_as_of as from_as_of,
    flows.as_of
from flows
inner join dates on flows.as_of = dates.as_of
where dates.is_in_history and dates.previous_as_of is not null
