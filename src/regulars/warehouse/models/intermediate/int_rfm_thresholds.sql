{{ config(materialized='table') }}

with scores as (

    select * from {{ ref('int_rfm_scores__counted') }}

),

cut_points as (

    select * from {{ source('settings', 'cut_points') }}

),

observed_edges as (

    select
        as_of_number,
        metric,
        score,
        case
            when
                method = 'ntile'
                or row_number() over (partition by as_of_number, metric order by lowest_value nulls last) > 1
                then lowest_value
        end as value_from,
        case
            when method = 'ntile' then highest_value
            else lead(lowest_value) over (partition by as_of_number, metric order by lowest_value nulls last)
        end as value_to
    from scores
    where method <> 'cuts' and customers > 0

),

placed_scores as (

    select
        as_of_number,
        metric,
        score,
        case when metric = 'recency' then bins + 1 - score else score end as band
    from scores
    where method = 'cuts'

),

edges as (

    select * from observed_edges
    union all
    select
        placed_scores.as_of_number,
        placed_scores.metric,
        placed_scores.score,
        lower_cuts.cut as value_from,
        upper_cuts.cut as value_to
    from placed_scores
    left join cut_points as lower_cuts
        on placed_scores.metric = lower_cuts.metric and placed_scores.band - 1 = lower_cuts.position
    left join cut_points as upper_cuts
        on placed_scores.metric = upper_cuts.metric and placed_scores.band = upper_cuts.position

)

select
    scores.as_of_number,
    scores.metric,
    scores.method,
    case
        when scores.customers = 0 then 'No customer has this score.'
        when scores.crowded_value is not null
            then
                cast({{ ratio('100 * scores.crowd', 'scores.active_customers', 1) }} as {{ dbt.type_string() }})
                || ' % of the customers have the same value, '
                || cast(cast(scores.crowded_value as decimal(18, 2)) as {{ dbt.type_string() }})
                || ': more than a score should hold.'
    end as warning,
    scores.score,
    cast(edges.value_from as decimal(18, 4)) as value_from,
    cast(edges.value_to as decimal(18, 4)) as value_to,
    cast(scores.lowest_value as decimal(18, 4)) as lowest_value,
    cast(scores.highest_value as decimal(18, 4)) as highest_value,
    scores.customers,
    coalesce({{ ratio('scores.customers', 'scores.active_customers') }}, cast(0 as decimal(18, 6))) as share,
    scores.is_in_history,
    scores.as_of
from scores
left join edges
    on
        scores.as_of_number = edges.as_of_number
        and scores.metric = edges.metric
        and scores.score = edges.score
