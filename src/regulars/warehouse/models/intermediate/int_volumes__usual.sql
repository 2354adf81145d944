{{ config(materialized='table') }}

with counted as (

    select * from {{ ref('int_volumes__counted') }}

),

medians as (

    select
        source,
        measure,
        span,
        days_ago,
        count(*) as windows,
        percentile_cont(0.5) within group (order by amount nulls last) as usual,
        min(amount) as lowest,
        max(amount) as highest,
        {{ quotient('sum(squares)', 'sum(amount)') }} as coarseness
    from counted
    where step > 0
    group by source, measure, span, days_ago

),

deviations as (

    select
        counted.source,
        counted.measure,
        counted.span,
        counted.days_ago,
        percentile_cont(0.5) within group (order by abs(counted.amount - medians.usual) nulls last) as deviation
    from counted
    inner join medians
        on
            counted.source = medians.source
            and counted.measure = medians.measure
            and counted.span = medians.span
            and counted.days_ago = medians.days_ago
    where counted.step > 0
    group by counted.source, counted.measure, counted.span, counted.days_ago

)

-- Revenue counts as that many orders of equal value as would be as uneven; orders and buyers are their own unit.
select
    counted.source,
    counted.measure,
    counted.span,
    counted.anchor,
    counted.days_ago,
    counted.days,
    counted.day_from,
    counted.day_to,
    counted.amount,
    medians.usual,
    medians.lowest,
    medians.highest,
    medians.windows,
    case
        when counted.measure = 'revenue' then greatest(coalesce(medians.coarseness, 1.0), 0.01)
        else 1.0
    end as unit,
    deviations.deviation
from counted
inner join medians
    on
        counted.source = medians.source
        and counted.measure = medians.measure
        and counted.span = medians.span
        and counted.days_ago = medians.days_ago
inner join deviations
    on
        counted.source = deviations.source
        and counted.measure = deviations.measure
        and counted.span = deviations.span
        and counted.days_ago = deviations.days_ago
where counted.step = 0
